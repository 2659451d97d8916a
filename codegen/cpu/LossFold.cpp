// The token loss over rows of logits, and its gradient.
#include "codegen/cpu/Families.h"
#include "runtime/KernelExecutable.h"

using namespace mlir;

namespace dsa::cpu {

/// Log-sum-exp of the row that starts at `start`.
static Value logSumExp(KernelBuilder &b, const View &x, Value start) {
  Value lowest = b.splat(-3.0e38);
  auto load = [&](Value column, Value mask) {
    Value v = b.loadVector(x, b.add(start, column), mask);
    return mask ? Value(arith::SelectOp::create(b, mask, v, lowest)) : v;
  };
  auto best = b.columns(x.columns(), lowest, [&](Value column, Value mask, ValueRange carried) {
    return KernelBuilder::Carried{b.larger(carried[0], load(column, mask))};
  });
  Value top = b.maxLanes(best[0]), topVector = b.splat(top);
  auto sums =
      b.columns(x.columns(), b.splat(0.0), [&](Value column, Value mask, ValueRange carried) {
        Value e = b.exp(arith::SubFOp::create(b, load(column, mask), topVector));
        return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], e)};
      });
  return arith::AddFOp::create(b, top, b.log(b.sumLanes(sums[0])));
}

/// The target of `row`, or an error of the launch and target 0.
static Value checkedTarget(KernelBuilder &b, Value targets, Value row, int64_t classes) {
  View view = b.view(targets);
  Value target = b.loadAt(view, b.elementAt(view, row));
  Value legal = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, target, b.i32(classes));
  Value illegal = arith::XOrIOp::create(b, legal, b.constant(b.getI1Type(), 1));
  b.when(illegal, [&] { b.fail(static_cast<int64_t>(Failure::IndexOutOfRange), row); });
  return b.toIndex(arith::SelectOp::create(b, legal, target, b.i32(0)));
}

static View shapeOnly(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return View{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
}

LogicalResult emitCrossEntropy(KernelBuilder &b, Operation *anchor) {
  auto op = cast<CrossEntropyOp>(anchor);
  View shape = shapeOnly(op.getLogits());
  int64_t rows = shape.rows();
  b.rowsPhase(shape, [&](Value row) {
    View logits = b.view(op.getLogits());
    View lse = b.resultOrWorkspace(op.getLse(), 0),
         loss = b.resultOrWorkspace(op.getTokenLoss(), 1);
    Value start = b.rowStart(logits, row),
          target = checkedTarget(b, op.getTargets(), row, shape.columns());
    Value sum = logSumExp(b, logits, start);
    b.storeAt(sum, lse, b.elementAt(lse, row));
    Value chosen = b.loadAt(logits, b.add(start, target));
    Value own = arith::SubFOp::create(b, sum, chosen);
    b.expectFinite(own, row);
    b.storeAt(own, loss, b.elementAt(loss, row));
  });
  if (!b.hasBuffer(op.getLoss()))
    return success();
  b.phase(1, [&](Value) {
    View loss = b.resultOrWorkspace(op.getTokenLoss(), 1), mean = b.view(op.getLoss());
    Type f64 = b.getF64Type();
    auto sum = b.loop(
        b.index(0), b.index(rows), 1, b.constant(f64, 0), [&](Value row, ValueRange carried) {
          Value wide = arith::ExtFOp::create(b, f64, b.loadAt(loss, b.elementAt(loss, row)));
          return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], wide)};
        });
    Value average = arith::DivFOp::create(b, sum[0], b.constant(f64, static_cast<double>(rows)));
    b.storeAt(arith::TruncFOp::create(b, b.getF32Type(), average), mean, b.index(0));
  });
  return success();
}

LogicalResult emitCrossEntropyGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<CrossEntropyGradOp>(anchor);
  View shape = shapeOnly(op.getLogits());
  b.rowsPhase(shape, [&](Value row) {
    View logits = b.view(op.getLogits()), lse = b.view(op.getLse()),
         result = b.view(op.getResult());
    Value start = b.rowStart(logits, row), target = b.rowStart(result, row);
    Value upstream = b.loadAt(b.view(op.getGrad()), b.index(0));
    Value weight =
        arith::MulFOp::create(b, upstream, b.f32(1.0 / static_cast<double>(shape.rows())));
    Value weights = b.splat(weight), shift = b.splat(b.loadAt(lse, b.elementAt(lse, row)));
    b.columns(shape.columns(), [&](Value column, Value mask) {
      Value x = b.loadVector(logits, b.add(start, column), mask);
      Value p = b.exp(arith::SubFOp::create(b, x, shift));
      b.storeVector(arith::MulFOp::create(b, p, weights), result, b.add(target, column), mask);
    });
    Value at = b.add(target, checkedTarget(b, op.getTargets(), row, shape.columns()));
    b.storeAt(arith::SubFOp::create(b, b.loadAt(result, at), weight), result, at);
  });
  return success();
}

} // namespace dsa::cpu
