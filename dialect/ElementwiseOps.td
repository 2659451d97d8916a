// Element-wise ops: activation, sum, product, scale, and dropout with its random key.
#ifndef DSA_ELEMENTWISE_OPS_TD
#define DSA_ELEMENTWISE_OPS_TD

include "dialect/Dialect.td"

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

#endif // DSA_ELEMENTWISE_OPS_TD
