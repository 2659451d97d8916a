// Tensor ops: embedding, linear maps, root-mean-square norm and rotary positions.
#ifndef DSA_TENSOR_OPS_TD
#define DSA_TENSOR_OPS_TD

include "dialect/Dialect.td"

def DSA_EmbeddingOp : DSA_InferredOp<"embedding", [DSA_Differentiable]> {
  let summary = "row lookup: y[...] = table[ids[...]]";
  let arguments = (ins DSA_FloatTensor<[2]>:$table, DSA_AnyIndexTensor:$ids);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$table `,` $ids attr-dict `:` functional-type(operands, results)";
}

def DSA_EmbeddingGradOp : DSA_InferredOp<"embedding_grad"> {
  let summary = "gradient of the table: rows of dy summed by id, in token order";
  let arguments = (ins DSA_AnyFloatTensor:$grad, DSA_AnyIndexTensor:$ids, I64Attr:$rows);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $ids attr-dict `:` functional-type(operands, results)";
}

def DSA_LinearOp : DSA_InferredOp<"linear", [DSA_Differentiable]> {
  let summary = "y[..., n] = sum_k x[..., k] w[n, k]";
  let arguments = (ins DSA_AnyFloatTensor:$input, DSA_FloatTensor<[2]>:$weight);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$input `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_LinearGradInputOp : DSA_InferredOp<"linear_grad_input"> {
  let summary = "dx[..., k] = sum_n dy[..., n] w[n, k]";
  let arguments = (ins DSA_AnyFloatTensor:$grad, DSA_FloatTensor<[2]>:$weight);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$grad `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_LinearGradWeightOp : DSA_InferredOp<"linear_grad_weight"> {
  let summary = "dw[n, k] = sum over rows of dy[row, n] x[row, k]";
  let arguments = (ins DSA_AnyFloatTensor:$grad, DSA_AnyFloatTensor:$input);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $input attr-dict `:` functional-type(operands, results)";
}

def DSA_RmsNormOp : DSA_InferredOp<"rms_norm", [DSA_Differentiable]> {
  let summary = "y = x / sqrt(mean(x^2) + eps) * g over the last axis";
  let arguments = (ins DSA_AnyFloatTensor:$input, DSA_FloatTensor<[1]>:$gain, F64Attr:$eps);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$input `,` $gain attr-dict `:` functional-type(operands, results)";
}

def DSA_RmsNormGradOp : DSA_InferredOp<"rms_norm_grad"> {
  let summary = "gradients of rms_norm: dx, and dg summed over rows in a fixed tree";
  let arguments = (ins DSA_AnyFloatTensor:$grad, DSA_AnyFloatTensor:$input, DSA_FloatTensor<[1]>:$gain, F64Attr:$eps);
  let results = (outs DSA_AnyFloatTensor:$input_grad, DSA_FloatTensor<[1]>:$gain_grad);
  let assemblyFormat = "$grad `,` $input `,` $gain attr-dict `:` functional-type(operands, results)";
}

def DSA_RopeOp : DSA_InferredOp<"rope", [DSA_Differentiable]> {
  let summary = "rotary positions on columns [first, first + width) of [B, L, H, D]";
  let arguments = (ins DSA_FloatTensor<[4]>:$input, Optional<DSA_OffsetScalar>:$position_offset,
      DSA_RopePairingAttr:$pairing, DefaultValuedAttr<F64Attr, "10000.0">:$base,
      DefaultValuedAttr<I64Attr, "0">:$first, I64Attr:$width, UnitAttr:$inverse);
  let results = (outs DSA_FloatTensor<[4]>:$result);
  let assemblyFormat = "$input (`offset` `(` $position_offset^ `)`)? attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_TENSOR_OPS_TD
