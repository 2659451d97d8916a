// Row statistics: RMS norm and its gradient.
#include "codegen/cpu/RowStatsFold.h"

#include "codegen/cpu/Families.h"
#include "codegen/cpu/ResultBlock.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace dsa::cpu {

Value reciprocalRms(KernelBuilder &b, const View &x, Value start, double eps) {
  Value zero = b.splat(0.0);
  auto sums = b.columns(x.columns(), zero, [&](Value column, Value mask, ValueRange carried) {
    Value v = b.loadVector(x, b.add(start, column), mask);
    return KernelBuilder::Carried{b.fma(v, v, carried[0])};
  });
  Value mean =
      arith::DivFOp::create(b, b.sumLanes(sums[0]), b.f32(static_cast<double>(x.columns())));
  return arith::DivFOp::create(b, b.f32(1.0),
                               math::SqrtOp::create(b, arith::AddFOp::create(b, mean, b.f32(eps))));
}

Value normalised(KernelBuilder &b, RmsNormOp op, Value start, Value column, Value mask,
                 Value scale) {
  View x = b.view(op.getInput()), gain = b.view(op.getGain());
  Value normed = arith::MulFOp::create(b, b.loadVector(x, b.add(start, column), mask), scale);
  return arith::MulFOp::create(b, normed, b.loadVector(gain, b.add(column, gain.offset), mask));
}

LogicalResult emitRmsNorm(KernelBuilder &b, Operation *anchor) {
  auto op = cast<RmsNormOp>(anchor);
  auto type = cast<RankedTensorType>(op.getInput().getType());
  int64_t width = type.getShape().back(), rows = type.getNumElements() / width, block = 16;
  b.phase(llvm::divideCeil(rows, block), [&](Value item) {
    View x = b.view(op.getInput());
    ResultBlock result(b, op.getResult(), block, width);
    Value from = b.mul(item, block), to = b.min(b.add(from, block), b.index(rows));
    b.loop(from, to, 1, [&](Value row) {
      Value start = b.rowStart(x, row), target = result.rowStart(row, from);
      Value scale = b.splat(reciprocalRms(b, x, start, op.getEps().convertToDouble()));
      b.columns(width, [&](Value column, Value mask) {
        b.storeVector(normalised(b, op, start, column, mask, scale), result.view(),
                      b.add(target, column), mask);
      });
    });
    result.finish(from, to);
  });
  return success();
}

/// dx = r g dy - x r^3 / C sum(g dy x), and dg += dy x r into the partial sums of the block.
static void rmsNormGradRow(KernelBuilder &b, RmsNormGradOp op, Value row, const View &partial,
                           Value partialStart) {
  View x = b.view(op.getInput()), grad = b.view(op.getGrad()), gain = b.view(op.getGain());
  View result = b.resultOrWorkspace(op.getInputGrad(), 1);
  Value start = b.rowStart(x, row), gradStart = b.rowStart(grad, row),
        target = b.rowStart(result, row);
  Value r = reciprocalRms(b, x, start, op.getEps().convertToDouble());
  auto load = [&](const View &view, Value first, Value column, Value mask) {
    return b.loadVector(view, b.add(first, column), mask);
  };
  auto dots =
      b.columns(x.columns(), b.splat(0.0), [&](Value column, Value mask, ValueRange carried) {
        Value scaled = arith::MulFOp::create(b, load(gain, b.index(gain.offset), column, mask),
                                             load(grad, gradStart, column, mask));
        return KernelBuilder::Carried{b.fma(scaled, load(x, start, column, mask), carried[0])};
      });
  Value cube = arith::MulFOp::create(b, r, arith::MulFOp::create(b, r, r));
  Value mean =
      arith::DivFOp::create(b, b.sumLanes(dots[0]), b.f32(static_cast<double>(x.columns())));
  Value factor = b.splat(arith::NegFOp::create(b, arith::MulFOp::create(b, cube, mean)));
  Value scale = b.splat(r);
  b.columns(x.columns(), [&](Value column, Value mask) {
    Value v = load(x, start, column, mask), g = load(gain, b.index(gain.offset), column, mask);
    Value scaledGrad = arith::MulFOp::create(b, load(grad, gradStart, column, mask), scale);
    b.storeVector(b.fma(scaledGrad, g, arith::MulFOp::create(b, v, factor)), result,
                  b.add(target, column), mask);
    Value at = b.add(partialStart, column);
    b.storeVector(b.fma(scaledGrad, v, b.loadVector(partial, at, mask)), partial, at, mask);
  });
}

LogicalResult emitRmsNormGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<RmsNormGradOp>(anchor);
  auto type = cast<RankedTensorType>(op.getInput().getType());
  int64_t width = type.getShape().back(), rows = type.getNumElements() / width;
  // The tree of the gain's gradient: rows in order inside a block, then blocks in order. It depends
  // on shapes only.
  constexpr int64_t kBlock = 32;
  int64_t blocks = llvm::divideCeil(rows, kBlock);
  b.phase(blocks, [&](Value item) {
    View partial = b.workspace(0, b.getF32Type(), {blocks, width});
    Value partialStart = b.rowStart(partial, item);
    b.columns(width, [&](Value column, Value mask) {
      b.storeVector(b.splat(0.0), partial, b.add(partialStart, column), mask);
    });
    Value from = b.mul(item, kBlock);
    b.loop(from, b.min(b.add(from, kBlock), b.index(rows)), 1,
           [&](Value row) { rmsNormGradRow(b, op, row, partial, partialStart); });
  });
  if (!b.hasBuffer(op.getGainGrad()))
    return success();
  b.phase(1, [&](Value) {
    View partial = b.workspace(0, b.getF32Type(), {blocks, width}), gain = b.view(op.getGainGrad());
    b.columns(width, [&](Value column, Value mask) {
      auto sum = b.loop(
          b.index(0), b.index(blocks), 1, b.splat(0.0), [&](Value block, ValueRange carried) {
            Value part = b.loadVector(partial, b.add(b.rowStart(partial, block), column), mask);
            return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], part)};
          });
      b.storeVector(sum[0], gain, b.add(column, gain.offset), mask);
    });
  });
  return success();
}

} // namespace dsa::cpu
