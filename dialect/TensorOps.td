// Tensor ops: embedding, linear maps, root-mean-square norm and rotary positions.
#ifndef DSA_TENSOR_OPS_TD
#define DSA_TENSOR_OPS_TD

include "dialect/Dialect.td"

def DSA_EmbeddingOp : DSA_InferredOp<"embedding", [DSA_Differentiable]> {
  let summary = "row lookup: y[...] = table[ids[...]]";
  let description = [{
    `result[..., c] = table[ids[...], c]`. An id outside of the table is an error at run time that names its row.

    Constraints:
    * (C1) the table has at least one row.

    Example:
    ```mlir
    %x = dsa.embedding %table, %ids : (tensor<256x64xf32>, tensor<2x16xi32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[2]>:$table, DSA_AnyIndexTensor:$ids);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$table `,` $ids attr-dict `:` functional-type(operands, results)";
}

def DSA_EmbeddingGradOp : DSA_InferredOp<"embedding_grad"> {
  let summary = "gradient of the table: rows of dy summed by id, in token order";
  let description = [{
    `result[r, c] = sum of grad[..., c] over all positions with ids[...] = r`, summed in the order of the positions, so
    that the bits do not depend on the number of threads. Rows that nobody looked up are zero.

    Constraints:
    * (C1) the shape of `grad` is the shape of `ids` and one more axis.
    * (C2) `rows >= 1`.

    Example:
    ```mlir
    %dtable = dsa.embedding_grad %dx, %ids {rows = 256 : i64} : (tensor<2x16x64xf32>, tensor<2x16xi32>) -> tensor<256x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatRows:$grad, DSA_AnyIndexTensor:$ids, I64Attr:$rows);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $ids attr-dict `:` functional-type(operands, results)";
}

def DSA_LinearOp : DSA_InferredOp<"linear", [DSA_Differentiable]> {
  let summary = "y[..., n] = sum_k x[..., k] w[n, k]";
  let description = [{
    `result[..., n] = sum_k input[..., k] weight[n, k]`. Weights are stored [out, in], as checkpoints store them.

    Constraints:
    * (C1) `input` has as many columns as `weight`.
    * (C2) `input` and `weight` have one element type.

    Example:
    ```mlir
    %y = dsa.linear %x, %w : (tensor<2x16x64xf32>, tensor<128x64xf32>) -> tensor<2x16x128xf32>
    ```
  }];
  let arguments = (ins DSA_FloatRows:$input, DSA_FloatTensor<[2]>:$weight);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$input `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_LinearGradInputOp : DSA_InferredOp<"linear_grad_input"> {
  let summary = "dx[..., k] = sum_n dy[..., n] w[n, k]";
  let description = [{
    `result[..., k] = sum_n grad[..., n] weight[n, k]`: the derivative of `linear` for its input.

    Constraints:
    * (C1) `grad` has as many columns as `weight` has rows.
    * (C2) `grad` and `weight` have one element type.

    Example:
    ```mlir
    %dx = dsa.linear_grad_input %dy, %w : (tensor<2x16x128xf32>, tensor<128x64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatRows:$grad, DSA_FloatTensor<[2]>:$weight);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$grad `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_LinearGradWeightOp : DSA_InferredOp<"linear_grad_weight"> {
  let summary = "dw[n, k] = sum over rows of dy[row, n] x[row, k]";
  let description = [{
    `result[n, k] = sum over rows of grad[row, n] input[row, k]`: the derivative of `linear` for its weight.

    Constraints:
    * (C1) `grad` and `input` have one element type and agree on all axes but the last.

    Example:
    ```mlir
    %dw = dsa.linear_grad_weight %dy, %x : (tensor<2x16x128xf32>, tensor<2x16x64xf32>) -> tensor<128x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatRows:$grad, DSA_FloatRows:$input);
  let results = (outs DSA_FloatTensor<[2]>:$result);
  let assemblyFormat = "$grad `,` $input attr-dict `:` functional-type(operands, results)";
}

def DSA_RmsNormOp : DSA_InferredOp<"rms_norm", [DSA_Differentiable]> {
  let summary = "y = x / sqrt(mean(x^2) + eps) * g over the last axis";
  let description = [{
    `result[..., c] = gain[c] input[..., c] / sqrt(mean_c(input[..., c]^2) + eps)` (Zhang and Sennrich 2019).

    Constraints:
    * (C1) `gain` has one entry of the element type of `input` for each column.
    * (C2) `eps` is finite and positive, so that a row of zeros has a norm.

    Example:
    ```mlir
    %y = dsa.rms_norm %x, %g {eps = 1.0e-6} : (tensor<2x16x64xf32>, tensor<64xf32>) -> tensor<2x16x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatRows:$input, DSA_FloatTensor<[1]>:$gain, F64Attr:$eps);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$input `,` $gain attr-dict `:` functional-type(operands, results)";
}

def DSA_RmsNormGradOp : DSA_InferredOp<"rms_norm_grad"> {
  let summary = "gradients of rms_norm: dx, and dg summed over rows in a fixed tree";
  let description = [{
    With `r = 1 / sqrt(mean(x^2) + eps)` and `h = grad gain` of a row of D columns:
    `input_grad = r h - x r^3 sum(h x) / D` and `gain_grad = sum over rows of grad x r`. Nothing is kept from the forward op.

    Constraints:
    * (C1) `grad` has the type of `input`.
    * (C2) `gain` has one entry of the element type of `input` for each column.
    * (C3) `eps` is finite and positive.

    Example:
    ```mlir
    %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 1.0e-6}
      : (tensor<2x16x64xf32>, tensor<2x16x64xf32>, tensor<64xf32>) -> (tensor<2x16x64xf32>, tensor<64xf32>)
    ```
  }];
  let arguments = (ins DSA_FloatRows:$grad, DSA_FloatRows:$input, DSA_FloatTensor<[1]>:$gain, F64Attr:$eps);
  let results = (outs DSA_FloatRows:$input_grad, DSA_FloatTensor<[1]>:$gain_grad);
  let assemblyFormat = "$grad `,` $input `,` $gain attr-dict `:` functional-type(operands, results)";
}

def DSA_RopeOp : DSA_InferredOp<"rope", [DSA_Differentiable]> {
  let summary = "rotary positions on columns [first, first + width) of [B, L, H, D]";
  let description = [{
    Turns pair i of the columns [first, first + width) of token t by the angle `(offset + t) f_i`,
    `f_i = base^(-2 i / width)` (Su et al. 2021), and multiplies it by `magnitude`. Pair i is columns (2 i, 2 i + 1) when
    `interleaved`, (i, i + width / 2) when `half`. `inverse` turns back, which is also the derivative (a magnitude stays).
    Columns outside pass through.

    Positions beyond the trained length: `f_i` is divided by `factor` (linear interpolation). With `ramp = [low, high]`
    only the slow pairs i >= high are, the fast ones i <= low keep their frequency, and those between are mixed
    (YaRN, Peng et al. 2023): f_i = f (g + (1 - g) / factor), g = 1 - clamp((i - low) / max(high - low, 0.001), 0, 1).

    Constraints:
    * (C1) `width` is even and positive.
    * (C2) `first` is not negative.
    * (C3) `first + width` does not exceed the columns.
    * (C4) `base` is finite and positive.
    * (C5) `factor` is finite and positive.
    * (C6) `magnitude` is finite and positive.
    * (C7) `ramp` has two entries, 0 <= low <= high.

    Example:
    ```mlir
    %y = dsa.rope %x offset(%p) {pairing = #dsa<rope_pairing half>, width = 32 : i64}
      : (tensor<2x16x4x64xf32>, tensor<i32>) -> tensor<2x16x4x64xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[4]>:$input, Optional<DSA_OffsetScalar>:$position_offset,
      DSA_RopePairingAttr:$pairing, DefaultValuedAttr<F64Attr, "10000.0">:$base,
      DefaultValuedAttr<I64Attr, "0">:$first, I64Attr:$width, UnitAttr:$inverse,
      DefaultValuedAttr<F64Attr, "1.0">:$factor, OptionalAttr<DenseI64ArrayAttr>:$ramp,
      DefaultValuedAttr<F64Attr, "1.0">:$magnitude);
  let results = (outs DSA_FloatTensor<[4]>:$result);
  let extraClassDeclaration = [{
    /// Radians that pair `pair` turns per position.
    double getFrequency(int64_t pair);
  }];
  let assemblyFormat = "$input (`offset` `(` $position_offset^ `)`)? attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_TENSOR_OPS_TD
