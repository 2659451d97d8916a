// Routing of tokens to experts: the choice, its gradient, and the balance loss. Few numbers a
// token, so scalar loops.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/Philox.h"
#include "runtime/KernelExecutable.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <numbers>

using namespace mlir;

namespace dsa::cpu {
namespace {

int64_t dimOf(Value tensor, unsigned axis) {
  return cast<RankedTensorType>(tensor.getType()).getDimSize(axis);
}

/// A standard normal number for block number `block` of a stream: Box-Muller on two words of one
/// Philox block.
Value gaussian(KernelBuilder &b, const StreamKey &key, Value block) {
  auto words = philox(b, key, b.toI32(block));
  auto uniform = [&](Value word, int64_t plus) -> Value {
    Value high = arith::ShRUIOp::create(b, word, b.i32(8));
    Value real = arith::UIToFPOp::create(b, b.getF32Type(), b.add(high, b.i32(plus)));
    return arith::MulFOp::create(b, real, b.f32(0x1p-24));
  };
  Value radius =
      math::SqrtOp::create(b, arith::MulFOp::create(b, b.f32(-2.0), b.log(uniform(words[0], 1))));
  Value angle = arith::MulFOp::create(b, uniform(words[1], 0), b.f32(2 * std::numbers::pi));
  return arith::MulFOp::create(b, radius, b.cosine(angle));
}

/// Emits the choice of one token.
struct RouteEmitter {
  KernelBuilder &b;
  RouteOp op;
  int64_t experts, chosen;

  void noisyLogits(Value token, const View &z) {
    View logits = b.view(op.getLogits());
    Value start = b.rowStart(logits, token);
    std::optional<StreamKey> key;
    if (op.getKey())
      key = loadKey(b, b.view(op.getKey()));
    b.loop(0, experts, 1, [&](Value expert) {
      Value value = b.loadAt(logits, b.add(start, expert));
      if (key) {
        Value noise = gaussian(b, *key, b.add(b.mul(token, experts), expert));
        value = b.fma(noise, b.f32(op.getNoise().convertToDouble()), value);
      }
      Value unordered = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
      b.when(unordered, [&] { b.fail(static_cast<int64_t>(Failure::NotANumber), token); });
      b.store(value, z, expert);
    });
  }

  /// The best expert that is not taken: value descending, index ascending.
  Value best(const View &z, const View &taken) {
    Value none = b.index(0), lowest = b.f32(-std::numeric_limits<double>::infinity());
    auto carried = b.loop(
        b.index(0), b.index(experts), 1, ValueRange{none, lowest, b.i32(0)},
        [&](Value expert, ValueRange best) {
          Value value = b.load(z, expert);
          Value free =
              arith::CmpIOp::create(b, arith::CmpIPredicate::eq, b.load(taken, expert), b.i32(0));
          Value higher = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, value, best[1]);
          Value first = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, best[2], b.i32(0));
          Value better = arith::AndIOp::create(b, free, arith::OrIOp::create(b, higher, first));
          auto pick = [&](Value yes, Value no) -> Value {
            return arith::SelectOp::create(b, better, yes, no);
          };
          return KernelBuilder::Carried{pick(expert, best[0]), pick(value, best[1]),
                                        pick(b.i32(1), best[2])};
        });
    return carried[0];
  }

  /// values[row, i] = softmax over `count` entries read by `read`, shifted by the largest, `top`.
  void softmax(const View &values, Value row, int64_t count, Value top,
               llvm::function_ref<Value(Value)> read) {
    auto sum = b.loop(b.index(0), b.index(count), 1, b.f32(0), [&](Value i, ValueRange carried) {
      Value e = b.exp(arith::SubFOp::create(b, read(i), top));
      b.store(e, values, {row, i});
      return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], e)};
    });
    b.loop(0, count, 1, [&](Value i) {
      b.store(arith::DivFOp::create(b, b.load(values, {row, i}), sum[0]), values, {row, i});
    });
  }

  /// Writes the best experts of a token.
  void choose(Value token, const View &z, const View &chosenExperts) {
    View taken = b.scratch(b.getI32Type(), {experts});
    b.loop(0, experts, 1, [&](Value expert) { b.store(b.i32(0), taken, expert); });
    b.loop(0, chosen, 1, [&](Value slot) {
      Value expert = best(z, taken);
      b.store(b.i32(1), taken, expert);
      b.store(b.toI32(expert), chosenExperts, {token, slot});
    });
  }

  /// Writes the given experts of a token; one that does not exist fails and is written as 0, so
  /// that nothing is read out of bounds.
  void replay(Value token, const View &chosenExperts) {
    View given = b.view(op.getChosen());
    b.loop(0, chosen, 1, [&](Value slot) {
      Value expert = b.load(given, {token, slot});
      Value exists = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, expert, b.i32(experts));
      b.when(
          exists, [&] { b.store(expert, chosenExperts, {token, slot}); },
          [&] {
            b.fail(static_cast<int64_t>(Failure::IndexOutOfRange), token);
            b.store(b.i32(0), chosenExperts, {token, slot});
          });
    });
  }

  /// The largest of `count` numbers: what the best of a choice has, and no matter what was given.
  Value largest(int64_t count, llvm::function_ref<Value(Value)> read) {
    return b.loop(b.index(1), b.index(count), 1, read(b.index(0)), [&](Value i, ValueRange top) {
      return KernelBuilder::Carried{arith::MaximumFOp::create(b, top[0], read(i))};
    })[0];
  }

  void token(Value token) {
    View z = b.scratch(b.getF32Type(), {experts});
    View chosenExperts = b.resultOrWorkspace(op.getExperts(), 0);
    noisyLogits(token, z);
    if (op.getChosen())
      replay(token, chosenExperts);
    else
      choose(token, z, chosenExperts);
    auto chosenLogit = [&](Value slot) {
      return b.load(z, b.toIndex(b.load(chosenExperts, {token, slot})));
    };
    auto logit = [&](Value expert) { return b.load(z, expert); };
    // The first of an own choice is the largest of all.
    Value top = op.getChosen() ? largest(chosen, chosenLogit) : chosenLogit(b.index(0));
    if (b.hasBuffer(op.getWeights()))
      softmax(b.view(op.getWeights()), token, chosen, top, chosenLogit);
    if (b.hasBuffer(op.getProbabilities()))
      softmax(b.view(op.getProbabilities()), token, experts,
              op.getChosen() ? largest(experts, logit) : top, logit);
  }
};

/// sum over i < count of a(i) b(i).
Value dot(KernelBuilder &b, int64_t count,
          llvm::function_ref<std::pair<Value, Value>(Value)> read) {
  return b.loop(b.index(0), b.index(count), 1, b.f32(0), [&](Value i, ValueRange carried) {
    auto [x, y] = read(i);
    return KernelBuilder::Carried{b.fma(x, y, carried[0])};
  })[0];
}

/// Number of slots of each expert, as f32, into `counts`.
void countSlots(KernelBuilder &b, Value experts, const View &counts) {
  View view = b.view(experts);
  b.loop(0, counts.columns(), 1, [&](Value expert) { b.store(b.f32(0), counts, expert); });
  b.loop(0, view.rows(), 1, [&](Value token) {
    b.loop(0, view.columns(), 1, [&](Value slot) {
      Value expert = b.toIndex(b.load(view, {token, slot}));
      b.store(arith::AddFOp::create(b, b.load(counts, expert), b.f32(1)), counts, expert);
    });
  });
}

} // namespace

LogicalResult emitRoute(KernelBuilder &b, Operation *anchor) {
  auto op = cast<RouteOp>(anchor);
  RouteEmitter emitter{b, op, dimOf(op.getLogits(), 1), static_cast<int64_t>(op.getK())};
  int64_t tokens = dimOf(op.getLogits(), 0), block = 64;
  b.phase(llvm::divideCeil(tokens, block), [&](Value item) {
    Value from = b.mul(item, block);
    b.loop(from, b.min(b.add(from, block), b.index(tokens)), 1,
           [&](Value token) { emitter.token(token); });
  });
  return success();
}

LogicalResult emitRouteGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<RouteGradOp>(anchor);
  int64_t tokens = dimOf(op.getProbabilities(), 0), experts = dimOf(op.getProbabilities(), 1);
  int64_t chosen = dimOf(op.getExperts(), 1);
  b.phase(tokens, [&](Value token) {
    View weights = b.view(op.getWeights()), weightGrads = b.view(op.getWeightsGrad()),
         choice = b.view(op.getExperts());
    View p = b.view(op.getProbabilities()), pGrads = b.view(op.getProbabilitiesGrad()),
         result = b.view(op.getResult());
    auto pair = [&](const View &x, const View &y) {
      return
          [&, token](Value i) { return std::pair(b.load(x, {token, i}), b.load(y, {token, i})); };
    };
    auto softmaxGrad = [&](const View &y, const View &grad, Value i, Value mean) -> Value {
      return arith::MulFOp::create(b, b.load(y, {token, i}),
                                   arith::SubFOp::create(b, b.load(grad, {token, i}), mean));
    };
    Value mean = dot(b, experts, pair(p, pGrads));
    b.loop(0, experts, 1, [&](Value expert) {
      b.store(softmaxGrad(p, pGrads, expert, mean), result, {token, expert});
    });
    Value weightMean = dot(b, chosen, pair(weights, weightGrads));
    b.loop(0, chosen, 1, [&](Value slot) {
      Value expert = b.toIndex(b.load(choice, {token, slot}));
      Value grad = softmaxGrad(weights, weightGrads, slot, weightMean);
      b.store(arith::AddFOp::create(b, b.load(result, {token, expert}), grad), result,
              {token, expert});
    });
  });
  return success();
}

LogicalResult emitBalanceLoss(KernelBuilder &b, Operation *anchor) {
  auto op = cast<BalanceLossOp>(anchor);
  int64_t tokens = dimOf(op.getProbabilities(), 0), experts = dimOf(op.getProbabilities(), 1);
  double slots =
      static_cast<double>(cast<RankedTensorType>(op.getExperts().getType()).getNumElements());
  double scale = op.getCoefficient().convertToDouble() * static_cast<double>(experts) / slots /
                 static_cast<double>(tokens);
  b.phase(1, [&](Value) {
    View counts = b.scratch(b.getF32Type(), {experts}), p = b.view(op.getProbabilities());
    countSlots(b, op.getExperts(), counts);
    auto sum =
        b.loop(b.index(0), b.index(tokens), 1, b.f32(0), [&](Value token, ValueRange carried) {
          Value row = dot(b, experts, [&](Value e) {
            return std::pair(b.load(counts, e), b.load(p, {token, e}));
          });
          return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], row)};
        });
    b.storeAt(arith::MulFOp::create(b, sum[0], b.f32(scale)), b.view(op.getResult()), b.index(0));
  });
  return success();
}

LogicalResult emitBalanceLossGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<BalanceLossGradOp>(anchor);
  int64_t tokens = dimOf(op.getResult(), 0), experts = dimOf(op.getResult(), 1);
  double slots =
      static_cast<double>(cast<RankedTensorType>(op.getExperts().getType()).getNumElements());
  double scale = op.getCoefficient().convertToDouble() * static_cast<double>(experts) / slots /
                 static_cast<double>(tokens);
  b.phase(1, [&](Value) {
    View counts = b.scratch(b.getF32Type(), {experts}), result = b.view(op.getResult());
    countSlots(b, op.getExperts(), counts);
    Value factor =
        arith::MulFOp::create(b, b.loadAt(b.view(op.getGrad()), b.index(0)), b.f32(scale));
    b.loop(0, tokens, 1, [&](Value token) {
      b.loop(0, experts, 1, [&](Value expert) {
        b.store(arith::MulFOp::create(b, b.load(counts, expert), factor), result, {token, expert});
      });
    });
  });
  return success();
}

} // namespace dsa::cpu
