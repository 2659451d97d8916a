// The table of kernel families, and the questions that fusion and code generation ask about it.
#include "passes/KernelFamilies.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dsa;

// What needs one row of its operand at most, so that the kernel of a product can compute it on the
// way into a packed factor; behind the norm the element-wise ops.
static constexpr llvm::StringLiteral kRowwise[] = {"dsa.rms_norm", "dsa.silu",    "dsa.silu_grad",
                                                   "dsa.add",      "dsa.mul",     "dsa.scale",
                                                   "dsa.cast",     "dsa.dropout", "dsa.map"};
static constexpr llvm::ArrayRef<llvm::StringLiteral> kPointwise(kRowwise + 1,
                                                                std::size(kRowwise) - 1);
static constexpr llvm::ArrayRef<llvm::StringLiteral> kNone = {};
// Scores that are only ranked need no [queries, keys] tensor.
static constexpr llvm::StringLiteral kScores[] = {"dsa.index_scores"};
static constexpr llvm::StringLiteral kFills[] = {"dsa.fill_future"};
// Nor do scores that are only compared with an attention, and the loss's gradient for them.
static constexpr llvm::StringLiteral kLossGradients[] = {"dsa.index_kl_grad"};
// Nor need logits that are only compared with targets, nor their gradient, a [tokens, classes] one.
static constexpr llvm::StringLiteral kLogits[] = {"dsa.linear"};
static constexpr llvm::StringLiteral kLogitsReaders[] = {"dsa.cross_entropy_grad", "dsa.argmax"};
static constexpr llvm::StringLiteral kLogitsGradients[] = {"dsa.linear_grad_input",
                                                           "dsa.linear_grad_weight"};

// A row that says `false` for slices is never wrong, only slower: the slice is copied first.
static const KernelFamily kFamilies[] = {
    // family, anchor, epilogue, slices, prologue, producers, masks, companions, consumers
    {"linear", "dsa.linear", kPointwise, true, kRowwise},
    {"linear_grad_input", "dsa.linear_grad_input", kPointwise, true, kRowwise},
    {"linear_grad_weight", "dsa.linear_grad_weight", kNone, true, kRowwise},
    {"grouped_linear", "dsa.grouped_linear", kPointwise, true, kRowwise},
    {"grouped_linear_grad_input", "dsa.grouped_linear_grad_input", kPointwise, true, kRowwise},
    {"grouped_linear_grad_weight", "dsa.grouped_linear_grad_weight", kNone, true, kRowwise},
    {"rms_norm", "dsa.rms_norm", kPointwise, true},
    {"rms_norm_grad", "dsa.rms_norm_grad", kNone, true},
    {"pointwise", "dsa.silu", kPointwise, true},
    {"pointwise", "dsa.silu_grad", kPointwise, true},
    {"pointwise", "dsa.add", kPointwise, true},
    {"pointwise", "dsa.mul", kPointwise, true},
    {"pointwise", "dsa.scale", kPointwise, true},
    {"pointwise", "dsa.cast", kPointwise, true},
    {"pointwise", "dsa.dropout", kPointwise, true},
    {"pointwise", "dsa.map", kPointwise, true},
    {"pointwise", "dsa.rope", kNone, true},
    {"random_key", "dsa.random_key", kNone, false},
    {"embedding", "dsa.embedding", kNone, false},
    {"embedding_grad", "dsa.embedding_grad", kNone, false},
    {"cross_entropy", "dsa.cross_entropy", kNone, false, kNone, kLogits, kNone, kLogitsReaders,
     kLogitsGradients},
    {"cross_entropy_grad", "dsa.cross_entropy_grad", kNone, false},
    {"argmax", "dsa.argmax", kNone, false},
    {"index_scores", "dsa.index_scores", kNone, true},
    {"index_scores_grad", "dsa.index_scores_grad", kNone, true, kNone, kScores, kLossGradients},
    {"fill_future", "dsa.fill_future", kNone, false},
    {"top_k", "dsa.top_k", kNone, false, kNone, kScores, kFills},
    {"window", "dsa.window", kNone, false},
    {"index_kl", "dsa.index_kl", kNone, false, kNone, kScores},
    {"index_kl_grad", "dsa.index_kl_grad", kNone, false},
    {"gather", "dsa.gather", kNone, false},
    {"gather_grad", "dsa.gather_grad", kNone, false},
    {"attention", "dsa.attention", kNone, true},
    {"attention_grad", "dsa.attention_grad", kNone, true},
    {"sparse_attention", "dsa.sparse_attention", kNone, true},
    {"sparse_attention_grad", "dsa.sparse_attention_grad", kNone, true},
    {"head_linear", "dsa.head_linear", kNone, true},
    {"head_linear_grad_weight", "dsa.head_linear_grad_weight", kNone, true},
    {"share_heads", "dsa.share_heads", kNone, true},
    {"sum_heads", "dsa.sum_heads", kNone, true},
    {"route", "dsa.route", kNone, false},
    {"route_grad", "dsa.route_grad", kNone, false},
    {"dispatch", "dsa.dispatch", kNone, false},
    {"dispatch_grad", "dsa.dispatch_grad", kNone, false},
    {"combine", "dsa.combine", kPointwise, false},
    {"combine_grad", "dsa.combine_grad", kNone, false},
    {"balance_loss", "dsa.balance_loss", kNone, false},
    {"balance_loss_grad", "dsa.balance_loss_grad", kNone, false},
    {"clip_by_global_norm", "dsa.clip_by_global_norm", kNone, false},
    {"adam_step", "dsa.adam_step", kNone, false},
    {"copy", "tensor.concat", kNone, true},
    {"copy", "tensor.extract_slice", kNone, true},
    {"copy", "tensor.expand_shape", kNone, true},
    {"copy", "tensor.collapse_shape", kNone, true},
};

ArrayRef<KernelFamily> dsa::kernelFamilies() {
  return kFamilies;
}

const KernelFamily *dsa::familyOf(Operation *op) {
  const auto *found = llvm::find_if(kFamilies, [&](const KernelFamily &family) {
    return family.anchor == op->getName().getStringRef();
  });
  return found == std::end(kFamilies) ? nullptr : found;
}

bool dsa::isPointwise(Operation *op) {
  return llvm::is_contained(kPointwise, op->getName().getStringRef());
}

bool dsa::isReshape(Operation *op) {
  return isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

bool dsa::isView(Operation *op) {
  return isReshape(op) || isa<tensor::ExtractSliceOp>(op);
}

bool dsa::isElementwise(Operation *op, unsigned operand) {
  if (auto adam = dyn_cast<AdamStepOp>(op))
    return op->getOperand(operand).getType() == adam.getParameter().getType();
  return isPointwise(op) && op->getOperand(operand).getType() == op->getResult(0).getType();
}

Value dsa::rootOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isView(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

bool dsa::flattenAlike(Value a, Value b) {
  auto columns = [](Value value) { return shapeOf(value).empty() ? 1 : lastDim(value); };
  return tensorType(a).getNumElements() == tensorType(b).getNumElements() &&
         columns(a) == columns(b);
}

static SmallVector<int64_t> denseStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t axis = static_cast<int64_t>(shape.size()) - 2; axis >= 0; --axis)
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/// The stride of axes that collapse into one: each must step over exactly the extent of the next.
static std::optional<int64_t> collapsedStride(ArrayRef<int64_t> axes, ArrayRef<int64_t> shape,
                                              ArrayRef<int64_t> strides) {
  std::optional<int64_t> inner;
  int64_t next = 0;
  for (int64_t axis : llvm::reverse(axes)) {
    if (shape[axis] == 1)
      continue;
    if (inner && strides[axis] != next)
      return std::nullopt;
    inner = inner.value_or(strides[axis]);
    next = strides[axis] * shape[axis];
  }
  return inner.value_or(1);
}

static void expandStrides(tensor::ExpandShapeOp view, ArrayRef<int64_t> source,
                          SmallVectorImpl<int64_t> &strides) {
  ArrayRef<int64_t> shape = view.getResultType().getShape();
  strides.assign(shape.size(), 1);
  for (auto [group, stride] : llvm::zip_equal(view.getReassociationIndices(), source)) {
    int64_t step = stride;
    for (int64_t axis : llvm::reverse(group)) {
      strides[axis] = step;
      step *= shape[axis];
    }
  }
}

std::optional<SmallVector<int64_t>> dsa::stridesOf(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !isView(op))
    return denseStrides(shapeOf(value));
  std::optional<SmallVector<int64_t>> source = stridesOf(op->getOperand(0));
  if (!source)
    return std::nullopt;
  SmallVector<int64_t> strides;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (auto [axis, stride] : llvm::enumerate(*source))
      if (!dropped.test(axis))
        strides.push_back(stride * slice.getStaticStride(axis));
  } else if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    expandStrides(expand, *source, strides);
  } else {
    for (const ReassociationIndices &group :
         cast<tensor::CollapseShapeOp>(op).getReassociationIndices()) {
      std::optional<int64_t> stride = collapsedStride(group, shapeOf(op->getOperand(0)), *source);
      if (!stride)
        return std::nullopt;
      strides.push_back(*stride);
    }
  }
  return strides;
}

bool dsa::isProducer(const KernelFamily &family, Operation *op) {
  return llvm::is_contained(family.producers, op->getName().getStringRef());
}

Value dsa::foldedBy(Operation *op) {
  if (auto grad = dyn_cast<IndexKlGradOp>(op))
    return grad.getScores();
  if (auto grad = dyn_cast<IndexScoresGradOp>(op);
      grad && !grad.getGrad().getDefiningOp<IndexKlGradOp>())
    return {};
  return op->getOperand(0);
}

OpOperand *dsa::prologueOf(Operation *op) {
  if (isa<LinearOp, LinearGradInputOp, GroupedLinearOp, GroupedLinearGradInputOp>(op))
    return &op->getOpOperand(0);
  if (isa<LinearGradWeightOp, GroupedLinearGradWeightOp>(op))
    return &op->getOpOperand(1);
  return nullptr;
}

bool dsa::isPrologue(const KernelFamily &family, Operation *op) {
  return llvm::is_contained(family.prologue, op->getName().getStringRef());
}

bool dsa::isMask(const KernelFamily &family, Operation *op) {
  return llvm::is_contained(family.masks, op->getName().getStringRef());
}

bool dsa::isCompanion(const KernelFamily &family, Operation *op) {
  return llvm::is_contained(family.companions, op->getName().getStringRef());
}

bool dsa::isConsumer(const KernelFamily &family, Operation *op) {
  return llvm::is_contained(family.consumers, op->getName().getStringRef());
}

/// Whether the kernels of `family` have a place for `op` beside the anchor, before or behind it.
static bool isListed(const KernelFamily &family, Operation *op) {
  return isPrologue(family, op) || isProducer(family, op) || isMask(family, op) ||
         isCompanion(family, op) || isConsumer(family, op);
}

Operation *dsa::anchorOf(ArrayRef<Operation *> ops) {
  SmallVector<Operation *> words; // producers and folds
  llvm::copy_if(ops, std::back_inserter(words),
                [](Operation *op) { return !isView(op) && !isPointwise(op) && !isa<YieldOp>(op); });
  for (Operation *word : words)
    if (const KernelFamily *family = familyOf(word); family && llvm::all_of(words, [&](auto *op) {
                                                       return op == word || isListed(*family, op);
                                                     }))
      return word;
  const auto *pointwise = llvm::find_if(ops, isPointwise);
  if (!words.empty())
    return words.front();
  return pointwise != ops.end() ? *pointwise : ops.front();
}

static SmallVector<Operation *> opsOf(KernelOp kernel) {
  return llvm::map_to_vector(kernel.getBody().front(), [](Operation &op) { return &op; });
}

Operation *dsa::anchorOf(KernelOp kernel) {
  return anchorOf(opsOf(kernel));
}

SmallVector<Operation *> dsa::prologueOps(ArrayRef<Operation *> ops) {
  SmallVector<Operation *> prologue;
  OpOperand *operand = prologueOf(anchorOf(ops));
  if (!operand)
    return prologue;
  llvm::SmallPtrSet<Operation *, 8> feeding = {rootOf(operand->get()).getDefiningOp()};
  for (Operation *op : llvm::reverse(ops)) {
    if (!feeding.contains(op))
      continue;
    for (Value value : op->getOperands())
      feeding.insert(rootOf(value).getDefiningOp());
    prologue.push_back(op);
  }
  std::reverse(prologue.begin(), prologue.end());
  return prologue;
}

SmallVector<Operation *> dsa::prologueOps(KernelOp kernel) {
  return prologueOps(opsOf(kernel));
}

int64_t dsa::columnShares(int64_t rowBlocks, int64_t columnBlocks) {
  int64_t most = std::min(columnBlocks, llvm::divideCeilSigned(kEnoughItems, rowBlocks));
  return llvm::divideCeilSigned(columnBlocks, llvm::divideCeilSigned(columnBlocks, most));
}

/// Whether only the prologue `ops` and the operand that it stands before read the results of `op`.
static bool staysInside(Operation *op, ArrayRef<Operation *> ops, OpOperand *operand) {
  return llvm::all_of(op->getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    return isView(user) ? staysInside(user, ops, operand)
                        : &use == operand || llvm::is_contained(ops, user);
  });
}

/// Whether the kernel of `anchor`, behind `prologue`, has a place for `op`.
static bool hasPlace(Operation *op, Operation *anchor, ArrayRef<Operation *> prologue) {
  const KernelFamily *family = familyOf(anchor);
  if (!family)
    return false;
  if (!llvm::is_contained(prologue, op))
    return llvm::is_contained(family->epilogue, op->getName().getStringRef()) ||
           (isListed(*family, op) && !isPrologue(*family, op));
  // A norm needs whole rows, which exist in memory only.
  auto isArgument = [](Value value) { return !rootOf(value).getDefiningOp(); };
  return isPrologue(*family, op) && staysInside(op, prologue, prologueOf(anchor)) &&
         (isPointwise(op) || llvm::all_of(op->getOperands(), isArgument));
}

LogicalResult dsa::verifyFamily(KernelOp kernel) {
  Operation *anchor = anchorOf(kernel);
  SmallVector<Operation *> prologue = prologueOps(kernel);
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (&op != anchor && !isView(&op) && !hasPlace(&op, anchor, prologue))
      return op.emitOpError("expected an op that the kernels of ")
             << anchor->getName() << " have a place for";
  return success();
}
