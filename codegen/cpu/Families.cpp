// The table of kernel families of the CPU target.
#include "codegen/cpu/Families.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace dsa::cpu {

bool storesOnce(Operation *anchor) {
  static const llvm::StringSet<> names = {"dsa.linear",
                                          "dsa.linear_grad_input",
                                          "dsa.linear_grad_weight",
                                          "dsa.grouped_linear",
                                          "dsa.grouped_linear_grad_input",
                                          "dsa.grouped_linear_grad_weight",
                                          "dsa.silu",
                                          "dsa.silu_grad",
                                          "dsa.add",
                                          "dsa.mul",
                                          "dsa.scale",
                                          "dsa.cast",
                                          "dsa.dropout",
                                          "dsa.map",
                                          "dsa.rope",
                                          "dsa.embedding",
                                          "tensor.extract_slice",
                                          "tensor.concat",
                                          "tensor.expand_shape",
                                          "tensor.collapse_shape",
                                          "dsa.yield"};
  return names.contains(anchor->getName().getStringRef());
}

Emitter emitterFor(Operation *anchor) {
  static const llvm::StringMap<Emitter> emitters = {
      {"dsa.linear", emitLinear},
      {"dsa.linear_grad_input", emitLinearGradInput},
      {"dsa.linear_grad_weight", emitLinearGradWeight},
      {"dsa.grouped_linear", emitGroupedLinear},
      {"dsa.grouped_linear_grad_input", emitGroupedLinearGradInput},
      {"dsa.grouped_linear_grad_weight", emitGroupedLinearGradWeight},
      {"dsa.silu", emitPointwise},
      {"dsa.silu_grad", emitPointwise},
      {"dsa.add", emitPointwise},
      {"dsa.mul", emitPointwise},
      {"dsa.scale", emitPointwise},
      {"dsa.cast", emitPointwise},
      {"dsa.dropout", emitPointwise},
      {"dsa.map", emitPointwise},
      {"dsa.rope", emitRope},
      {"tensor.extract_slice", emitCopy},
      {"tensor.expand_shape", emitCopy},
      {"tensor.collapse_shape", emitCopy},
      {"dsa.yield", emitCopy},
      {"tensor.concat", emitConcat},
      {"dsa.random_key", emitRandomKey},
      {"dsa.embedding", emitEmbedding},
      {"dsa.embedding_grad", emitEmbeddingGrad},
      {"dsa.rms_norm", emitRmsNorm},
      {"dsa.rms_norm_grad", emitRmsNormGrad},
      {"dsa.argmax", emitArgmax},
      {"dsa.cross_entropy", emitCrossEntropy},
      {"dsa.cross_entropy_grad", emitCrossEntropyGrad},
      {"dsa.route", emitRoute},
      {"dsa.route_grad", emitRouteGrad},
      {"dsa.balance_loss", emitBalanceLoss},
      {"dsa.balance_loss_grad", emitBalanceLossGrad},
      {"dsa.dispatch", emitDispatch},
      {"dsa.dispatch_grad", emitDispatchGrad},
      {"dsa.combine", emitCombine},
      {"dsa.combine_grad", emitCombineGrad},
      {"dsa.clip_by_global_norm", emitClipByGlobalNorm},
      {"dsa.adam_step", emitAdamStep},
      {"dsa.attention", emitAttention},
      {"dsa.attention_grad", emitAttentionGrad},
      {"dsa.sparse_attention", emitAttention},
      {"dsa.sparse_attention_grad", emitAttentionGrad},
      {"dsa.head_linear", emitHeadLinear},
      {"dsa.head_linear_grad_weight", emitHeadLinearGradWeight},
      {"dsa.share_heads", emitShareHeads},
      {"dsa.sum_heads", emitSumHeads},
      {"dsa.index_scores", emitIndexScores},
      {"dsa.index_scores_grad", emitIndexScoresGrad},
      {"dsa.top_k", emitTopK},
      {"dsa.fill_future", emitFillFuture},
      {"dsa.window", emitWindow},
      {"dsa.index_kl", emitIndexKl},
      {"dsa.index_kl_grad", emitIndexKlGrad},
      {"dsa.gather", emitGather},
      {"dsa.gather_grad", emitGatherGrad},
  };
  return emitters.lookup(anchor->getName().getStringRef());
}

} // namespace dsa::cpu
