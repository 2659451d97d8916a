// Mixture-of-experts ops: route, dispatch, grouped linear maps, combine, balance loss.
#ifndef DSA_MOE_OPS_TD
#define DSA_MOE_OPS_TD

include "dialect/Dialect.td"

def DSA_RouteOp : DSA_InferredOp<"route", [DSA_Differentiable, AttrSizedOperandSegments]> {
  let summary = "top-k experts of each token, their softmax weights, and the full softmax";
  let description = [{
    With `z = logits + noise gaussian`, the noise only when a `key` is given: `experts[t]` are the k experts of the largest
    z, by (z descending, index ascending); `weights[t]` is the softmax of those k values; `probabilities[t]` is the softmax
    of all of them. The choice is a constant for differentiation. Where `chosen` is given, `experts` are those: an earlier
    choice is replayed, and the weights are the softmax of its z.

    Constraints:
    * (C1) `1 <= k <= ` the number of experts.
    * (C2) `noise` is finite and not negative.
    * (C3) `chosen` has the type of `experts`.

    Example:
    ```mlir
    %weights, %experts, %probabilities = dsa.route %logits key(%key) {k = 2 : i64, noise = 1.0}
      : (tensor<32x8xf32>, tensor<4xi32>) -> (tensor<32x2xf32>, tensor<32x2xi32>, tensor<32x8xf32>)
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$logits, Optional<DSA_RandomKey>:$key,
      Optional<DSA_IndexTensor<[2]>>:$chosen, I64Attr:$k, DefaultValuedAttr<F64Attr, "0.0">:$noise);
  let results = (outs DSA_FloatTensor<[2]>:$weights, DSA_IndexTensor<[2]>:$experts, DSA_FloatTensor<[2]>:$probabilities);
  let assemblyFormat = [{
    $logits (`key` `(` $key^ `)`)? (`chosen` `(` $chosen^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def DSA_RouteGradOp : DSA_InferredOp<"route_grad"> {
  let summary = "dlogits from the gradients of the combine weights and of the probabilities";
  let description = [{
    `result[t, e] = P[t, e] (dP[t, e] - sum_i P[t, i] dP[t, i])`, and for the j with `experts[t, j] = e` also
    `W[t, j] (dW[t, j] - sum_i W[t, i] dW[t, i])`, P the probabilities and W the weights.

    Constraints:
    * (C1) `weights_grad` has the type of `weights`.
    * (C2) `probabilities_grad` has the type of `probabilities`.
    * (C3) `experts` has the shape of `weights`.
    * (C4) `weights` and `probabilities` have one number of tokens.
    * (C5) `weights` and `probabilities` have one element type.

    Example:
    ```mlir
    %dlogits = dsa.route_grad %dw, %dp, %weights, %experts, %probabilities
      : (tensor<32x2xf32>, tensor<32x8xf32>, tensor<32x2xf32>, tensor<32x2xi32>, tensor<32x8xf32>) -> tensor<32x8xf32>
    ```
  }];
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
  let description = [{
    Copies every token once for each of its K experts and sorts the copies by expert, stable in the order of (token, slot):
    `rows[r] = input[slots[r] / K]`; expert e owns the rows [offsets[e], offsets[e + 1]); `slots[r] = token K + slot` and
    `positions[token, slot] = r` undo each other. Every slot is kept: there is no capacity.

    Constraints:
    * (C1) `input` and `experts` have one number of tokens.
    * (C2) `num_experts >= 1`.

    Example:
    ```mlir
    %rows, %offsets, %slots, %positions = dsa.dispatch %x, %experts {num_experts = 8 : i64}
      : (tensor<32x64xf32>, tensor<32x2xi32>) -> (tensor<64x64xf32>, tensor<9xi32>, tensor<64xi32>, tensor<32x2xi32>)
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$input, DSA_IndexTensor<[2]>:$experts, I64Attr:$num_experts);
  let results = (outs DSA_FloatTensor<[2]>:$rows, DSA_IndexTensor<[1]>:$offsets, DSA_IndexTensor<[1]>:$slots,
      DSA_IndexTensor<[2]>:$positions);
  let assemblyFormat = "$input `,` $experts attr-dict `:` functional-type(operands, results)";
}

def DSA_DispatchGradOp : DSA_InferredOp<"dispatch_grad"> {
  let summary = "dx[t] = sum_j drows[positions[t, j]], j ascending";
  let description = [{
    `result[t] = sum_j grad[positions[t, j]]`, j ascending: the derivative of `dispatch`.

    Constraints:
    * (C1) `grad` has one row for each position.

    Example:
    ```mlir
    %dx = dsa.dispatch_grad %drows, %positions : (tensor<64x64xf32>, tensor<32x2xi32>) -> tensor<32x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_IndexTensor<[2]>:$positions);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $positions attr-dict `:` functional-type(operands, results)";
}

def DSA_GroupedLinearOp : DSA_InferredOp<"grouped_linear", [DSA_Differentiable]> {
  let summary = "y[r, n] = sum_k x[r, k] w[e(r), n, k], e(r) the expert with offsets[e] <= r < offsets[e + 1]";
  let description = [{
    `result[r, n] = sum_k input[r, k] weight[e, n, k]` for the expert e that owns row r: `offsets[e] <= r < offsets[e + 1]`.

    Constraints:
    * (C1) `input` has as many columns as a weight.
    * (C2) `weight` has the element type of the rows.
    * (C3) `offsets` has one entry more than there are experts.

    Example:
    ```mlir
    %y = dsa.grouped_linear %rows, %w, %offsets
      : (tensor<64x64xf32>, tensor<8x128x64xf32>, tensor<9xi32>) -> tensor<64x128xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$input, DSA_FloatTensor<[3]>:$weight, DSA_IndexTensor<[1]>:$offsets);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$input `,` $weight `,` $offsets attr-dict `:` functional-type(operands, results)";
}

def DSA_GroupedLinearGradInputOp : DSA_InferredOp<"grouped_linear_grad_input"> {
  let summary = "dx[r, k] = sum_n dy[r, n] w[e(r), n, k]";
  let description = [{
    `result[r, k] = sum_n grad[r, n] weight[e, n, k]` for the expert e that owns row r.

    Constraints:
    * (C1) `grad` has as many columns as a weight has rows.
    * (C2) `weight` has the element type of the rows.
    * (C3) `offsets` has one entry more than there are experts.

    Example:
    ```mlir
    %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets
      : (tensor<64x128xf32>, tensor<8x128x64xf32>, tensor<9xi32>) -> tensor<64x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_FloatTensor<[3]>:$weight, DSA_IndexTensor<[1]>:$offsets);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $weight `,` $offsets attr-dict `:` functional-type(operands, results)";
}

def DSA_GroupedLinearGradWeightOp : DSA_InferredOp<"grouped_linear_grad_weight"> {
  let summary = "dw[e, n, k] = sum over the rows r of expert e of dy[r, n] x[r, k]; zero for an expert without rows";
  let description = [{
    `result[e, n, k] = sum over the rows r of expert e of grad[r, n] input[r, k]`; zero for an expert without rows.

    Constraints:
    * (C1) `grad` and `input` have one element type and one number of rows.
    * (C2) `offsets` belongs to at least one expert.

    Example:
    ```mlir
    %dw = dsa.grouped_linear_grad_weight %dy, %rows, %offsets
      : (tensor<64x128xf32>, tensor<64x64xf32>, tensor<9xi32>) -> tensor<8x128x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_FloatTensor<[2]>:$input, DSA_IndexTensor<[1]>:$offsets);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$grad `,` $input `,` $offsets attr-dict `:` functional-type(operands, results)";
}

def DSA_CombineOp : DSA_InferredOp<"combine", [DSA_Differentiable]> {
  let summary = "y[t] = sum_j weights[t, j] rows[positions[t, j]], j ascending";
  let description = [{
    `result[t] = sum_j weights[t, j] rows[positions[t, j]]`, j ascending: the experts' answers back in token order.

    Constraints:
    * (C1) `weights` has the shape of `positions` and the element type of `rows`.
    * (C2) `rows` has one row for each position.

    Example:
    ```mlir
    %y = dsa.combine %rows, %weights, %positions
      : (tensor<64x64xf32>, tensor<32x2xf32>, tensor<32x2xi32>) -> tensor<32x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$rows, DSA_FloatTensor<[2]>:$weights, DSA_IndexTensor<[2]>:$positions);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$rows `,` $weights `,` $positions attr-dict `:` functional-type(operands, results)";
}

def DSA_CombineGradOp : DSA_InferredOp<"combine_grad"> {
  let summary = "gradients of combine for the rows and the weights";
  let description = [{
    `rows_grad[positions[t, j]] = weights[t, j] grad[t]` and `weights_grad[t, j] = grad[t] . rows[positions[t, j]]`.

    Constraints:
    * (C1) `grad` has a row of the width and element type of `rows` for each token.
    * (C2) `weights` has the shape of `positions` and the element type of `rows`.
    * (C3) `rows` has one row for each position.

    Example:
    ```mlir
    %drows, %dweights = dsa.combine_grad %dy, %rows, %weights, %positions
      : (tensor<32x64xf32>, tensor<64x64xf32>, tensor<32x2xf32>, tensor<32x2xi32>) -> (tensor<64x64xf32>, tensor<32x2xf32>)
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$grad, DSA_FloatTensor<[2]>:$rows, DSA_FloatTensor<[2]>:$weights,
      DSA_IndexTensor<[2]>:$positions);
  let results = (outs DSA_FloatTensor<[2]>:$rows_grad, DSA_FloatTensor<[2]>:$weights_grad);
  let assemblyFormat = "$grad `,` $rows `,` $weights `,` $positions attr-dict `:` functional-type(operands, results)";
}

def DSA_BalanceLossOp : DSA_InferredOp<"balance_loss", [DSA_Differentiable]> {
  let summary = "coefficient E sum_e f_e P_e, f_e the share of slots, P_e the mean probability of expert e";
  let description = [{
    `result = coefficient E sum_e f_e P_e` with `f_e` the share of all slots that chose expert e and `P_e` the mean of
    `probabilities[t, e]` over the tokens (Fedus et al. 2021). Only the probabilities have a derivative.

    Constraints:
    * (C1) `probabilities` and `experts` have one number of tokens.
    * (C2) `coefficient` is finite.

    Example:
    ```mlir
    %loss = dsa.balance_loss %probabilities, %experts {coefficient = 0.01}
      : (tensor<32x8xf32>, tensor<32x2xi32>) -> tensor<f32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$probabilities, DSA_IndexTensor<[2]>:$experts, F64Attr:$coefficient);
  let results = (outs DSA_Scalar:$result);
  let assemblyFormat = "$probabilities `,` $experts attr-dict `:` functional-type(operands, results)";
}

def DSA_BalanceLossGradOp : DSA_InferredOp<"balance_loss_grad"> {
  let summary = "gradient of balance_loss for the probabilities; the routing is a constant";
  let description = [{
    `result[t, e] = grad coefficient E f_e / T`, the same for every token: the derivative of `balance_loss`.

    Constraints:
    * (C1) `num_experts >= 1`.
    * (C2) `coefficient` is finite.

    Example:
    ```mlir
    %dp = dsa.balance_loss_grad %dloss, %experts {coefficient = 0.01, num_experts = 8 : i64}
      : (tensor<f32>, tensor<32x2xi32>) -> tensor<32x8xf32>
    ```
  }];
  let arguments = (ins DSA_Scalar:$grad, DSA_IndexTensor<[2]>:$experts, I64Attr:$num_experts, F64Attr:$coefficient);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $experts attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_MOE_OPS_TD
