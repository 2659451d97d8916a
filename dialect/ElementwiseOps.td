// Element-wise ops: activation, sum, product, scale, cast, detach, dropout with its random key, and a function of one's own.
#ifndef DSA_ELEMENTWISE_OPS_TD
#define DSA_ELEMENTWISE_OPS_TD

include "dialect/Dialect.td"
include "mlir/IR/OpAsmInterface.td"

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

def DSA_CastOp : DSA_Op<"cast", [DSA_Differentiable]> {
  let summary = "the same numbers in another float type";
  let description = [{
    `result = input`, rounded to nearest, ties to even, where the element type of `result` is narrower. So a model keeps its
    parameters and their optimizer state in f32 and computes with bf16. The derivative casts the gradient back. A cast to
    the same type folds away, and so does one that takes back a cast to a wider type.

    Constraints:
    * (C1) `result` has the shape of `input`.

    Example:
    ```mlir
    %y = dsa.cast %x : (tensor<2x16x64xf32>) -> tensor<2x16x64xbf16>
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$input);
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

def DSA_MapOp : DSA_Op<"map", [DSA_Differentiable, IsolatedFromAbove,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "y = f(a, b, ...) for a function f of numbers that its body spells out";
  let description = [{
    Each element of `result` is what the body makes of the elements at its place in the inputs. This is how an element-wise
    op that `dsa` has no name for is written where it is needed: it fuses, runs and is differentiated like the others.

    The body holds these ops on numbers of the element type and on truths (`i1`), and ends with `dsa.yield`:
    * `arith`: constant, addf, subf, mulf, divf, negf, maximumf, minimumf, maxnumf, minnumf, cmpf, select, andi, ori, xori;
    * `math`: fma, absf, exp, exp2, expm1, log, log1p, log2, sqrt, rsqrt, powf, tanh, sin, cos, erf.

    Fast-math flags change nothing. The derivative by an input is a `dsa.map` again: the body, behind it the chain rule op
    by op, and the product with the gradient. At a kink it is
    * of `maximumf`, `minimumf`, `maxnumf`, `minnumf` the derivative of the first operand where both are equal;
    * of `absf` zero at zero;
    * of `select` the derivative of the value taken, whatever the other one's is;
    * of `powf` by its exponent zero where the base is not positive, and by its base zero where the exponent is zero.

    A body that yields an input folds to that input. Inputs that no op reads are dropped, equal inputs are merged.

    Constraints:
    * (C1) there is an input.
    * (C2) every input has the type of the result.
    * (C3) the body has one argument of the element type for each input.
    * (C4) the body holds no ops but those above.
    * (C5) its values are of the element type or i1.
    * (C6) it uses nothing from outside.

    Example:
    ```mlir
    %y = dsa.map (%a = %x, %b = %gate) : tensor<2x16x64xf32> {
      %t = math.tanh %a : f32
      %r = arith.mulf %t, %b : f32
      dsa.yield %r : f32
    }
    ```
  }];
  let arguments = (ins Variadic<DSA_AnyFloatTensor>:$inputs);
  let results = (outs DSA_AnyFloatTensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

#endif // DSA_ELEMENTWISE_OPS_TD
