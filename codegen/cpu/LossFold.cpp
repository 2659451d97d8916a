// The token loss over rows of logits, its gradient, and the class that decoding takes.
#include "codegen/cpu/LossFold.h"
#include "codegen/cpu/Families.h"
#include "codegen/cpu/LinearLoss.h"
#include "runtime/KernelExecutable.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;

namespace dsa::cpu {

/// Chains of maxima and sums that a row is folded in.
static constexpr int64_t kChains = 4;

/// Folds `classes` columns into one vector; in several chains where they divide evenly.
static Value foldColumns(KernelBuilder &b, int64_t classes, Value init,
                         llvm::function_ref<Value(Value column, Value mask, Value carried)> body,
                         llvm::function_ref<Value(Value, Value)> combine) {
  int64_t step = kChains * b.lanes();
  if (classes % step != 0)
    return b.columns(classes, init, [&](Value column, Value mask, ValueRange carried) {
      return KernelBuilder::Carried{body(column, mask, carried[0])};
    })[0];
  KernelBuilder::Carried inits(kChains, init);
  auto ends =
      b.loop(b.index(0), b.index(classes), step, inits, [&](Value from, ValueRange carried) {
        KernelBuilder::Carried next;
        for (int64_t chain = 0; chain < kChains; ++chain)
          next.push_back(body(b.add(from, chain * b.lanes()), {}, carried[chain]));
        return next;
      });
  for (int64_t count = kChains; count > 1; count /= 2)
    for (int64_t chain = 0; chain < count / 2; ++chain)
      ends[chain] = combine(ends[chain], ends[chain + count / 2]);
  return ends[0];
}

BlockSum sumBlock(KernelBuilder &b, const View &logits, Value start, int64_t classes) {
  Value lowest = b.splat(-3.0e38);
  auto load = [&](Value column, Value mask) {
    Value v = b.loadVector(logits, b.add(start, column), mask);
    return mask ? Value(arith::SelectOp::create(b, mask, v, lowest)) : v;
  };
  auto larger = [&](Value x, Value y) { return b.larger(x, y); };
  auto add = [&](Value x, Value y) -> Value { return arith::AddFOp::create(b, x, y); };
  Value best = foldColumns(
      b, classes, lowest,
      [&](Value column, Value mask, Value carried) { return larger(carried, load(column, mask)); },
      larger);
  Value top = b.maxLanes(best), tops = b.splat(top);
  Value sum = foldColumns(
      b, classes, b.splat(0.0),
      [&](Value column, Value mask, Value carried) {
        return add(carried, b.exp(arith::SubFOp::create(b, load(column, mask), tops)));
      },
      add);
  return {top, b.sumLanes(sum)};
}

Value logSumExp(KernelBuilder &b, const View &largest, const View &sums, Value first, int64_t step,
                int64_t blocks) {
  auto at = [&](Value block) { return b.add(first, b.mul(block, step)); };
  auto top =
      b.loop(b.index(0), b.index(blocks), 1, b.f32(-3.0e38), [&](Value block, ValueRange carried) {
        return KernelBuilder::Carried{b.larger(carried[0], b.loadAt(largest, at(block)))};
      });
  auto sum = b.loop(b.index(0), b.index(blocks), 1, b.f32(0), [&](Value block, ValueRange carried) {
    Value e = b.exp(arith::SubFOp::create(b, b.loadAt(largest, at(block)), top[0]));
    return KernelBuilder::Carried{b.fma(b.loadAt(sums, at(block)), e, carried[0])};
  });
  return arith::AddFOp::create(b, top[0], b.log(sum[0]));
}

std::pair<Value, Value> firstLargest(KernelBuilder &b, const View &x, Value start,
                                     int64_t columns) {
  Value lowest = b.splat(-std::numeric_limits<double>::infinity()), far = b.splat(b.i32(INT32_MAX));
  auto load = [&](Value column, Value mask) {
    Value v = b.loadVector(x, b.add(start, column), mask);
    return mask ? Value(arith::SelectOp::create(b, mask, v, lowest)) : v;
  };
  auto best = b.columns(columns, lowest, [&](Value column, Value mask, ValueRange carried) {
    return KernelBuilder::Carried{arith::MaxNumFOp::create(b, carried[0], load(column, mask))};
  });
  Value top = b.maxLanes(best[0]), tops = b.splat(top);
  auto first = b.columns(columns, far, [&](Value column, Value mask, ValueRange carried) {
    Value hit = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, load(column, mask), tops);
    Value number = b.add(b.splat(b.toI32(column)), b.iota());
    Value candidate = arith::SelectOp::create(b, hit, number, far);
    return KernelBuilder::Carried{arith::MinSIOp::create(b, carried[0], candidate)};
  });
  return {top, vector::ReductionOp::create(b, vector::CombiningKind::MINSI, first[0])};
}

Value checkedTarget(KernelBuilder &b, Value targets, Value row, int64_t classes) {
  View view = b.view(targets);
  Value target = b.loadAt(view, b.elementAt(view, row));
  Value legal = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, target, b.i32(classes));
  Value illegal = arith::XOrIOp::create(b, legal, b.constant(b.getI1Type(), 1));
  b.when(illegal, [&] { b.fail(static_cast<int64_t>(Failure::IndexOutOfRange), row); });
  return arith::SelectOp::create(b, legal, target, b.i32(0));
}

void finishRow(KernelBuilder &b, CrossEntropyOp op, Value row, Value lse, Value chosen) {
  View sums = b.resultOrWorkspace(op.getLse(), LseSlot),
       losses = b.resultOrWorkspace(op.getTokenLoss(), TokenLossSlot);
  b.storeAt(lse, sums, b.elementAt(sums, row));
  Value own = arith::SubFOp::create(b, lse, chosen);
  b.expectFinite(own, row);
  b.storeAt(own, losses, b.elementAt(losses, row));
}

void meanPhase(KernelBuilder &b, CrossEntropyOp op) {
  if (!b.hasBuffer(op.getLoss()))
    return;
  b.phase(1, [&](Value) {
    View loss = b.resultOrWorkspace(op.getTokenLoss(), TokenLossSlot), mean = b.view(op.getLoss());
    Type f64 = b.getF64Type();
    auto sum = b.loop(b.index(0), b.index(loss.elements()), 1, b.constant(f64, 0),
                      [&](Value row, ValueRange carried) {
                        Value own = b.loadAt(loss, b.elementAt(loss, row));
                        Value wide = arith::ExtFOp::create(b, f64, own);
                        return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], wide)};
                      });
    Value average =
        arith::DivFOp::create(b, sum[0], b.constant(f64, static_cast<double>(loss.elements())));
    b.storeAt(arith::TruncFOp::create(b, b.getF32Type(), average), mean, b.index(0));
  });
}

LossGradRow::LossGradRow(KernelBuilder &b, CrossEntropyGradOp op, Value row, Value target) : b(b) {
  View lse = b.resultOrWorkspace(op.getLse(), LseSlot);
  Value share = b.f32(1.0 / static_cast<double>(lse.elements()));
  Value upstream = b.loadAt(b.view(op.getGrad()), b.index(0));
  weights = b.splat(arith::MulFOp::create(b, upstream, share));
  shift = b.splat(b.loadAt(lse, b.elementAt(lse, row)));
  targets = b.splat(target);
}

Value LossGradRow::of(Value logits, Value column) const {
  Value p = b.exp(arith::SubFOp::create(b, logits, shift));
  Value share = arith::MulFOp::create(b, p, weights);
  Value classes = b.add(b.splat(column), b.iota());
  Value chosen = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, classes, targets);
  return arith::SelectOp::create(b, chosen, arith::SubFOp::create(b, share, weights), share);
}

static View shapeOnly(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return View{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
}

LogicalResult emitCrossEntropy(KernelBuilder &b, Operation *anchor) {
  auto op = cast<CrossEntropyOp>(anchor);
  if (!b.hasBuffer(op.getLogits()))
    return emitLinearLoss(b, op);
  View shape = shapeOnly(op.getLogits());
  int64_t classes = shape.columns(), whole = classes / kClassBlock,
          blocks = llvm::divideCeil(classes, kClassBlock);
  b.rowsPhase(shape, [&](Value row) {
    View logits = b.view(op.getLogits()), largest = b.scratch(b.getF32Type(), {blocks}),
         sums = b.scratch(b.getF32Type(), {blocks});
    Value start = b.rowStart(logits, row);
    auto step = [&](Value block, int64_t width) {
      BlockSum sum = sumBlock(b, logits, b.add(start, b.mul(block, kClassBlock)), width);
      b.storeAt(sum.largest, largest, block);
      b.storeAt(sum.sum, sums, block);
    };
    b.loop(0, whole, 1, [&](Value block) { step(block, kClassBlock); });
    if (whole < blocks)
      step(b.index(whole), classes - whole * kClassBlock);
    Value target = b.toIndex(checkedTarget(b, op.getTargets(), row, classes));
    finishRow(b, op, row, logSumExp(b, largest, sums, b.index(0), 1, blocks),
              b.loadAt(logits, b.add(start, target)));
  });
  meanPhase(b, op);
  return success();
}

LogicalResult emitCrossEntropyGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<CrossEntropyGradOp>(anchor);
  View shape = shapeOnly(op.getLogits());
  b.rowsPhase(shape, [&](Value row) {
    View logits = b.view(op.getLogits()), result = b.view(op.getResult());
    Value from = b.rowStart(logits, row), to = b.rowStart(result, row);
    LossGradRow grad(b, op, row, checkedTarget(b, op.getTargets(), row, shape.columns()));
    b.columns(shape.columns(), [&](Value column, Value mask) {
      Value x = b.loadVector(logits, b.add(from, column), mask);
      b.storeVector(grad.of(x, b.toI32(column)), result, b.add(to, column), mask);
    });
  });
  return success();
}

LogicalResult emitArgmax(KernelBuilder &b, Operation *anchor) {
  auto op = cast<ArgmaxOp>(anchor);
  View shape = shapeOnly(op.getInput());
  b.rowsPhase(shape, [&](Value row) {
    View x = b.view(op.getInput()), result = b.view(op.getResult());
    auto [top, index] = firstLargest(b, x, b.rowStart(x, row), shape.columns());
    b.storeAt(index, result, b.elementAt(result, row));
  });
  return success();
}

} // namespace dsa::cpu
