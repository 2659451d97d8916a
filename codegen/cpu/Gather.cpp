// Rows gathered by index, and the gradient that adds them back.
#include "codegen/cpu/Families.h"

#include "dialect/Shapes.h"

using namespace mlir;

namespace dsa::cpu {

/// `view` with all axes behind the first `leading` merged into one.
static View mergedRows(KernelBuilder &b, const View &view, int64_t leading) {
  SmallVector<int64_t> shape(view.shape.begin(), view.shape.begin() + leading);
  int64_t width = 1;
  for (int64_t size : ArrayRef(view.shape).drop_front(leading))
    width *= size;
  shape.push_back(width);
  return b.reshape(view, shape);
}

LogicalResult emitGather(KernelBuilder &b, Operation *anchor) {
  auto op = cast<GatherOp>(anchor);
  ArrayRef<int64_t> shape = shapeOf(op.getIndices());
  b.phase(shape[0] * shape[1], [&](Value item) {
    View x = mergedRows(b, b.view(op.getInput()), 2), y = mergedRows(b, b.view(op.getResult()), 3);
    View indices = b.view(op.getIndices());
    Value batch = b.div(item, shape[1]), t = b.rem(item, shape[1]), zero = b.index(0);
    b.loop(0, shape[2], 1, [&](Value slot) {
      Value chosen = b.load(indices, {batch, t, slot}),
            target = b.linear(y, {batch, t, slot, zero});
      Value valid = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, chosen, b.i32(0));
      Value source =
          b.linear(x, {batch, b.toIndex(arith::MaxSIOp::create(b, chosen, b.i32(0))), zero});
      Value keep = b.splat(arith::SelectOp::create(b, valid, b.f32(1), b.f32(0)));
      b.columns(x.columns(), [&](Value column, Value mask) {
        Value v = arith::MulFOp::create(b, b.loadVector(x, b.add(source, column), mask), keep);
        b.storeVector(v, y, b.add(target, column), mask);
      });
    });
  });
  return success();
}

/// One batch is one item: rows are added in (t, j) order.
LogicalResult emitGatherGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<GatherGradOp>(anchor);
  ArrayRef<int64_t> shape = shapeOf(op.getIndices());
  b.phase(shape[0], [&](Value batch) {
    View grad = mergedRows(b, b.view(op.getGrad()), 3),
         result = mergedRows(b, b.view(op.getResult()), 2);
    View indices = b.view(op.getIndices());
    Value zero = b.index(0);
    b.loop(0, result.shape[1], 1, [&](Value row) {
      Value at = b.linear(result, {batch, row, zero});
      b.columns(result.columns(), [&](Value column, Value mask) {
        b.storeVector(b.splat(0.0), result, b.add(at, column), mask);
      });
    });
    b.loop(0, shape[1] * shape[2], 1, [&](Value number) {
      Value t = b.div(number, shape[2]), slot = b.rem(number, shape[2]);
      Value chosen = b.load(indices, {batch, t, slot}),
            source = b.linear(grad, {batch, t, slot, zero});
      b.when(arith::CmpIOp::create(b, arith::CmpIPredicate::sge, chosen, b.i32(0)), [&] {
        Value at = b.linear(result, {batch, b.toIndex(chosen), zero});
        b.columns(result.columns(), [&](Value column, Value mask) {
          Value sum = arith::AddFOp::create(b, b.loadVector(result, b.add(at, column), mask),
                                            b.loadVector(grad, b.add(source, column), mask));
          b.storeVector(sum, result, b.add(at, column), mask);
        });
      });
    });
  });
  return success();
}

} // namespace dsa::cpu
