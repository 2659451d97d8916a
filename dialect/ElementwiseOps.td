// Element-wise ops: activation, sum, product, scale, detach, and dropout with its random key.
#ifndef DSA_ELEMENTWISE_OPS_TD
#define DSA_ELEMENTWISE_OPS_TD

include "dialect/Dialect.td"

def DSA_SiluOp : DSA_InferredOp<"silu", [DSA_Differentiable]> {
  let summary = "y = x / (1 + exp(-x))";
  let description = [{
    `result = input sigmoid(input)`.

    No constraints beyond the operand types.

    Example:
    ```mlir
    %y = dsa.silu %x : (tensor<2x16x64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$input);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasVerifier = 0;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def DSA_SiluGradOp : DSA_InferredOp<"silu_grad"> {
  let summary = "dx = dy s (1 + x (1 - s)), s = 1 / (1 + exp(-x))";
  let description = [{
    `result = grad s (1 + x (1 - s))` with `s = sigmoid(x)`: the derivative of `silu`.

    Constraints:
    * (C1) `grad` has the type of `input`.

    Example:
    ```mlir
    %dx = dsa.silu_grad %dy, %x : (tensor<2x16x64xf32>, tensor<2x16x64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$grad, DSA_AnyFloatTensor:$input);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$grad `,` $input attr-dict `:` functional-type(operands, results)";
}

def DSA_AddOp : DSA_InferredOp<"add", [DSA_Differentiable, Commutative]> {
  let summary = "element-wise sum of two tensors of one shape";
  let description = [{
    `result = lhs + rhs`. Nothing is broadcast. A sum with a constant zero folds to the other side.

    Constraints:
    * (C1) `lhs` and `rhs` have one type.

    Example:
    ```mlir
    %y = dsa.add %a, %b : (tensor<2x16x64xf32>, tensor<2x16x64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$lhs, DSA_AnyFloatTensor:$rhs);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def DSA_MulOp : DSA_InferredOp<"mul", [DSA_Differentiable, Commutative]> {
  let summary = "element-wise product of two tensors of one shape";
  let description = [{
    `result = lhs rhs`. Nothing is broadcast. A product with a constant one folds to the other side.

    Constraints:
    * (C1) `lhs` and `rhs` have one type.

    Example:
    ```mlir
    %y = dsa.mul %a, %b : (tensor<2x16x64xf32>, tensor<2x16x64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$lhs, DSA_AnyFloatTensor:$rhs);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def DSA_ScaleOp : DSA_InferredOp<"scale", [DSA_Differentiable]> {
  let summary = "y = factor * x";
  let description = [{
    `result = factor input`. A factor of 1 folds away, and a scale of a scale becomes one.

    Constraints:
    * (C1) `factor` is finite.

    Example:
    ```mlir
    %y = dsa.scale %x {factor = 0.5} : (tensor<2x16x64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$input, F64Attr:$factor);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def DSA_DetachOp : DSA_InferredOp<"detach", [DSA_Differentiable]> {
  let summary = "y = x, a constant for differentiation";
  let description = [{
    `result = input`, and no gradient passes. What a loss reads through a detach it takes as given: the indexer reads
    its hidden states so, and learns from its own loss only. Differentiation drops the op, so that no kernel copies.

    No constraints beyond the operand types.

    Example:
    ```mlir
    %y = dsa.detach %x : (tensor<2x16x64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$input);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasVerifier = 0;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def DSA_RandomKeyOp : DSA_InferredOp<"random_key"> {
  let summary = "the key of one random stream: (seed low, seed high, step, stream)";
  let description = [{
    `result = [seed low, seed high, step low, stream low]`, 32 bits each: key and upper counter of Philox4x32-10
    (Salmon et al. 2011). All three are values in memory, so that steps and layers share their kernels.

    No constraints beyond the operand types.

    Example:
    ```mlir
    %key = dsa.random_key %seed, %step, %stream : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi32>
    ```
  }];
  let arguments = (ins DSA_IntScalar:$seed, DSA_IntScalar:$step, DSA_IntScalar:$stream);
  let results = (outs DSA_RandomKey:$result);
  let hasVerifier = 0;
  let assemblyFormat = "$seed `,` $step `,` $stream attr-dict `:` functional-type(operands, results)";
}

def DSA_DropoutOp : DSA_InferredOp<"dropout", [DSA_Differentiable]> {
  let summary = "zeroes each element with probability p and scales the rest by 1 / (1 - p)";
  let description = [{
    `result = u >= p ? input / (1 - p) : 0` with u uniform in [0, 1), drawn for the number of the element: its flat index,
    or `rows[r] C + c` for element (r, c) of an input of C columns, so that a dispatched token draws what it would draw in
    its own place. The same key draws the same elements again: that is the derivative. `p = 0` folds away.

    Constraints:
    * (C1) `0 <= p < 1`.
    * (C2) with `rows`, `input` has two axes.
    * (C3) `rows` has an entry for each row of `input`.

    Example:
    ```mlir
    %y = dsa.dropout %x key(%key) {p = 0.1} : (tensor<2x16x64xf32>, tensor<4xi32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$input, DSA_RandomKey:$key, Optional<DSA_IndexTensor<[1]>>:$rows, F64Attr:$p);
  let results = (outs DSA_AnyFloatTensor:$result);
  let hasFolder = 1;
  let assemblyFormat = "$input `key` `(` $key `)` (`rows` `(` $rows^ `)`)? attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_ELEMENTWISE_OPS_TD
