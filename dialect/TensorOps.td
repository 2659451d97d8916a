// Tensor ops: embedding, linear maps, norms, rotary positions, activations, dropout and the token loss.
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

def DSA_SiluOp : DSA_InferredOp<"silu", [DSA_Differentiable]> {
  let summary = "y = x / (1 + exp(-x))";
  let arguments = (ins DSA_AnyFloatTensor:$input);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def DSA_SiluGradOp : DSA_InferredOp<"silu_grad"> {
  let summary = "dx = dy s (1 + x (1 - s)), s = 1 / (1 + exp(-x))";
  let arguments = (ins DSA_AnyFloatTensor:$grad, DSA_AnyFloatTensor:$input);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$grad `,` $input attr-dict `:` functional-type(operands, results)";
}

def DSA_AddOp : DSA_InferredOp<"add", [DSA_Differentiable, Commutative]> {
  let summary = "element-wise sum of two tensors of one shape";
  let arguments = (ins DSA_AnyFloatTensor:$lhs, DSA_AnyFloatTensor:$rhs);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def DSA_MulOp : DSA_InferredOp<"mul", [DSA_Differentiable, Commutative]> {
  let summary = "element-wise product of two tensors of one shape";
  let arguments = (ins DSA_AnyFloatTensor:$lhs, DSA_AnyFloatTensor:$rhs);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def DSA_ScaleOp : DSA_InferredOp<"scale", [DSA_Differentiable]> {
  let summary = "y = factor * x";
  let arguments = (ins DSA_AnyFloatTensor:$input, F64Attr:$factor);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def DSA_RandomKeyOp : DSA_InferredOp<"random_key"> {
  let summary = "the key of one random stream: (seed low, seed high, step, stream)";
  let arguments = (ins DSA_IntScalar:$seed, DSA_IntScalar:$step, DSA_IntScalar:$stream);
  let results = (outs DSA_RandomKey:$result);
  let assemblyFormat = "$seed `,` $step `,` $stream attr-dict `:` functional-type(operands, results)";
}

def DSA_DropoutOp : DSA_InferredOp<"dropout", [DSA_Differentiable]> {
  let summary = "zeroes each element with probability p and scales the rest by 1 / (1 - p)";
  let arguments = (ins DSA_AnyFloatTensor:$input, DSA_RandomKey:$key, Optional<DSA_IndexTensor<[1]>>:$rows, F64Attr:$p);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "$input `key` `(` $key `)` (`rows` `(` $rows^ `)`)? attr-dict `:` functional-type(operands, results)";
}

def DSA_CrossEntropyOp : DSA_InferredOp<"cross_entropy", [DSA_Differentiable]> {
  let summary = "softmax cross entropy over the last axis: mean loss, loss of every token, log-sum-exp";
  let arguments = (ins DSA_AnyFloatTensor:$logits, DSA_AnyIndexTensor:$targets);
  let results = (outs DSA_Scalar:$loss, DSA_AnyFloatTensor:$token_loss, DSA_AnyFloatTensor:$lse);
  let assemblyFormat = "$logits `,` $targets attr-dict `:` functional-type(operands, results)";
}

def DSA_CrossEntropyGradOp : DSA_InferredOp<"cross_entropy_grad"> {
  let summary = "dlogits = dloss (softmax(logits) - onehot(target)) / tokens";
  let arguments = (ins DSA_Scalar:$grad, DSA_AnyFloatTensor:$logits, DSA_AnyIndexTensor:$targets, DSA_AnyFloatTensor:$lse);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$grad `,` $logits `,` $targets `,` $lse attr-dict `:` functional-type(operands, results)";
}

def DSA_ArgmaxOp : DSA_InferredOp<"argmax"> {
  let summary = "index of the largest entry of the last axis, the lowest index among equals";
  let arguments = (ins DSA_AnyFloatTensor:$input);
  let results = (outs DSA_AnyIndexTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_TENSOR_OPS_TD
