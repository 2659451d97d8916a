// Latent attention: keys and values that live as one small row a token, and the linear maps of single heads around it.
#ifndef DSA_LATENT_OPS_TD
#define DSA_LATENT_OPS_TD

include "dialect/Dialect.td"

// Latent attention and its gradient answer the same questions about themselves.
defvar DSA_LatentQuestions = [{
  /// What the shapes say; right once the op is verified.
  ::dsa::LatentSizes getSizes();
  /// The form that the attribute asks for, else the one with fewer FLOPs forward, absorbed if they are equal.
  ::dsa::LatentForm getChosenForm();
}];

def DSA_LatentAttentionOp
    : DSA_InferredOp<"latent_attention", [AttrSizedOperandSegments, DSA_Differentiable]> {
  let summary = "attention whose keys and values are linear maps of one latent row a token";
  let description = [{
    Multi-head latent attention (DeepSeek-V2). Head h owns rows h (Dn + Dv) to (h + 1) (Dn + Dv) of the up weight: first
    U_h [Dn, R], which makes its keys, then V_h [Dv, R], which makes its values. A query is [nope | rope]:

    z[s] = scale (q_nope[b, t, h, :] . U_h c[b, s, :] + q_rope[b, t, h, :] . k_rope[b, s, :]), p = softmax over the
    visible s of z, o[b, t, h, :] = sum_s p[s] V_h c[b, s, :], c the latent, k_rope one rotated key for all heads.

    Dr are the columns of the rope key, Dn the others of the query; Dn = 0 is legal, then the latent feeds values only.
    Visibility, dropout and lse are those of `dsa.attention`, and with `selected` those of `dsa.sparse_attention`.

    `form` says where U and V are applied. *Expanded*: to the latents, which gives every head keys and values of its
    own (2 H (Dn + Dr + Dv) FLOPs a pair). *Absorbed*: U to the queries and V to the outputs, so that all heads read
    one row [c | k_rope] of a token (2 H (2 R + Dr) FLOPs a pair). Both are the same function; without `form` the
    cheaper one is taken. `--dsa-decompose-latent-attention` writes it out.

    Constraints:
    * (C1) query [B, Lq, H, Dn + Dr], latent, rope key and up weight have one element type;
    * (C2) latent is [B, Lk, R];
    * (C3) rope key is [B, Lk, Dr], at most as wide as the query;
    * (C4) up weight is [H (Dn + Dv), R], Dv >= 1;
    * (C5) segments of queries [B, Lq] and keys [B, Lk]: both or none;
    * (C6) dropout is in [0, 1), and above 0 it has a random key;
    * (C7) selected indices are [B, Lq, k].

    ```mlir
    %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.5 : f64}
        : (tensor<1x4x2x6xf32>, tensor<1x4x8xf32>, tensor<1x4x2xf32>, tensor<16x8xf32>, tensor<1x4x2xi32>)
        -> (tensor<1x4x2x4xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = !con((ins DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[3]>:$latent, DSA_FloatTensor<[3]>:$rope_key,
      DSA_FloatTensor<[2]>:$up_weight, Optional<DSA_IndexTensor<[3]>>:$indices), DSA_AttentionContext, DSA_AttentionAttrs,
      (ins OptionalAttr<DSA_LatentFormAttr>:$form));
  let results = (outs DSA_FloatTensor<[4]>:$result, DSA_FloatTensor<[3]>:$lse);
  let assemblyFormat = [{
    $query `,` $latent `,` $rope_key `,` $up_weight (`selected` `(` $indices^ `)`)? (`key` `(` $key^ `)`)?
    (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = DSA_LatentQuestions;
}

def DSA_LatentAttentionGradOp : DSA_InferredOp<"latent_attention_grad", [AttrSizedOperandSegments]> {
  let summary = "gradients of latent_attention for queries, latents, rope keys and the up weight";
  let description = [{
    The formulas of `dsa.attention_grad` for keys [U_h c | k_rope] and values V_h c, then the chain rule: with dk, dv
    of every head and ds = p (dp - delta),
    dlatent = sum_h (U_h^T dk_h + V_h^T dv_h), drope_key = sum_h dk_rope_h,
    dU_h = sum_bs dk_h c^T, dV_h = sum_bs dv_h c^T. Probabilities are recomputed from lse; keys, values and whatever
    else the form needs are recomputed from the operands, or shared with the forward op where that is written out too.

    Constraints: (C1) to (C7) of `dsa.latent_attention`, and
    * (C8) grad and output are [B, Lq, H, Dv] and lse is [B, H, Lq], of the types of a forward op's.

    ```mlir
    %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, scale = 0.5 : f64}
        : (tensor<1x4x2x4xf32>, tensor<1x4x2x6xf32>, tensor<1x4x8xf32>, tensor<1x4x2xf32>, tensor<16x8xf32>,
           tensor<1x4x2x4xf32>, tensor<1x2x4xf32>)
        -> (tensor<1x4x2x6xf32>, tensor<1x4x8xf32>, tensor<1x4x2xf32>, tensor<16x8xf32>)
    ```
  }];
  let arguments = !con((ins DSA_FloatTensor<[4]>:$grad, DSA_FloatTensor<[4]>:$query, DSA_FloatTensor<[3]>:$latent,
      DSA_FloatTensor<[3]>:$rope_key, DSA_FloatTensor<[2]>:$up_weight, DSA_FloatTensor<[4]>:$output,
      DSA_FloatTensor<[3]>:$lse, Optional<DSA_IndexTensor<[3]>>:$indices), DSA_AttentionContext, DSA_AttentionAttrs,
      (ins OptionalAttr<DSA_LatentFormAttr>:$form));
  let results = (outs DSA_FloatTensor<[4]>:$query_grad, DSA_FloatTensor<[3]>:$latent_grad,
      DSA_FloatTensor<[3]>:$rope_key_grad, DSA_FloatTensor<[2]>:$up_weight_grad);
  let assemblyFormat = [{
    $grad `,` $query `,` $latent `,` $rope_key `,` $up_weight `,` $output `,` $lse (`selected` `(` $indices^ `)`)?
    (`key` `(` $key^ `)`)? (`offset` `(` $query_offset^ `)`)? (`segments` `(` $query_segments^ `,` $key_segments `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = DSA_LatentQuestions;
}

def DSA_HeadLinearOp : DSA_InferredOp<"head_linear", [DSA_Differentiable]> {
  let summary = "y[b, t, h, n] = sum_k x[b, t, h, k] w[h, n, k]: every head has a weight of its own";
  let description = [{
    With `transposed` the weight is read as w[h, k, n].

    Constraints:
    * (C1) weight has one matrix for every head of input [B, L, H, K];
    * (C2) input has as many columns as a weight's matrix, or rows if transposed;
    * (C3) input and weight have one element type.

    ```mlir
    %y = dsa.head_linear %x, %w : (tensor<1x4x2x8xf32>, tensor<2x6x8xf32>) -> tensor<1x4x2x6xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[4]>:$input, DSA_FloatTensor<[3]>:$weight, UnitAttr:$transposed);
  let results = (outs DSA_FloatTensor<[4]>:$result);
  let assemblyFormat = "$input `,` $weight attr-dict `:` functional-type(operands, results)";
}

def DSA_HeadLinearGradWeightOp : DSA_InferredOp<"head_linear_grad_weight"> {
  let summary = "dw[h, n, k] = sum_bt dy[b, t, h, n] x[b, t, h, k]";
  let description = [{
    The weight's gradient of `dsa.head_linear`; with the operands exchanged that of the transposed one.

    Constraints:
    * (C1) grad [B, L, H, N] and input [B, L, H, K] agree in the first three dimensions;
    * (C2) both have one element type.

    ```mlir
    %dw = dsa.head_linear_grad_weight %dy, %x : (tensor<1x4x2x6xf32>, tensor<1x4x2x8xf32>) -> tensor<2x6x8xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[4]>:$grad, DSA_FloatTensor<[4]>:$input);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$grad `,` $input attr-dict `:` functional-type(operands, results)";
}

def DSA_ShareHeadsOp : DSA_InferredOp<"share_heads", [DSA_Differentiable]> {
  let summary = "y[b, t, h, d] = x[b, t, d] for every head h";
  let description = [{
    Constraints:
    * (C1) heads >= 1.

    ```mlir
    %y = dsa.share_heads %x {heads = 2 : i64} : (tensor<1x4x8xf32>) -> tensor<1x4x2x8xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[3]>:$input, I64Attr:$heads);
  let results = (outs DSA_FloatTensor<[4]>:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def DSA_SumHeadsOp : DSA_InferredOp<"sum_heads", [DSA_Differentiable]> {
  let summary = "y[b, t, d] = sum over h of x[b, t, h, d], h ascending";
  let description = [{
    Constraints:
    * (C1) input has at least one head.

    ```mlir
    %y = dsa.sum_heads %x : (tensor<1x4x2x8xf32>) -> tensor<1x4x8xf32>
    ```
  }];
  let arguments = (ins DSA_FloatTensor<[4]>:$input);
  let results = (outs DSA_FloatTensor<[3]>:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_LATENT_OPS_TD
