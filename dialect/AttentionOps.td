// Attention ops: attention over all or over selected keys, and the gather of selected rows.
#ifndef DSA_ATTENTION_OPS_TD
#define DSA_ATTENTION_OPS_TD

include "dialect/Dialect.td"
include "mlir/IR/OpAsmInterface.td"

// An op of attention over pairs (query, key), forward or backward: its scores may pass through a body.
class DSA_AttentionPairs<string mnemonic, list<Trait> traits = []>
    : DSA_InferredOp<mnemonic, !listconcat([AttrSizedOperandSegments, IsolatedFromAbove,
        DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames", "getAsmBlockArgumentNames"]>], traits)> {
  let regions = (region MaxSizedRegion<1>:$score);
  let hasRegionVerifier = 1;
}

def DSA_GatherOp : DSA_InferredOp<"gather", [DSA_Differentiable]> {
  let summary = "y[b, t, j, ...] = x[b, indices[b, t, j], ...]; rows of -1 are zero";
  let description = [{
    Constraints:
    * (C1) input [B, Lk, ...] and indices [B, Lq, k] have one batch size.

    ```mlir
    %g = dsa.gather %x, %i : (tensor<1x4x8xf32>, tensor<1x4x2xi32>) -> tensor<1x4x2x8xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[3, 4]>:$input, DSA_IndexTensor<[3]>:$indices);
  let results = (outs DSA_FloatTensor<[4, 5]>:$result);
  let assemblyFormat = "$input `,` $indices attr-dict `:` functional-type(operands, results)";
}

def DSA_GatherGradOp : DSA_InferredOp<"gather_grad"> {
  let summary = "dx: rows of dy added back to where they were gathered from, in (t, j) order";
  let description = [{
    dx[b, s, ...] = the sum over (t, j) with indices[b, t, j] = s of grad[b, t, j, ...], t ascending, then j.

    Constraints:
    * (C1) rows >= 1, the Lk of the gathered tensor;
    * (C2) indices are [B, Lq, k], the first three dimensions of grad.

    ```mlir
    %dx = dsa.gather_grad %dy, %i {rows = 4 : i64} : (tensor<1x4x2x8xf32>, tensor<1x4x2xi32>) -> tensor<1x4x8xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[4, 5]>:$grad, DSA_IndexTensor<[3]>:$indices, I64Attr:$rows);
  let results = (outs DSA_FloatTensor<[3, 4]>:$result);
  let assemblyFormat = "$grad `,` $indices attr-dict `:` functional-type(operands, results)";
}

def DSA_AttentionOp : DSA_AttentionPairs<"attention", [DSA_Differentiable]> {
  let summary = "o = softmax(scale q k^T + mask) v, and the log-sum-exp of every row";
  let description = [{
    o[b, t, h, :] = sum_s p[s] v[b, s, g, :], p = softmax over the visible s of scale q[b, t, h, :] . k[b, s, g, :],
    g = h / (H / Hkv). Visible: with `causal` s <= query_offset + t (query_offset 0 without the operand), and with
    segments query_segments[b, t] = key_segments[b, s]. A row that sees no key: o = 0, lse = -inf.
    lse[b, h, t] = log sum_s exp(scale q . k), f32 beside 16-bit floats, is saved for the gradient and has none itself.
    Dropout drops p after the normalisation, by element ((b H + h) Lq + t) Lk + s of the key's stream; lse is of the
    undropped scores.

    A score body puts a function of one's own between scale and softmax: what it yields takes the place of
    scale q . k, in o and in lse. Its arguments are, as numbers,
    * `score`: scale q[b, t, h, :] . k[b, s, g, :];
    * `query`: the position query_offset + t of the query, in the numbering of the keys;
    * `key`: the position s of the key;
    * `head`: the query head h, not the key head that it shares.

    They are f32 whatever the tensors are stored as, and f64 on f64 tensors. Places are exact: sizes end at 2^24, and
    so must query_offset + t. The body holds what the body of `dsa.map` may, reads nothing else, and its derivative is
    that of `dsa.map`. Which keys a query sees it does not change, whatever it yields, but that a pair of which it yields
    -inf counts as one that is not visible. A large negative number hides a pair too, but in a row that keeps no other
    score the f32 lse has no digits left for how many there are, and the gradients of its values are as much too large.
    `dsa.index_kl` has no such body: it refuses the lse of an attention that has.

    Constraints:
    * (C1) query [B, Lq, H, D], keys and values have one element type;
    * (C2) keys are [B, Lk, Hkv, D];
    * (C3) values are [B, Lk, Hkv, Dv];
    * (C4) H is a multiple of Hkv;
    * (C5) segments of queries [B, Lq] and keys [B, Lk]: both or none;
    * (C6) dropout is in [0, 1), and above 0 it has a random key;
    * (C7) a score body has four arguments of type f32, or f64 on f64 tensors;
    * (C8) it holds no ops but those of the body of `dsa.map`;
    * (C9) its values are of that type or i1;
    * (C10) it uses nothing from outside;
    * (C11) with it, Lq, Lk and H are at most 2^24.

    ```mlir
    %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.5 : f64}
        : (tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x6xf32>) -> (tensor<1x4x2x6xf32>, tensor<1x2x4xf32>)
        score {
        ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
          %slope = arith.constant 0.5 : f32
          %distance = arith.subf %query, %key : f32
          %penalty = arith.mulf %slope, %distance : f32
          %new = arith.subf %score, %penalty : f32
          dsa.yield %new : f32
        }
    ```
  }];
  let arguments = !con((ins DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys, DSA_FloatTensor<[4]>:$values),
      DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$result, DSA_FloatTensor<[3]>:$lse);
  let assemblyFormat = [{
    $query `,` $keys `,` $values (`key` `(` $key^ `)`)? (`offset` `(` $query_offset^ `)`)?
    (`segments` `(` $query_segments^ `,` $key_segments `)`)? attr-dict `:` functional-type(operands, results)
    (`score` custom<ScoreBody>($score)^)?
  }];
}

def DSA_AttentionGradOp : DSA_AttentionPairs<"attention_grad"> {
  let summary = "gradients of attention for q, k and v, recomputing the probabilities from the log-sum-exp";
  let description = [{
    With p = exp(scale q . k - lse) on the visible s, m the dropout factor (0 or 1 / (1 - dropout)), dp = m (do . v) and
    delta = do . o: ds = p (dp - delta), dq = scale sum_s ds k, dk = scale sum_th ds q, dv = sum_th m p do.
    The query heads of one key head add up.

    A score body yields two numbers: the new score z of the forward op, and its derivative by `score`. Then
    p = exp(z - lse), and ds is multiplied with the derivative. A pair whose z is -inf adds nothing.

    Constraints: (C1) to (C6) of `dsa.attention`,
    * (C7) grad and output are [B, Lq, H, Dv] and lse is [B, H, Lq], of the types of a forward op's;

    and of the score body (C8) to (C12), which are (C7) to (C11) of `dsa.attention`.

    ```mlir
    %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {causal, scale = 0.5 : f64}
        : (tensor<1x4x2x6xf32>, tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x6xf32>, tensor<1x4x2x6xf32>,
           tensor<1x2x4xf32>) -> (tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x6xf32>)
    ```
  }];
  let arguments = !con((ins DSA_FloatTensor<[4]>:$grad, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys,
      DSA_FloatTensor<[4]>:$values, DSA_FloatTensor<[4]>:$output, DSA_FloatTensor<[3]>:$lse),
      DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$query_grad, DSA_FloatTensor<[4]>:$keys_grad, DSA_FloatTensor<[4]>:$values_grad);
  let assemblyFormat = [{
    $grad `,` $query `,` $keys `,` $values `,` $output `,` $lse (`key` `(` $key^ `)`)?
    (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
    (`score` custom<ScoreBody>($score)^)?
  }];
}

def DSA_SparseAttentionOp : DSA_AttentionPairs<"sparse_attention", [DSA_Differentiable]> {
  let summary = "attention of each query over its selected keys only";
  let description = [{
    `dsa.attention` whose row (b, t) sees the keys of indices[b, t, :] that are >= 0, all heads the same set; `causal`
    and segments take further keys away. Without `causal` the set alone decides, future keys included. The indices of
    a row are distinct, as `dsa.top_k` writes them. Dropout elements are numbered by key s, as in `dsa.attention`, and
    a score body is told s too, not the place of s among the indices.

    Constraints: (C1) to (C6) of `dsa.attention`,
    * (C7) indices are [B, Lq, k];

    and of the score body (C8) to (C12), which are (C7) to (C11) of `dsa.attention`.

    ```mlir
    %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.5 : f64}
        : (tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x6xf32>, tensor<1x4x2xi32>)
        -> (tensor<1x4x2x6xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = !con((ins DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys, DSA_FloatTensor<[4]>:$values,
      DSA_IndexTensor<[3]>:$indices), DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$result, DSA_FloatTensor<[3]>:$lse);
  let assemblyFormat = [{
    $query `,` $keys `,` $values `,` $indices (`key` `(` $key^ `)`)? (`offset` `(` $query_offset^ `)`)?
    (`segments` `(` $query_segments^ `,` $key_segments `)`)? attr-dict `:` functional-type(operands, results)
    (`score` custom<ScoreBody>($score)^)?
  }];
}

def DSA_SparseAttentionGradOp : DSA_AttentionPairs<"sparse_attention_grad"> {
  let summary = "gradients of sparse_attention for q, k and v; the selection is a constant";
  let description = [{
    The formulas of `dsa.attention_grad` with the visible keys of `dsa.sparse_attention`.

    Constraints: (C1) to (C7) of `dsa.sparse_attention`,
    * (C8) grad and output are [B, Lq, H, Dv] and lse is [B, H, Lq], of the types of a forward op's;

    and of the score body (C9) to (C13), which are (C7) to (C11) of `dsa.attention`.

    ```mlir
    %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {causal, scale = 0.5 : f64}
        : (tensor<1x4x2x6xf32>, tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x6xf32>, tensor<1x4x2xi32>,
           tensor<1x4x2x6xf32>, tensor<1x2x4xf32>) -> (tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x6xf32>)
    ```
  }];
  let arguments = !con((ins DSA_FloatTensor<[4]>:$grad, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys,
      DSA_FloatTensor<[4]>:$values, DSA_IndexTensor<[3]>:$indices, DSA_FloatTensor<[4]>:$output, DSA_FloatTensor<[3]>:$lse),
      DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$query_grad, DSA_FloatTensor<[4]>:$keys_grad, DSA_FloatTensor<[4]>:$values_grad);
  let assemblyFormat = [{
    $grad `,` $query `,` $keys `,` $values `,` $indices `,` $output `,` $lse (`key` `(` $key^ `)`)?
    (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
    (`score` custom<ScoreBody>($score)^)?
  }];
}

#endif // DSA_ATTENTION_OPS_TD
