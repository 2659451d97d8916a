// Loss ops: cross entropy of every token, and the argmax that decoding takes.
#ifndef DSA_LOSS_OPS_TD
#define DSA_LOSS_OPS_TD

include "dialect/Dialect.td"

def DSA_CrossEntropyOp : DSA_InferredOp<"cross_entropy", [DSA_Differentiable]> {
  let summary = "softmax cross entropy over the last axis: mean loss, loss of every token, log-sum-exp";
  let description = [{
    With `lse = log sum_v exp(logits[..., v])`: `token_loss = lse - logits[..., targets]` and `loss` their mean over all
    tokens. Only `loss` has a derivative. A target outside of the classes is an error at run time that names its row,
    and so is a loss that is NaN or infinite.

    Constraints:
    * (C1) `targets` has the shape of `logits` without the last axis.
    * (C2) there is at least one token and one class.

    Example:
    ```mlir
    %loss, %token_loss, %lse = dsa.cross_entropy %logits, %targets
      : (tensor<2x16x256xf32>, tensor<2x16xi32>) -> (tensor<f32>, tensor<2x16xf32>, tensor<2x16xf32>)
    ```
  }];
  let arguments = (ins DSA_FloatRows:$logits, DSA_AnyIndexTensor:$targets);
  let results = (outs DSA_Scalar:$loss, DSA_AnyFloatTensor:$token_loss, DSA_AnyFloatTensor:$lse);
  let assemblyFormat = "$logits `,` $targets attr-dict `:` functional-type(operands, results)";
}

def DSA_CrossEntropyGradOp : DSA_InferredOp<"cross_entropy_grad"> {
  let summary = "dlogits = dloss (softmax(logits) - onehot(target)) / tokens";
  let description = [{
    `result[..., v] = grad (exp(logits[..., v] - lse[...]) - [v = targets[...]]) / tokens`: the derivative of the mean loss.

    Constraints:
    * (C1) `targets` has the shape of `logits` without the last axis.
    * (C2) `lse` has the shape of `targets` and the element type of `logits`.
    * (C3) `grad` has the element type of `logits`.

    Example:
    ```mlir
    %dlogits = dsa.cross_entropy_grad %dloss, %logits, %targets, %lse
      : (tensor<f32>, tensor<2x16x256xf32>, tensor<2x16xi32>, tensor<2x16xf32>) -> tensor<2x16x256xf32>
    ```
  }];
  let arguments = (ins DSA_Scalar:$grad, DSA_FloatRows:$logits, DSA_AnyIndexTensor:$targets, DSA_AnyFloatTensor:$lse);
  let results = (outs DSA_AnyFloatTensor:$result);
  let assemblyFormat = "$grad `,` $logits `,` $targets `,` $lse attr-dict `:` functional-type(operands, results)";
}

def DSA_ArgmaxOp : DSA_InferredOp<"argmax"> {
  let summary = "index of the largest entry of the last axis, the lowest index among equals";
  let description = [{
    `result[...]` is the lowest c with `input[..., c] = max_c input[..., c]`.

    Constraints:
    * (C1) the last axis has at least one entry.

    Example:
    ```mlir
    %next = dsa.argmax %logits : (tensor<2x16x256xf32>) -> tensor<2x16xi32>
    ```
  }];
  let arguments = (ins DSA_FloatRows:$input);
  let results = (outs DSA_AnyIndexTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

#endif // DSA_LOSS_OPS_TD
