// Writes latent attention out in its form: linear maps around attention of every head, or of one
// shared row.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace dsa {
#define GEN_PASS_DEF_DECOMPOSELATENTATTENTION
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {

/// What attention reads in one form, and what it gives.
struct Attended {
  Value query, keys, values;
  Value result, lse;
};

/// Writes the ops of one latent attention, or of its gradient, before it. A gradient writes what
/// the forward op wrote, and deduplication makes one of both.
template <typename Op> class Writer {
public:
  explicit Writer(Op op) : op(op), builder(op), sizes(op.getSizes()) {}

  bool isExpanded() { return op.getChosenForm() == LatentForm::Expanded; }
  Attended operands() { return isExpanded() ? expand() : absorb(); }
  void attend(Attended &attended);
  /// Gradients of query, keys and values, given that of what `attended` gave.
  SmallVector<Value> attendGrad(Value grad, const Attended &attended);

  Value upWeights();
  Value keyMaps() { return part(upWeights(), 1, 0, sizes.nope); }
  Value valueMaps() { return part(upWeights(), 1, sizes.nope, sizes.value); }

  template <typename T, typename... Args> T create(Args &&...args) {
    return T::create(builder, op.getLoc(), std::forward<Args>(args)...);
  }
  /// Entries [first, first + size) of one axis.
  Value part(Value value, unsigned axis, int64_t first, int64_t size);
  Value columns(Value value, int64_t first, int64_t size) {
    return part(value, tensorType(value).getRank() - 1, first, size);
  }
  /// The columns of one tensor, then those of another of the same rows.
  Value join(Value left, Value right) { return stack(left, right, tensorType(left).getRank() - 1); }
  Value stack(Value first, Value second, int64_t axis) {
    return create<tensor::ConcatOp>(axis, ValueRange{first, second});
  }
  /// [B, L, D] as the one head of [B, L, 1, D], and back.
  Value asHead(Value rows);
  Value asRows(Value head);

  Op op;
  OpBuilder builder;
  LatentSizes sizes;

private:
  Attended expand();
  Attended absorb();
};

} // namespace

template <typename Op>
Value Writer<Op>::part(Value value, unsigned axis, int64_t first, int64_t size) {
  SmallVector<int64_t> offsets(tensorType(value).getRank(), 0), shape(shapeOf(value));
  if (size == shape[axis])
    return value;
  SmallVector<int64_t> strides(shape.size(), 1);
  offsets[axis] = first, shape[axis] = size;
  auto attributes = [&](ArrayRef<int64_t> numbers) {
    return getAsIndexOpFoldResult(builder.getContext(), numbers);
  };
  return create<tensor::ExtractSliceOp>(value, attributes(offsets), attributes(shape),
                                        attributes(strides));
}

template <typename Op> Value Writer<Op>::asHead(Value rows) {
  ArrayRef<int64_t> shape = shapeOf(rows);
  return create<tensor::ExpandShapeOp>(tensorOf(elementOf(rows), {shape[0], shape[1], 1}, shape[2]),
                                       rows, ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}});
}

template <typename Op> Value Writer<Op>::asRows(Value head) {
  return create<tensor::CollapseShapeOp>(head, ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}});
}

/// [H, Dn + Dv, R].
template <typename Op> Value Writer<Op>::upWeights() {
  Value weight = op.getUpWeight();
  return create<tensor::ExpandShapeOp>(
      tensorOf(elementOf(weight), {sizes.heads, sizes.nope + sizes.value}, sizes.rank), weight,
      ArrayRef<ReassociationIndices>{{0, 1}, {2}});
}

/// Keys [U_h c | k_rope] and values V_h c, both of one linear map of the latents.
template <typename Op> Attended Writer<Op>::expand() {
  Value rows = create<LinearOp>(op.getLatent(), op.getUpWeight());
  SmallVector<int64_t> outer = {sizes.batches, sizes.keys, sizes.heads};
  Value heads =
      create<tensor::ExpandShapeOp>(tensorOf(elementOf(rows), outer, sizes.nope + sizes.value),
                                    rows, ArrayRef<ReassociationIndices>{{0}, {1}, {2, 3}});
  Value shared = create<ShareHeadsOp>(op.getRopeKey(), builder.getI64IntegerAttr(sizes.heads));
  Value keys = sizes.nope ? join(columns(heads, 0, sizes.nope), shared) : shared;
  return {op.getQuery(), keys, columns(heads, sizes.nope, sizes.value), {}, {}};
}

/// Queries [U_h^T q_nope | q_rope]; one key head [c | k_rope], whose first columns are the values.
template <typename Op> Attended Writer<Op>::absorb() {
  if (!sizes.nope)
    return {op.getQuery(), asHead(op.getRopeKey()), asHead(op.getLatent()), {}, {}};
  Value content =
      create<HeadLinearOp>(columns(op.getQuery(), 0, sizes.nope), keyMaps(), builder.getUnitAttr());
  Value query = join(content, columns(op.getQuery(), sizes.nope, sizes.rope));
  Value keys = asHead(join(op.getLatent(), op.getRopeKey()));
  return {query, keys, columns(keys, 0, sizes.rank), {}, {}};
}

template <typename Op> void Writer<Op>::attend(Attended &attended) {
  Operation *attention;
  if (Value indices = op.getIndices())
    attention = create<SparseAttentionOp>(attended.query, attended.keys, attended.values, indices,
                                          op.getKey(), op.getQueryOffset(), op.getQuerySegments(),
                                          op.getKeySegments(), op.getCausalAttr(),
                                          op.getScaleAttr(), op.getDropoutAttr());
  else
    attention = create<AttentionOp>(attended.query, attended.keys, attended.values, op.getKey(),
                                    op.getQueryOffset(), op.getQuerySegments(), op.getKeySegments(),
                                    op.getCausalAttr(), op.getScaleAttr(), op.getDropoutAttr());
  attended.result = attention->getResult(0), attended.lse = attention->getResult(1);
}

template <typename Op>
SmallVector<Value> Writer<Op>::attendGrad(Value grad, const Attended &attended) {
  if (Value indices = op.getIndices())
    return llvm::to_vector_of<Value>(
        create<SparseAttentionGradOp>(
            grad, attended.query, attended.keys, attended.values, indices, attended.result,
            attended.lse, op.getKey(), op.getQueryOffset(), op.getQuerySegments(),
            op.getKeySegments(), op.getCausalAttr(), op.getScaleAttr(), op.getDropoutAttr())
            .getResults());
  return llvm::to_vector_of<Value>(
      create<AttentionGradOp>(grad, attended.query, attended.keys, attended.values, attended.result,
                              attended.lse, op.getKey(), op.getQueryOffset(), op.getQuerySegments(),
                              op.getKeySegments(), op.getCausalAttr(), op.getScaleAttr(),
                              op.getDropoutAttr())
          .getResults());
}

static SmallVector<Value> decompose(LatentAttentionOp op) {
  Writer<LatentAttentionOp> writer(op);
  Attended attended = writer.operands();
  writer.attend(attended);
  if (!writer.isExpanded())
    attended.result = writer.create<HeadLinearOp>(attended.result, writer.valueMaps(), UnitAttr());
  return {attended.result, attended.lse};
}

static SmallVector<Value> expandedGrads(Writer<LatentAttentionGradOp> &writer) {
  LatentAttentionGradOp op = writer.op;
  const LatentSizes &sizes = writer.sizes;
  Attended attended = writer.operands();
  attended.result = op.getOutput(), attended.lse = op.getLse();
  SmallVector<Value> grads = writer.attendGrad(op.getGrad(), attended);
  Value heads = grads[2];
  if (sizes.nope)
    heads = writer.join(writer.columns(grads[1], 0, sizes.nope), heads);
  Value rows = writer.create<tensor::CollapseShapeOp>(
      heads, ArrayRef<ReassociationIndices>{{0}, {1}, {2, 3}});
  return {grads[0], writer.create<LinearGradInputOp>(rows, op.getUpWeight()),
          writer.create<SumHeadsOp>(writer.columns(grads[1], sizes.nope, sizes.rope)),
          writer.create<LinearGradWeightOp>(rows, op.getLatent())};
}

static SmallVector<Value> absorbedGrads(Writer<LatentAttentionGradOp> &writer) {
  LatentAttentionGradOp op = writer.op;
  const LatentSizes &sizes = writer.sizes;
  Attended attended = writer.operands();
  writer.attend(attended);
  Value contextGrad =
      writer.create<HeadLinearOp>(op.getGrad(), writer.valueMaps(), writer.builder.getUnitAttr());
  Value weightGrad = writer.create<HeadLinearGradWeightOp>(op.getGrad(), attended.result);
  SmallVector<Value> grads = writer.attendGrad(contextGrad, attended);
  Value queryGrad = grads[0], latentGrad = writer.asRows(grads[2]),
        ropeKeyGrad = writer.asRows(grads[1]);
  if (sizes.nope) {
    Value content = writer.columns(queryGrad, 0, sizes.rank), keyGrad = ropeKeyGrad;
    Value nope = writer.create<HeadLinearOp>(content, writer.keyMaps(), UnitAttr());
    Value keyMapsGrad = writer.create<HeadLinearGradWeightOp>(
        writer.columns(op.getQuery(), 0, sizes.nope), content);
    queryGrad = writer.join(nope, writer.columns(queryGrad, sizes.rank, sizes.rope));
    weightGrad = writer.stack(keyMapsGrad, weightGrad, 1);
    latentGrad = writer.create<AddOp>(latentGrad, writer.columns(keyGrad, 0, sizes.rank));
    ropeKeyGrad = writer.columns(keyGrad, sizes.rank, sizes.rope);
  }
  Value upWeightGrad = writer.create<tensor::CollapseShapeOp>(
      weightGrad, ArrayRef<ReassociationIndices>{{0, 1}, {2}});
  return {queryGrad, latentGrad, ropeKeyGrad, upWeightGrad};
}

static SmallVector<Value> decompose(LatentAttentionGradOp op) {
  Writer<LatentAttentionGradOp> writer(op);
  return writer.isExpanded() ? expandedGrads(writer) : absorbedGrads(writer);
}

namespace {
struct DecomposeLatentAttention
    : dsa::impl::DecomposeLatentAttentionBase<DecomposeLatentAttention> {
  using DecomposeLatentAttentionBase::DecomposeLatentAttentionBase;

  template <typename Op> void replace(Op op) {
    if (std::optional<LatentForm> asked = symbolizeLatentForm(form); asked && !op.getForm())
      op.setForm(*asked);
    bool isExpanded = op.getChosenForm() == LatentForm::Expanded;
    ++(isExpanded ? expanded : absorbed);
    op->replaceAllUsesWith(decompose(op));
    op->erase();
  }

  void runOnOperation() override {
    if (!form.empty() && !symbolizeLatentForm(form)) {
      getOperation().emitError("expected form to be expanded or absorbed, got '") << form << "'";
      return signalPassFailure();
    }
    getOperation().walk([&](Operation *op) {
      if (auto attention = dyn_cast<LatentAttentionOp>(op))
        replace(attention);
      else if (auto grad = dyn_cast<LatentAttentionGradOp>(op))
        replace(grad);
    });
  }
};
} // namespace
