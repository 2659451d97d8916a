// Mixture-of-experts ops: route, dispatch, grouped linear maps, combine, balance loss.
#ifndef DSA_MOE_OPS_TD
#define DSA_MOE_OPS_TD

include "dialect/Dialect.td"

def DSA_RouteOp : DSA_InferredOp<"route", [DSA_Differentiable]> {
  let summary = "top-k experts of each token, their softmax weights, and the full softmax";
  let arguments = (ins DSA_FloatTensor<[2]>:$logits, Optional<DSA_RandomKey>:$key, I64Attr:$k,
      DefaultValuedAttr<F64Attr, "0.0">:$noise);
  let results = (outs DSA_FloatTensor<[2]>:$weights, DSA_IndexTensor<[2]>:$experts, DSA_FloatTensor<[2]>:$probabilities);
  let assemblyFormat = "$logits (`key` `(` $key^ `)`)? attr-dict `:` functional-type(operands, results)";
}

def DSA_RouteGradOp : DSA_InferredOp<"route_grad"> {
  let summary = "dlogits from the gradients of the combine weights and of the probabilities";
  let arguments = (ins DSA_FloatTensor<[2]>:$weights_grad, DSA_FloatTensor<[2]>:$probabilities_grad,
      DSA_FloatTensor<[2]>:$weights, DSA_IndexTensor<[2]>:$experts, DSA_FloatTensor<[2]>:$probabilities);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = [{
    $weights_grad `,` $probabilities_grad `,` $weights `,` $experts `,` $probabilities attr-dict
    `:` functional-type(operands, results)
  }];
}

def DSA_DispatchOp : DSA_InferredOp<"dispatch", [DSA_Differentiable]> {
  let summary = "token rows grouped by expert, stable in (token, slot) order";
  let arguments = (ins DSA_FloatTensor<[2]>:$input, DSA_IndexTensor<[2]>:$experts, I64Attr:$num_experts);
  let results = (outs DSA_FloatTensor<[2]>:$rows, DSA_IndexTensor<[1]>:$offsets, DSA_IndexTensor<[1]>:$slots,
      DSA_IndexTensor<[2]>:$positions);
  let assemblyFormat = "$input `,` $experts attr-dict `:` functional-type(operands, results)";
}

def DSA_DispatchGradOp : DSA_InferredOp<"dispatch_grad"> {
  let summary = "dx[t] = sum_j drows[positions[t, j]], j ascending";
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_IndexTensor<[2]>:$positions);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $positions attr-dict `:` functional-type(operands, results)";
}

def DSA_GroupedLinearOp : DSA_InferredOp<"grouped_linear", [DSA_Differentiable]> {
  let summary = "y[r, n] = sum_k x[r, k] w[e(r), n, k], e(r) the expert with offsets[e] <= r < offsets[e + 1]";
  let arguments = (ins DSA_FloatTensor<[2]>:$input, DSA_FloatTensor<[3]>:$weight, DSA_IndexTensor<[1]>:$offsets);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$input `,` $weight `,` $offsets attr-dict `:` functional-type(operands, results)";
}

def DSA_GroupedLinearGradInputOp : DSA_InferredOp<"grouped_linear_grad_input"> {
  let summary = "dx[r, k] = sum_n dy[r, n] w[e(r), n, k]";
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_FloatTensor<[3]>:$weight, DSA_IndexTensor<[1]>:$offsets);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $weight `,` $offsets attr-dict `:` functional-type(operands, results)";
}

def DSA_GroupedLinearGradWeightOp : DSA_InferredOp<"grouped_linear_grad_weight"> {
  let summary = "dw[e, n, k] = sum over the rows r of expert e of dy[r, n] x[r, k]; zero for an expert without rows";
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_FloatTensor<[2]>:$input, DSA_IndexTensor<[1]>:$offsets);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$grad `,` $input `,` $offsets attr-dict `:` functional-type(operands, results)";
}

def DSA_CombineOp : DSA_InferredOp<"combine", [DSA_Differentiable]> {
  let summary = "y[t] = sum_j weights[t, j] rows[positions[t, j]], j ascending";
  let arguments = (ins DSA_FloatTensor<[2]>:$rows, DSA_FloatTensor<[2]>:$weights, DSA_IndexTensor<[2]>:$positions);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$rows `,` $weights `,` $positions attr-dict `:` functional-type(operands, results)";
}

def DSA_CombineGradOp : DSA_InferredOp<"combine_grad"> {
  let summary = "gradients of combine for the rows and the weights";
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_FloatTensor<[2]>:$rows, DSA_FloatTensor<[2]>:$weights,
      DSA_IndexTensor<[2]>:$positions);
  let results = (outs DSA_FloatTensor<[2]>:$rows_grad, DSA_FloatTensor<[2]>:$weights_grad);
  let assemblyFormat = "$grad `,` $rows `,` $weights `,` $positions attr-dict `:` functional-type(operands, results)";
}

def DSA_BalanceLossOp : DSA_InferredOp<"balance_loss", [DSA_Differentiable]> {
  let summary = "coefficient E sum_e f_e P_e, f_e the share of slots, P_e the mean probability of expert e";
  let arguments = (ins DSA_FloatTensor<[2]>:$probabilities, DSA_IndexTensor<[2]>:$experts, F64Attr:$coefficient);
  let results = (outs DSA_Scalar:$result);
  let assemblyFormat = "$probabilities `,` $experts attr-dict `:` functional-type(operands, results)";
}

def DSA_BalanceLossGradOp : DSA_InferredOp<"balance_loss_grad"> {
  let summary = "gradient of balance_loss for the probabilities; the routing is a constant";
  let arguments = (ins DSA_Scalar:$grad, DSA_IndexTensor<[2]>:$experts, I64Attr:$num_experts, F64Attr:$coefficient);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $experts attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_MOE_OPS_TD
