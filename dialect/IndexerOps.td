// Indexer ops: the lightning indexer's scores, the selection that follows them, and the loss that trains them.
#ifndef DSA_INDEXER_OPS_TD
#define DSA_INDEXER_OPS_TD

include "dialect/Dialect.td"

def DSA_IndexScoresOp : DSA_InferredOp<"index_scores", [DSA_Differentiable]> {
  let summary = "I[b, t, s] = scale sum_j w[b, t, j] relu(q[b, t, j, :] . k[b, s, :])";
  let description = [{
    The lightning indexer: H_I small heads with one key for all of them say how much query t wants key s. The scores
    cover every pair, s > t included: whoever ranks them decides what is visible.

    Constraints:
    * (C1) query [B, Lq, HI, DI], index key and weight have one element type;
    * (C2) index key is [B, Lk, DI];
    * (C3) weight is [B, Lq, HI].

    ```mlir
    %s = dsa.index_scores %q, %k, %w {scale = 0.125 : f64}
        : (tensor<1x4x2x8xf32>, tensor<1x4x8xf32>, tensor<1x4x2xf32>) -> tensor<1x4x4xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[3]>:$index_key, DSA_FloatTensor<[3]>:$weight,
      DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$query `,` $index_key `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_IndexScoresGradOp : DSA_InferredOp<"index_scores_grad"> {
  let summary = "gradients of index_scores for q, k and w; relu'(0) = 0";
  let description = [{
    With a = q[b, t, j, :] . k[b, s, :] and g = scale grad[b, t, s]:
    dq[b, t, j, :] = sum_s g w [a > 0] k[b, s, :], dk[b, s, :] = sum_tj g w [a > 0] q[b, t, j, :],
    dw[b, t, j] = sum_s g relu(a).

    Constraints: (C1), (C2), (C3) of `dsa.index_scores`, and
    * (C4) grad is [B, Lq, Lk] of the same element type.

    ```mlir
    %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w
        : (tensor<1x4x4xf32>, tensor<1x4x2x8xf32>, tensor<1x4x8xf32>, tensor<1x4x2xf32>)
        -> (tensor<1x4x2x8xf32>, tensor<1x4x8xf32>, tensor<1x4x2xf32>)
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[3]>:$grad, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[3]>:$index_key,
      DSA_FloatTensor<[3]>:$weight, DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs DSA_FloatTensor<[4]>:$query_grad, DSA_FloatTensor<[3]>:$key_grad, DSA_FloatTensor<[3]>:$weight_grad);
  let assemblyFormat = "$grad `,` $query `,` $index_key `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_FillFutureOp : DSA_InferredOp<"fill_future", [DSA_Differentiable]> {
  let summary = "scores with every s > query_offset + t replaced by value";
  let description = [{
    y[b, t, s] = s <= query_offset + t ? scores[b, t, s] : value, query_offset 0 without the operand. A filled score
    can still be ranked: a `dsa.top_k` without `causal` fills up rows of fewer than k past keys with future ones. The
    published models do that with value = -1e9, and leak.

    Constraints:
    * (C1) value is not NaN.

    ```mlir
    %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[3]>:$scores, Optional<DSA_OffsetScalar>:$query_offset, F64Attr:$value);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$scores (`offset` `(` $query_offset^ `)`)? attr-dict `:` functional-type(operands, results)";
}

def DSA_TopKOp : DSA_InferredOp<"top_k", [AttrSizedOperandSegments]> {
  let summary = "S[b, t]: the k best keys of each row, ascending, padded with -1";
  let description = [{
    With `causal`, p = query_offset + t: S_t = the min(k, p + 1) best s <= p of the segment of t. Without it: the
    min(k, Lk) best of all s of the segment. Order: score descending, then index ascending; +0 equals -0; NaN is an
    error of the run, which names op and row. Rows hold their indices ascending, then -1. k > Lk is legal. A selection
    is a constant for differentiation.

    Constraints:
    * (C1) k >= 1;
    * (C2) segments of queries [B, Lq] and keys [B, Lk]: both or none.

    ```mlir
    %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[3]>:$scores, Optional<DSA_OffsetScalar>:$query_offset,
      Optional<DSA_IndexTensor<[2]>>:$query_segments, Optional<DSA_IndexTensor<[2]>>:$key_segments,
      I64Attr:$k, UnitAttr:$causal);
  let results = (outs DSA_IndexTensor<[3]>:$result);
  let assemblyFormat = [{
    $scores (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def DSA_WindowOp : DSA_Op<"window"> {
  let summary = "W[b, t]: the last k keys of each row, ascending, padded with -1";
  let description = [{
    With p = query_offset + t, query_offset 0 without the operand: W_t = {max(0, p - k + 1) .. min(p, keys - 1)}, the
    sliding window as a set of indices, so that `dsa.sparse_attention` reads it like any selection. The result is
    [B, Lq, k]; rows hold their indices ascending, then -1. It depends on positions only.

    Constraints:
    * (C1) k >= 1, the last dimension of the result;
    * (C2) keys >= 1, the Lk of the keys that are selected from.

    ```mlir
    %i = dsa.window {keys = 4 : i64} : () -> tensor<1x4x2xi32>
    ```
  }];
  let arguments = (ins Optional<DSA_OffsetScalar>:$query_offset, I64Attr:$keys);
  let results = (outs DSA_IndexTensor<[3]>:$result);
  let assemblyFormat = "(`offset` `(` $query_offset^ `)`)? attr-dict `:` functional-type(operands, results)";
}

defvar DSA_IndexKlContext = (ins Optional<DSA_IndexTensor<[3]>>:$indices, Optional<DSA_OffsetScalar>:$query_offset,
    Optional<DSA_IndexTensor<[2]>>:$query_segments, Optional<DSA_IndexTensor<[2]>>:$key_segments, UnitAttr:$causal);

def DSA_IndexKlOp : DSA_InferredOp<"index_kl", [AttrSizedOperandSegments, DSA_Differentiable]> {
  let summary = "mean over rows of KL(p || softmax(scores)), p the attention of all heads together";
  let description = [{
    The loss that trains the indexer (DeepSeek-V3.2, equations 3 and 4). Row (b, t) has a support of keys: with
    `indices` those of indices[b, t, :] that are >= 0, else all; `causal` and segments take keys away, as in
    `dsa.sparse_attention`. On the support, with `query`, `keys` and `lse` of the attention over the same keys:

    a[s] = sum_h exp(scale query[b, t, h, :] . keys[b, s, g, :] - lse[b, h, t]), g = h / (H / Hkv),
    p = a / sum a, row_loss[b, t] = sum_s p[s] (log p[s] - log_softmax(scores[b, t, :])[s]), terms with p[s] = 0 skipped.

    `loss` is the mean of row_loss over the rows whose support holds a key, 0 if there is none; other rows have
    row_loss 0. `target` is p, in the places of `indices`, or of the keys without them; 0 elsewhere. Finite operands
    give a finite loss, and a row with one key loses 0; a row whose loss is not finite is an error at run time that
    names it. Only `loss` has a derivative, and only for `scores`: the
    attention is a constant that the indexer imitates.

    Constraints:
    * (C1) scores [B, Lq, Lk], query [B, Lq, H, D] and keys have one element type, lse that of attention on them;
    * (C2) query is [B, Lq, H, D], of the batch and the rows of scores;
    * (C3) keys are [B, Lk, Hkv, D];
    * (C4) H is a multiple of Hkv;
    * (C5) lse is [B, H, Lq];
    * (C6) indices are [B, Lq, k];
    * (C7) segments of queries [B, Lq] and keys [B, Lk]: both or none;
    * (C8) lse is not that of an attention with a score body: what is imitated here is the attention without one.

    ```mlir
    %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) {causal, scale = 0.5 : f64}
        : (tensor<1x4x4xf32>, tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x2x4xf32>, tensor<1x4x2xi32>)
        -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4x2xf32>)
    ```
  }];
  let arguments = !con((ins DSA_FloatTensor<[3]>:$scores, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys,
      DSA_FloatTensor<[3]>:$lse), DSA_IndexKlContext, (ins F64Attr:$scale));
  let results = (outs DSA_Scalar:$loss, DSA_FloatTensor<[2]>:$row_loss, DSA_FloatTensor<[3]>:$target);
  let assemblyFormat = [{
    $scores `,` $query `,` $keys `,` $lse (`indices` `(` $indices^ `)`)? (`offset` `(` $query_offset^ `)`)?
    (`segments` `(` $query_segments^ `,` $key_segments `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def DSA_IndexKlGradOp : DSA_InferredOp<"index_kl_grad", [AttrSizedOperandSegments]> {
  let summary = "dscores = grad (softmax(scores) - p) / rows on the support, 0 elsewhere";
  let description = [{
    The derivative of the loss of `dsa.index_kl`, whose support it reads:
    result[b, t, s] = grad (softmax(scores[b, t, :])[s] sum p - p[s]) / rows, `rows` the number of rows whose support
    holds a key. A row sums to 0. p is `target`, or is made again from the attention that the loss imitates: over all
    keys the target is as large as the scores.

    Constraints:
    * (C1) grad, scores [B, Lq, Lk], and target or query and keys have one element type, lse that of attention on them;
    * (C2) indices are [B, Lq, k];
    * (C3) target is [B, Lq, k], or [B, Lq, Lk] without indices;
    * (C4) segments of queries [B, Lq] and keys [B, Lk]: both or none;
    * (C5) either target, or query, keys, lse and scale, and these without indices;
    * (C6) query is [B, Lq, H, D], keys are [B, Lk, Hkv, D], H a multiple of Hkv, and lse is [B, H, Lq];
    * (C7) lse is not that of an attention with a score body.

    ```mlir
    %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal}
        : (tensor<f32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<1x4x2xi32>) -> tensor<1x4x4xf32>
    %all = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) {causal, scale = 0.5 : f64}
        : (tensor<f32>, tensor<1x4x4xf32>, tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x2x4xf32>)
        -> tensor<1x4x4xf32>
    ```
  }];
  let arguments = !con((ins DSA_Scalar:$grad, DSA_FloatTensor<[3]>:$scores, Optional<DSA_FloatTensor<[3]>>:$target,
      Optional<DSA_FloatTensor<[4]>>:$query, Optional<DSA_FloatTensor<[4]>>:$keys,
      Optional<DSA_FloatTensor<[3]>>:$lse), DSA_IndexKlContext, (ins OptionalAttr<F64Attr>:$scale));
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = [{
    $grad `,` $scores (`,` $target^)? (`attention` `(` $query^ `,` $keys `,` $lse `)`)?
    (`indices` `(` $indices^ `)`)? (`offset` `(` $query_offset^ `)`)?
    (`segments` `(` $query_segments^ `,` $key_segments `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // DSA_INDEXER_OPS_TD
