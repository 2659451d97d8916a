// Products of one query with its selected keys and values.
#include "codegen/cpu/GatheredProduct.h"
#include "codegen/cpu/Copy.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

int64_t selectedKeys(const AttentionOperands &op) {
  return cast<RankedTensorType>(op.indices.getType()).getShape()[2];
}

/// Places for the selected keys of one query, in whole vectors.
int64_t paddedKeys(KernelBuilder &b, const AttentionOperands &op) {
  return static_cast<int64_t>(llvm::alignTo(selectedKeys(op), b.lanes()));
}

/// Keys and values as the gathers read them, and what a backward pass adds to them: the rows of one
/// head in one piece, so that they stay in L2 while its queries pass. Of one head they are already.
struct HeadRows {
  KernelBuilder &b;
  const AttentionOperands &op;

  bool isCopied() const { return op.keyHeads > 1; }
  View keys() { return isCopied() ? inPieces(3, op.keys) : b.view(op.keys); }
  View values() { return isCopied() ? inPieces(4, op.values) : b.view(op.values); }
  View keysGrad(Value grad) {
    return isCopied() ? inPieces(5, grad) : b.resultOrWorkspace(grad, 1);
  }
  View valuesGrad(Value grad) {
    return isCopied() ? inPieces(6, grad) : b.resultOrWorkspace(grad, 2);
  }

  /// The phases that copy keys and values to their pieces.
  void gather() {
    if (!isCopied())
      return;
    copyPhase(b, op.keys, [&] { return b.view(op.keys); }, [&] { return keys(); });
    copyPhase(b, op.values, [&] { return b.view(op.values); }, [&] { return values(); });
  }

  /// The phases that bring the pieces of their gradients together.
  void scatter(Value keyGrad, Value valueGrad) {
    if (!isCopied())
      return;
    copyPhase(
        b, keyGrad, [&] { return keysGrad(keyGrad); },
        [&] { return b.resultOrWorkspace(keyGrad, 1); });
    copyPhase(
        b, valueGrad, [&] { return valuesGrad(valueGrad); },
        [&] { return b.resultOrWorkspace(valueGrad, 2); });
  }

private:
  /// The pieces of `tensor`, [batch, row, head, column] like it.
  View inPieces(unsigned slot, Value tensor) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(tensor.getType()).getShape();
    View view = b.workspace(slot, b.getF32Type(), {shape[0], shape[2], shape[1], shape[3]});
    std::swap(view.shape[1], view.shape[2]);
    std::swap(view.strides[1], view.strides[2]);
    return view;
  }
};

/// One query of one head: its list of keys, and rows of the operands.
struct GatheredQuery {
  KernelBuilder &b;
  const AttentionOperands &op;
  Value batch, head, keyHead, t;
  View list; ///< the keys that the query sees, `count` of them
  Value count;

  Value rowOf(const View &view, Value row, Value ofHead) {
    return b.linear(view, {batch, row, ofHead, b.index(0)});
  }

  /// The position of the query in the numbering of the keys.
  Value position() {
    return op.offset ? b.add(t, b.toIndex(b.loadAt(b.view(op.offset), b.index(0)))) : t;
  }

  void collect() {
    View indices = b.view(op.indices);
    Value reach = position();
    auto found = b.loop(
        b.index(0), b.index(selectedKeys(op)), 1, b.index(0), [&](Value slot, ValueRange carried) {
          Value chosen = b.load(indices, {batch, t, slot});
          Value seen = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, chosen, b.i32(0));
          if (op.causal) {
            Value past =
                arith::CmpIOp::create(b, arith::CmpIPredicate::sle, chosen, b.toI32(reach));
            seen = arith::AndIOp::create(b, seen, past);
          }
          if (op.querySegments) {
            Value s = b.toIndex(arith::MaxSIOp::create(b, chosen, b.i32(0)));
            Value same = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                               b.load(b.view(op.querySegments), {batch, t}),
                                               b.load(b.view(op.keySegments), {batch, s}));
            seen = arith::AndIOp::create(b, seen, same);
          }
          b.store(chosen, list, carried[0]); // the next key takes the place of one that is not seen
          return KernelBuilder::Carried{
              arith::SelectOp::create(b, seen, b.add(carried[0], 1), carried[0])};
        });
    count = found[0];
  }

  Value key(Value number) { return b.toIndex(b.load(list, number)); }

  Value dot(const View &x, Value xStart, const View &y, Value yStart) {
    auto sums = b.columns(x.columns(), b.splat(0.0), [&](Value d, Value mask, ValueRange carried) {
      return KernelBuilder::Carried{b.fma(b.loadVector(x, b.add(xStart, d), mask),
                                          b.loadVector(y, b.add(yStart, d), mask), carried[0])};
    });
    return b.sumLanes(sums[0]);
  }

  /// scale q . k of the key `s`.
  Value score(const View &q, const View &keys, Value s) {
    Value product = dot(q, rowOf(q, t, head), keys, rowOf(keys, s, keyHead));
    return arith::MulFOp::create(b, product, b.f32(op.scale));
  }

  /// target += factor * source, one row.
  void addRow(const View &target, Value at, const View &source, Value from, Value factor) {
    Value factors = b.splat(factor);
    b.columns(target.columns(), [&](Value d, Value mask) {
      Value old = b.loadVector(target, b.add(at, d), mask);
      b.storeVector(b.fma(b.loadVector(source, b.add(from, d), mask), factors, old), target,
                    b.add(at, d), mask);
    });
  }

  void clearRow(const View &target, Value at) {
    b.columns(target.columns(), [&](Value d, Value mask) {
      b.storeVector(b.splat(0.0), target, b.add(at, d), mask);
    });
  }

  /// The scores of all keys of the list, in place: what the score body makes of them, and its
  /// derivatives to `slopes` where it yields them. Returns the largest.
  Value revise(const View &scores, const View &slopes) {
    Value queries = b.splat(b.toI32(position())), heads = b.splat(b.toI32(head));
    auto best = b.loop(
        b.index(0), count, b.lanes(), b.splat(kLowestScore), [&](Value number, ValueRange carried) {
          RevisedScores revised = reviseScores(b, op, b.loadVector(scores, number), queries,
                                               b.loadVector(list, number), heads);
          b.storeVector(revised.score, scores, number);
          if (revised.slope)
            b.storeVector(revised.slope, slopes, number);
          Value inside = b.maskBelow(b.sub(count, number));
          return KernelBuilder::Carried{
              arith::SelectOp::create(b, inside, b.larger(carried[0], revised.score), carried[0])};
        });
    return b.maxLanes(best[0]);
  }

  /// Dropout factor of the pair (t, s); null without dropout.
  Value factor(Value s) {
    if (op.dropout == 0)
      return {};
    StreamKey stream = loadKey(b, b.view(op.key));
    Value row = b.add(b.mul(b.add(b.mul(batch, op.heads), head), op.queries), t);
    return dropoutFactors(b, stream, b.toI32(b.add(b.mul(row, op.keyCount), s)), op.dropout);
  }
};

GatheredQuery queryOf(KernelBuilder &b, const AttentionOperands &op, Value batch, Value head,
                      Value t) {
  View list = b.scratch(b.getI32Type(), {paddedKeys(b, op) + 1});
  return GatheredQuery{b, op, batch, head, b.div(head, op.heads / op.keyHeads), t, list, {}};
}

/// Scores, softmax and the weighted sum of values of one query.
void attend(GatheredQuery &query, const View &weights, Value result, Value lse) {
  KernelBuilder &b = query.b;
  const AttentionOperands &op = query.op;
  HeadRows rows{b, op};
  View q = b.view(op.query), keys = rows.keys(), values = rows.values();
  View output = b.resultOrWorkspace(result, 0), statistics = b.resultOrWorkspace(lse, 1);
  Value zero = b.index(0), target = query.rowOf(output, query.t, query.head);
  auto largest =
      b.loop(zero, query.count, 1, b.f32(kLowestScore), [&](Value number, ValueRange carried) {
        Value score = query.score(q, keys, query.key(number));
        b.store(score, weights, number);
        return KernelBuilder::Carried{b.larger(carried[0], score)};
      });
  Value best = op.scoreBody ? query.revise(weights, {}) : largest[0];
  auto total = b.loop(zero, query.count, 1, b.f32(0), [&](Value number, ValueRange carried) {
    Value weight = b.exp(arith::SubFOp::create(b, b.load(weights, number), best));
    b.store(weight, weights, number);
    return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], weight)};
  });
  Value some = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, total[0], b.f32(0));
  Value safe = arith::SelectOp::create(b, some, total[0], b.f32(1));
  Value sum = arith::AddFOp::create(b, best, b.log(safe));
  b.store(arith::SelectOp::create(b, some, sum, b.f32(kNoScore)), statistics,
          {query.batch, query.head, query.t});
  query.clearRow(output, target);
  b.loop(zero, query.count, 1, [&](Value number) {
    Value s = query.key(number), weight = arith::DivFOp::create(b, b.load(weights, number), safe);
    if (Value factor = query.factor(s))
      weight = arith::MulFOp::create(b, weight, factor);
    query.addRow(output, target, values, query.rowOf(values, s, query.keyHead), weight);
  });
}

/// Revised scores of all keys that the query sees, and their derivatives by the raw ones.
struct ScoreRows {
  View scores, slopes;
};

/// Makes the scores of the whole list, and of them what the score body makes.
ScoreRows reviseAll(GatheredQuery &query) {
  KernelBuilder &b = query.b;
  View q = b.view(query.op.query), keys = HeadRows{b, query.op}.keys();
  int64_t places = paddedKeys(b, query.op);
  ScoreRows rows{b.scratch(b.getF32Type(), {places}), b.scratch(b.getF32Type(), {places})};
  b.loop(b.index(0), query.count, 1, [&](Value number) {
    b.store(query.score(q, keys, query.key(number)), rows.scores, number);
  });
  query.revise(rows.scores, rows.slopes);
  return rows;
}

/// All gradients that one query contributes to.
void attendGrad(GatheredQuery &query, const AttentionGrads &grads) {
  KernelBuilder &b = query.b;
  const AttentionOperands &op = query.op;
  HeadRows rows{b, op};
  View q = b.view(op.query), keys = rows.keys(), values = rows.values(),
       upstream = b.view(grads.grad), output = b.view(grads.output);
  View dq = b.resultOrWorkspace(grads.queryGrad, 0), dk = rows.keysGrad(grads.keysGrad),
       dv = rows.valuesGrad(grads.valuesGrad);
  auto own = [&](const View &view) { return query.rowOf(view, query.t, query.head); };
  Value shift = b.load(b.view(grads.lse), {query.batch, query.head, query.t}),
        scale = b.f32(op.scale);
  Value delta = query.dot(output, own(output), upstream, own(upstream));
  query.clearRow(dq, own(dq));
  ScoreRows revised = op.scoreBody ? reviseAll(query) : ScoreRows();
  auto addPair = [&](Value number, Value score) {
    Value s = query.key(number);
    auto other = [&](const View &view) { return query.rowOf(view, s, query.keyHead); };
    Value p = b.exp(arith::SubFOp::create(b, score, shift)), kept = p;
    Value dp = query.dot(upstream, own(upstream), values, other(values));
    if (Value factor = query.factor(s)) {
      kept = arith::MulFOp::create(b, p, factor);
      dp = arith::MulFOp::create(b, dp, factor);
    }
    Value ds = arith::MulFOp::create(b, p, arith::SubFOp::create(b, dp, delta));
    ds = arith::MulFOp::create(b, ds, scale);
    if (op.scoreBody)
      ds = arith::MulFOp::create(b, ds, b.load(revised.slopes, number));
    query.addRow(dq, own(dq), keys, other(keys), ds);
    query.addRow(dk, other(dk), q, own(q), ds);
    query.addRow(dv, other(dv), upstream, own(upstream), kept);
  };
  b.loop(b.index(0), query.count, 1, [&](Value number) {
    if (!op.scoreBody)
      return addPair(number, query.score(q, keys, query.key(number)));
    Value score = b.load(revised.scores, number);
    b.when(isScore(b, score), [&] { addPair(number, score); });
  });
}

} // namespace

bool prefersGather(const AttentionOperands &op) {
  if (!op.indices)
    return false;
  double seen = static_cast<double>(op.keyCount) * (op.causal ? 0.5 : 1.0);
  return seen > 4.0 * static_cast<double>(selectedKeys(op));
}

void emitGatheredAttention(KernelBuilder &b, const AttentionOperands &op, Value result, Value lse) {
  constexpr int64_t kQueries = 16;
  int64_t blocks = static_cast<int64_t>(llvm::divideCeil(op.queries, kQueries));
  HeadRows{b, op}.gather();
  b.phase(op.batches * op.heads * blocks, [&](Value item) {
    Value row = b.div(item, blocks), first = b.mul(b.rem(item, blocks), kQueries);
    View weights = b.scratch(b.getF32Type(), {paddedKeys(b, op)});
    b.loop(first, b.min(b.add(first, kQueries), b.index(op.queries)), 1, [&](Value t) {
      GatheredQuery query = queryOf(b, op, b.div(row, op.heads), b.rem(row, op.heads), t);
      query.collect();
      attend(query, weights, result, lse);
    });
  });
}

void emitGatheredAttentionGrad(KernelBuilder &b, const AttentionOperands &op,
                               const AttentionGrads &grads) {
  int64_t group = op.heads / op.keyHeads;
  HeadRows rows{b, op};
  rows.gather();
  b.phase(op.batches * op.keyHeads, [&](Value item) {
    Value batch = b.div(item, op.keyHeads), keyHead = b.rem(item, op.keyHeads);
    View dk = rows.keysGrad(grads.keysGrad), dv = rows.valuesGrad(grads.valuesGrad);
    b.loop(0, op.keyCount, 1, [&](Value s) {
      GatheredQuery row{b, op, batch, keyHead, keyHead, s, {}, {}};
      row.clearRow(dk, row.rowOf(dk, s, keyHead));
      row.clearRow(dv, row.rowOf(dv, s, keyHead));
    });
    b.loop(0, group, 1, [&](Value member) {
      b.loop(0, op.queries, 1, [&](Value t) {
        GatheredQuery query = queryOf(b, op, batch, b.add(b.mul(keyHead, group), member), t);
        query.collect();
        attendGrad(query, grads);
      });
    });
  });
  rows.scatter(grads.keysGrad, grads.valuesGrad);
}

} // namespace dsa::cpu
