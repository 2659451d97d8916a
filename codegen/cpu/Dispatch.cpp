// Movement of token rows to their experts and back: dispatch, combine, and their gradients.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/ResultBlock.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

ArrayRef<int64_t> shapeOfTensor(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

/// Counting sort of the slots by expert, stable: offsets, slot of each row, row of each slot.
void sortSlots(KernelBuilder &b, DispatchOp op) {
  View experts = b.view(op.getExperts()), offsets = b.resultOrWorkspace(op.getOffsets(), 0);
  View slots = b.resultOrWorkspace(op.getSlots(), 1),
       positions = b.resultOrWorkspace(op.getPositions(), 2);
  int64_t count = static_cast<int64_t>(op.getNumExperts()), tokens = experts.shape[0],
          k = experts.shape[1];
  View cursor = b.scratch(b.getI32Type(), {count});
  auto increment = [&](Value expert) {
    Value row = b.load(cursor, expert);
    b.store(b.add(row, b.i32(1)), cursor, expert);
    return row;
  };
  auto forSlots = [&](llvm::function_ref<void(Value, Value, Value)> body) {
    b.loop(0, tokens, 1, [&](Value token) {
      b.loop(0, k, 1,
             [&](Value slot) { body(token, slot, b.toIndex(b.load(experts, {token, slot}))); });
    });
  };
  b.loop(0, count, 1, [&](Value expert) { b.store(b.i32(0), cursor, expert); });
  forSlots([&](Value, Value, Value expert) { increment(expert); });
  auto total =
      b.loop(b.index(0), b.index(count), 1, b.i32(0), [&](Value expert, ValueRange carried) {
        Value size = b.load(cursor, expert);
        b.store(carried[0], offsets, expert);
        b.store(carried[0], cursor, expert);
        return KernelBuilder::Carried{b.add(carried[0], size)};
      });
  b.store(total[0], offsets, b.index(count));
  forSlots([&](Value token, Value slot, Value expert) {
    Value row = increment(expert);
    b.store(row, positions, {token, slot});
    b.store(b.toI32(b.add(b.mul(token, k), slot)), slots, b.toIndex(row));
  });
}

/// sum_j weight(j) rows[positions[token, j]], j ascending, for one vector of columns. A null
/// `weight` is 1.
Value gatherSum(KernelBuilder &b, const View &rows, ArrayRef<Value> starts, ArrayRef<Value> weights,
                Value column, Value mask) {
  Value sum;
  for (auto [slot, start] : llvm::enumerate(starts)) {
    Value v = b.loadVector(rows, b.add(start, column), mask);
    if (!weights.empty())
      sum = sum ? b.fma(v, weights[slot], sum) : Value(arith::MulFOp::create(b, v, weights[slot]));
    else
      sum = sum ? Value(arith::AddFOp::create(b, sum, v)) : v;
  }
  return sum;
}

SmallVector<Value> rowStarts(KernelBuilder &b, const View &rows, const View &positions,
                             Value token) {
  SmallVector<Value> starts;
  for (int64_t slot = 0; slot < positions.columns(); ++slot)
    starts.push_back(b.rowStart(rows, b.toIndex(b.load(positions, {token, b.index(slot)}))));
  return starts;
}

} // namespace

LogicalResult emitDispatch(KernelBuilder &b, Operation *anchor) {
  auto op = cast<DispatchOp>(anchor);
  b.phase(1, [&](Value) { sortSlots(b, op); });
  if (!b.hasBuffer(op.getRows()))
    return success();
  int64_t k = shapeOfTensor(op.getExperts())[1];
  View shape{{}, b.getF32Type(), SmallVector<int64_t>(shapeOfTensor(op.getRows())), {}, 0};
  b.rowsPhase(shape, [&](Value row) {
    View x = b.view(op.getInput()), rows = b.view(op.getRows()),
         slots = b.resultOrWorkspace(op.getSlots(), 1);
    Value token = b.div(b.toIndex(b.load(slots, row)), k);
    Value from = b.rowStart(x, token), to = b.rowStart(rows, row);
    b.columns(rows.columns(), [&](Value column, Value mask) {
      b.storeVector(b.loadVector(x, b.add(from, column), mask), rows, b.add(to, column), mask);
    });
  });
  return success();
}

LogicalResult emitDispatchGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<DispatchGradOp>(anchor);
  View shape{{}, b.getF32Type(), SmallVector<int64_t>(shapeOfTensor(op.getResult())), {}, 0};
  b.rowsPhase(shape, [&](Value token) {
    View grad = b.view(op.getGrad()), result = b.view(op.getResult());
    SmallVector<Value> starts = rowStarts(b, grad, b.view(op.getPositions()), token);
    Value to = b.rowStart(result, token);
    b.columns(result.columns(), [&](Value column, Value mask) {
      b.storeVector(gatherSum(b, grad, starts, {}, column, mask), result, b.add(to, column), mask);
    });
  });
  return success();
}

LogicalResult emitCombine(KernelBuilder &b, Operation *anchor) {
  auto op = cast<CombineOp>(anchor);
  int64_t tokens = shapeOfTensor(op.getResult())[0], width = shapeOfTensor(op.getResult())[1],
          block = 16;
  b.phase(llvm::divideCeil(tokens, block), [&](Value item) {
    View rows = b.view(op.getRows()), weights = b.view(op.getWeights());
    ResultBlock result(b, op.getResult(), block, width);
    Value from = b.mul(item, block), to = b.min(b.add(from, block), b.index(tokens));
    b.loop(from, to, 1, [&](Value token) {
      SmallVector<Value> starts = rowStarts(b, rows, b.view(op.getPositions()), token), factors;
      for (int64_t slot = 0; slot < weights.columns(); ++slot)
        factors.push_back(b.splat(b.load(weights, {token, b.index(slot)})));
      Value target = result.rowStart(token, from);
      b.columns(width, [&](Value column, Value mask) {
        b.storeVector(gatherSum(b, rows, starts, factors, column, mask), result.view(),
                      b.add(target, column), mask);
      });
    });
    result.finish(from, to);
  });
  return success();
}

LogicalResult emitCombineGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<CombineGradOp>(anchor);
  View shape{{}, b.getF32Type(), SmallVector<int64_t>(shapeOfTensor(op.getGrad())), {}, 0};
  b.rowsPhase(shape, [&](Value token) {
    View grad = b.view(op.getGrad()), rows = b.view(op.getRows()),
         weights = b.view(op.getWeights());
    View rowsGrad = b.resultOrWorkspace(op.getRowsGrad(), 0),
         weightsGrad = b.resultOrWorkspace(op.getWeightsGrad(), 1);
    View positions = b.view(op.getPositions());
    Value from = b.rowStart(grad, token);
    b.loop(0, positions.columns(), 1, [&](Value slot) {
      Value row = b.toIndex(b.load(positions, {token, slot}));
      Value source = b.rowStart(rows, row), target = b.rowStart(rowsGrad, row);
      Value weight = b.splat(b.load(weights, {token, slot}));
      auto sum = b.columns(
          grad.columns(), b.splat(0.0), [&](Value column, Value mask, ValueRange carried) {
            Value g = b.loadVector(grad, b.add(from, column), mask);
            b.storeVector(arith::MulFOp::create(b, g, weight), rowsGrad, b.add(target, column),
                          mask);
            return KernelBuilder::Carried{
                b.fma(g, b.loadVector(rows, b.add(source, column), mask), carried[0])};
          });
      b.store(b.sumLanes(sum[0]), weightsGrad, {token, slot});
    });
  });
  return success();
}

} // namespace dsa::cpu
