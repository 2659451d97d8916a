// The end of a training step: the global norm of all gradients, and Adam.
#include "codegen/cpu/Families.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

View shapeOnly(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return View{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
}

Value widened(KernelBuilder &b, Value x) {
  return arith::ExtFOp::create(b, b.getF64Type(), x);
}
Value narrowed(KernelBuilder &b, Value x) {
  return arith::TruncFOp::create(b, b.getF32Type(), x);
}

/// base^step in double by repeated squaring over the bits of `step`.
Value power(KernelBuilder &b, double base, Value step) {
  Type f64 = b.getF64Type();
  Value one = b.constant(f64, 1), last = arith::ConstantOp::create(b, b.getI64IntegerAttr(1));
  auto carried = b.loop(b.index(0), b.index(63), 1, ValueRange{one, b.constant(f64, base), step},
                        [&](Value, ValueRange values) {
                          Value odd = arith::TruncIOp::create(b, b.getI1Type(), values[2]);
                          Value product = arith::MulFOp::create(b, values[0], values[1]);
                          Value result = arith::SelectOp::create(b, odd, product, values[0]);
                          Value square = arith::MulFOp::create(b, values[1], values[1]);
                          return KernelBuilder::Carried{result, square,
                                                        arith::ShRUIOp::create(b, values[2], last)};
                        });
  return carried[0];
}

/// 1 / (1 - beta^step) as f32.
Value biasCorrection(KernelBuilder &b, double beta, Value step) {
  Value one = b.constant(b.getF64Type(), 1);
  return narrowed(
      b, arith::DivFOp::create(b, one, arith::SubFOp::create(b, one, power(b, beta, step))));
}

/// What every element of a step needs, as vectors.
struct AdamFactors {
  Value gradFactor, learningRate, first, second;
};

Value adamVector(KernelBuilder &b, AdamStepOp op, const AdamFactors &factors, Value p, Value g,
                 Value &m, Value &v) {
  auto mul = [&](Value x, Value y) -> Value { return arith::MulFOp::create(b, x, y); };
  double beta1 = op.getBeta1().convertToDouble(), beta2 = op.getBeta2().convertToDouble();
  double decay = op.getWeightDecay().convertToDouble();
  if (factors.gradFactor)
    g = mul(g, factors.gradFactor);
  if (decay != 0 && !op.getDecoupled())
    g = b.fma(p, b.splat(decay), g);
  m = b.fma(g, b.splat(1 - beta1), mul(m, b.splat(beta1)));
  v = b.fma(mul(g, g), b.splat(1 - beta2), mul(v, b.splat(beta2)));
  if (decay != 0 && op.getDecoupled())
    p = arith::SubFOp::create(b, p, mul(mul(p, b.splat(decay)), factors.learningRate));
  Value root = math::SqrtOp::create(b, mul(v, factors.second));
  Value denominator = arith::AddFOp::create(b, root, b.splat(op.getEps().convertToDouble()));
  Value step =
      arith::DivFOp::create(b, mul(mul(m, factors.first), factors.learningRate), denominator);
  return arith::SubFOp::create(b, p, step);
}

} // namespace

LogicalResult emitClipByGlobalNorm(KernelBuilder &b, Operation *anchor) {
  auto op = cast<ClipByGlobalNormOp>(anchor);
  // One partial sum for each row of each gradient, added up in order: the tree depends on shapes
  // only.
  int64_t rows = 0;
  for (Value grad : op.getGrads())
    rows += shapeOnly(grad).rows();
  auto partials = [&] { return b.workspace(0, b.getF32Type(), {rows}); };
  int64_t first = 0;
  for (auto [number, grad] : llvm::enumerate(op.getGrads())) {
    b.rowsPhase(shapeOnly(grad), [&](Value row) {
      View view = b.view(grad);
      Value start = b.rowStart(view, row);
      auto sum = b.columns(view.columns(), b.splat(0.0),
                           [&](Value column, Value mask, ValueRange carried) {
                             Value g = b.loadVector(view, b.add(start, column), mask);
                             return KernelBuilder::Carried{b.fma(g, g, carried[0])};
                           });
      Value squares = b.sumLanes(sum[0]);
      b.expectFinite(squares, row, static_cast<int64_t>(number));
      b.store(squares, partials(), b.add(row, first));
    });
    first += shapeOnly(grad).rows();
  }
  b.phase(1, [&](Value) {
    View partial = partials();
    auto sum = b.loop(b.index(0), b.index(rows), 1, b.constant(b.getF64Type(), 0),
                      [&](Value row, ValueRange carried) {
                        return KernelBuilder::Carried{
                            arith::AddFOp::create(b, carried[0], widened(b, b.load(partial, row)))};
                      });
    Value norm = math::SqrtOp::create(b, sum[0]);
    Value bounded = arith::AddFOp::create(b, norm, b.constant(b.getF64Type(), 1e-6));
    Value ratio = arith::DivFOp::create(
        b, b.constant(b.getF64Type(), op.getMaxNorm().convertToDouble()), bounded);
    Value factor = arith::MinNumFOp::create(b, ratio, b.constant(b.getF64Type(), 1));
    b.storeAt(narrowed(b, factor), b.resultOrWorkspace(op.getFactor(), 1), b.index(0));
    b.storeAt(narrowed(b, norm), b.resultOrWorkspace(op.getNorm(), 2), b.index(0));
  });
  return success();
}

LogicalResult emitAdamStep(KernelBuilder &b, Operation *anchor) {
  auto op = cast<AdamStepOp>(anchor);
  AdamFactors factors;
  auto prologue = [&] {
    auto scalar = [&](Value tensor) { return b.loadAt(b.view(tensor), b.index(0)); };
    Value step = scalar(op.getStep());
    factors.learningRate = b.splat(scalar(op.getLearningRate()));
    factors.first = b.splat(biasCorrection(b, op.getBeta1().convertToDouble(), step));
    factors.second = b.splat(biasCorrection(b, op.getBeta2().convertToDouble(), step));
    factors.gradFactor = op.getGradFactor() ? b.splat(scalar(op.getGradFactor())) : Value();
  };
  auto update = [&](Value row) {
    Value inputs[] = {op.getParameter(), op.getGrad(), op.getFirstMoment(), op.getSecondMoment()};
    SmallVector<std::pair<View, Value>> sources, targets;
    for (Value input : inputs)
      sources.push_back({b.view(input), b.rowStart(b.view(input), row)});
    for (auto [slot, result] : llvm::enumerate(op->getResults())) {
      View view = b.resultOrWorkspace(result, slot);
      targets.push_back({view, b.rowStart(view, row)});
    }
    b.columns(shapeOnly(op.getParameter()).columns(), [&](Value column, Value mask) {
      auto load = [&](unsigned number) {
        return b.loadVector(sources[number].first, b.add(sources[number].second, column), mask);
      };
      Value m = load(2), v = load(3), p = adamVector(b, op, factors, load(0), load(1), m, v);
      Value values[] = {p, m, v};
      for (auto [value, target] : llvm::zip_equal(values, targets))
        b.storeVector(value, target.first, b.add(target.second, column), mask);
    });
  };
  b.rowsPhase(shapeOnly(op.getParameter()), update, prologue);
  return success();
}

} // namespace dsa::cpu
