// Attention ops: the lightning indexer's scores, the selection, and attention over all or over selected keys.
#ifndef DSA_ATTENTION_OPS_TD
#define DSA_ATTENTION_OPS_TD

include "dialect/Dialect.td"

defvar DSA_AttentionContext = (ins Optional<DSA_RandomKey>:$key, Optional<DSA_OffsetScalar>:$query_offset,
    Optional<DSA_IndexTensor<[2]>>:$query_segments, Optional<DSA_IndexTensor<[2]>>:$key_segments);
defvar DSA_AttentionAttrs = (ins UnitAttr:$causal, F64Attr:$scale, DefaultValuedAttr<F64Attr, "0.0">:$dropout);

def DSA_IndexScoresOp : DSA_InferredOp<"index_scores", [DSA_Differentiable]> {
  let summary = "I[b, t, s] = scale sum_j w[b, t, j] relu(q[b, t, j, :] . k[b, s, :])";
  let arguments = (ins DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[3]>:$index_key, DSA_FloatTensor<[3]>:$weight,
      DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$query `,` $index_key `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_IndexScoresGradOp : DSA_InferredOp<"index_scores_grad"> {
  let summary = "gradients of index_scores for q, k and w; relu'(0) = 0";
  let arguments = (ins DSA_FloatTensor<[3]>:$grad, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[3]>:$index_key,
      DSA_FloatTensor<[3]>:$weight, DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs DSA_FloatTensor<[4]>:$query_grad, DSA_FloatTensor<[3]>:$key_grad, DSA_FloatTensor<[3]>:$weight_grad);
  let assemblyFormat = "$grad `,` $query `,` $index_key `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_FillFutureOp : DSA_InferredOp<"fill_future", [DSA_Differentiable]> {
  let summary = "scores with every s > query_offset + t replaced by value";
  let arguments = (ins DSA_FloatTensor<[3]>:$scores, Optional<DSA_OffsetScalar>:$query_offset, F64Attr:$value);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$scores (`offset` `(` $query_offset^ `)`)? attr-dict `:` functional-type(operands, results)";
}

def DSA_TopKOp : DSA_InferredOp<"top_k", [AttrSizedOperandSegments]> {
  let summary = "S[b, t]: the k best keys of each row, ascending, padded with -1";
  let arguments = (ins DSA_FloatTensor<[3]>:$scores, Optional<DSA_OffsetScalar>:$query_offset,
      Optional<DSA_IndexTensor<[2]>>:$query_segments, Optional<DSA_IndexTensor<[2]>>:$key_segments,
      I64Attr:$k, UnitAttr:$causal);
  let results = (outs DSA_IndexTensor<[3]>:$result);
  let assemblyFormat = [{
    $scores (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def DSA_GatherOp : DSA_InferredOp<"gather", [DSA_Differentiable]> {
  let summary = "y[b, t, j, ...] = x[b, indices[b, t, j], ...]; rows of -1 are zero";
  let arguments = (ins DSA_FloatTensor<[3, 4]>:$input, DSA_IndexTensor<[3]>:$indices);
  let results = (outs DSA_FloatTensor<[4, 5]>:$result);
  let assemblyFormat = "$input `,` $indices attr-dict `:` functional-type(operands, results)";
}

def DSA_GatherGradOp : DSA_InferredOp<"gather_grad"> {
  let summary = "dx: rows of dy added back to where they were gathered from, in (t, j) order";
  let arguments = (ins DSA_FloatTensor<[4, 5]>:$grad, DSA_IndexTensor<[3]>:$indices, I64Attr:$rows);
  let results = (outs DSA_FloatTensor<[3, 4]>:$result);
  let assemblyFormat = "$grad `,` $indices attr-dict `:` functional-type(operands, results)";
}

def DSA_AttentionOp : DSA_InferredOp<"attention", [AttrSizedOperandSegments, DSA_Differentiable]> {
  let summary = "o = softmax(scale q k^T + mask) v, and the log-sum-exp of every row";
  let arguments = !con((ins DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys, DSA_FloatTensor<[4]>:$values),
      DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$result, DSA_FloatTensor<[3]>:$lse);
  let assemblyFormat = [{
    $query `,` $keys `,` $values (`key` `(` $key^ `)`)? (`offset` `(` $query_offset^ `)`)?
    (`segments` `(` $query_segments^ `,` $key_segments `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def DSA_AttentionGradOp : DSA_InferredOp<"attention_grad", [AttrSizedOperandSegments]> {
  let summary = "gradients of attention for q, k and v, recomputing the probabilities from the log-sum-exp";
  let arguments = !con((ins DSA_FloatTensor<[4]>:$grad, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys,
      DSA_FloatTensor<[4]>:$values, DSA_FloatTensor<[4]>:$output, DSA_FloatTensor<[3]>:$lse),
      DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$query_grad, DSA_FloatTensor<[4]>:$keys_grad, DSA_FloatTensor<[4]>:$values_grad);
  let assemblyFormat = [{
    $grad `,` $query `,` $keys `,` $values `,` $output `,` $lse (`key` `(` $key^ `)`)?
    (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def DSA_SparseAttentionOp : DSA_InferredOp<"sparse_attention", [AttrSizedOperandSegments, DSA_Differentiable]> {
  let summary = "attention of each query over its selected keys only";
  let arguments = !con((ins DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys, DSA_FloatTensor<[4]>:$values,
      DSA_IndexTensor<[3]>:$indices), DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$result, DSA_FloatTensor<[3]>:$lse);
  let assemblyFormat = [{
    $query `,` $keys `,` $values `,` $indices (`key` `(` $key^ `)`)? (`offset` `(` $query_offset^ `)`)?
    (`segments` `(` $query_segments^ `,` $key_segments `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def DSA_SparseAttentionGradOp : DSA_InferredOp<"sparse_attention_grad", [AttrSizedOperandSegments]> {
  let summary = "gradients of sparse_attention for q, k and v; the selection is a constant";
  let arguments = !con((ins DSA_FloatTensor<[4]>:$grad, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[4]>:$keys,
      DSA_FloatTensor<[4]>:$values, DSA_IndexTensor<[3]>:$indices, DSA_FloatTensor<[4]>:$output, DSA_FloatTensor<[3]>:$lse),
      DSA_AttentionContext, DSA_AttentionAttrs);
  let results = (outs DSA_FloatTensor<[4]>:$query_grad, DSA_FloatTensor<[4]>:$keys_grad, DSA_FloatTensor<[4]>:$values_grad);
  let assemblyFormat = [{
    $grad `,` $query `,` $keys `,` $values `,` $indices `,` $output `,` $lse (`key` `(` $key^ `)`)?
    (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
}

#endif // DSA_ATTENTION_OPS_TD
