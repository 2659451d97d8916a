// Loss ops: cross entropy of every token, and the argmax that decoding takes.
#ifndef DSA_LOSS_OPS_TD
#define DSA_LOSS_OPS_TD

include "dialect/Dialect.td"

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

#endif // DSA_LOSS_OPS_TD
