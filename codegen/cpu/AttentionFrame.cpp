// Copies, tiles and masks of attention kernels.
#include "codegen/cpu/AttentionFrame.h"
#include "codegen/cpu/ScalarOps.h"
#include "dialect/ScoreBody.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

AttentionOperands AttentionOperands::of(Operation *op) {
  AttentionOperands result;
  result.scoreBody = scoreBodyOf(op);
  llvm::TypeSwitch<Operation *>(op)
      .Case<AttentionOp, AttentionGradOp, SparseAttentionOp, SparseAttentionGradOp>(
          [&](auto attention) {
            result.query = attention.getQuery(), result.keys = attention.getKeys(),
            result.values = attention.getValues();
            result.key = attention.getKey(), result.offset = attention.getQueryOffset();
            result.querySegments = attention.getQuerySegments(),
            result.keySegments = attention.getKeySegments();
            result.causal = attention.getCausal(),
            result.scale = attention.getScale().convertToDouble();
            result.dropout = result.key ? attention.getDropout().convertToDouble() : 0.0;
          });
  if (auto sparse = dyn_cast<SparseAttentionOp>(op))
    result.indices = sparse.getIndices();
  if (auto sparse = dyn_cast<SparseAttentionGradOp>(op))
    result.indices = sparse.getIndices();
  auto q = cast<RankedTensorType>(result.query.getType()).getShape();
  auto k = cast<RankedTensorType>(result.keys.getType()).getShape();
  result.batches = q[0], result.queries = q[1], result.heads = q[2], result.depth = q[3];
  result.keyCount = k[1], result.keyHeads = k[2];
  result.valueDepth = cast<RankedTensorType>(result.values.getType()).getShape()[3];
  return result;
}

RevisedScores reviseScores(KernelBuilder &b, const AttentionOperands &op, Value score, Value query,
                           Value key, Value head) {
  auto number = [&](Value places) -> Value {
    return arith::SIToFPOp::create(b, b.vectorType(b.getF32Type()), places);
  };
  SmallVector<Value> yielded =
      evaluateBody(b, *op.scoreBody, {score, number(query), number(key), number(head)});
  return {yielded[0], yielded.size() > 1 ? yielded[1] : Value()};
}

Value isScore(KernelBuilder &b, Value score) {
  // NaN is a score: it has to arrive in the result.
  return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, score,
                               b.constant(score.getType(), kNoScore));
}

QueryRows QueryRows::ofHead(KernelBuilder &b, Value batch, Value head, Value query, int64_t size,
                            int64_t queries) {
  return {batch, head, query, b.min(b.index(size), b.sub(b.index(queries), query))};
}

QueryRows QueryRows::ofQuery(KernelBuilder &b, Value batch, Value query, Value groupHead,
                             Value first, int64_t group) {
  Value count = b.min(b.index(kQueryBlock), b.sub(b.index(group), first));
  return {batch, b.add(groupHead, first), query, count, /*acrossHeads=*/true};
}

QueryRows QueryRows::block(KernelBuilder &b, Value row) const {
  return {batch, head, b.add(query, row), b.min(b.index(kQueryBlock), b.sub(count, row))};
}

Value QueryRows::queryOf(KernelBuilder &b, Value row) const {
  return acrossHeads ? query : b.add(query, row);
}

Value QueryRows::headOf(KernelBuilder &b, Value row) const {
  return acrossHeads ? b.add(head, row) : head;
}

Value QueryRows::start(KernelBuilder &b, const View &view, Value row) const {
  return b.linear(view, {batch, queryOf(b, row), headOf(b, row), b.index(0)});
}

Value QueryRows::countFrom(KernelBuilder &b, Value row) const {
  return b.max(b.sub(count, row), b.index(0));
}

AttentionFrame::AttentionFrame(KernelBuilder &b, const AttentionOperands &operands)
    : b(b), operands(operands), tileShape{b.isa().registers >= 32 ? 8 : 4, 2} {}

int64_t AttentionFrame::padded(int64_t depth) const {
  return llvm::alignTo(depth, tileShape.vectors * b.lanes());
}
int64_t AttentionFrame::paddedKeys() const {
  return llvm::alignTo(operands.keyCount, tileShape.rows);
}
int64_t AttentionFrame::keyTile() const {
  return std::min<int64_t>(paddedKeys(), 128);
}

void AttentionFrame::selectionPhase() {
  int64_t k = cast<RankedTensorType>(operands.indices.getType()).getShape()[2];
  b.phase(operands.batches * operands.blocks(), [&](Value item) {
    View words = selection(), indices = b.view(operands.indices);
    Value batch = b.div(item, operands.blocks()), block = b.rem(item, operands.blocks());
    b.loop(0, operands.keyCount, 1, [&](Value s) { b.store(b.i32(0), words, {batch, block, s}); });
    Value first = b.mul(block, kQueryBlock);
    b.loop(first, b.min(b.add(first, kQueryBlock), b.index(operands.queries)), 1, [&](Value t) {
      Value bit = arith::ShLIOp::create(b, b.i32(1), b.toI32(b.sub(t, first)));
      b.loop(0, k, 1, [&](Value slot) {
        Value chosen = b.load(indices, {batch, t, slot});
        b.when(isVisible(b, operands, batch, t, chosen), [&] {
          Value s = b.toIndex(chosen);
          b.store(arith::OrIOp::create(b, b.load(words, {batch, block, s}), bit), words,
                  {batch, block, s});
        });
      });
    });
  });
}

/// Asks for what lies behind a row: the same row of the next head.
void AttentionFrame::prefetchNext(const View &from, Value source) {
  prefetch(b, from, b.add(source, from.columns()), llvm::divideCeil(from.columns(), kLine));
}

/// Copies the last axis from element `source` on to a row of `to`, which is zero beyond.
void AttentionFrame::copyRow(const View &from, Value source, const View &to, Value row) {
  int64_t width = from.columns();
  Value target = b.rowStart(to, row);
  for (int64_t column = width / b.lanes() * b.lanes(); column < to.columns(); column += b.lanes())
    b.storeVector(b.splat(0.0), to, b.add(target, column));
  b.columns(width, [&](Value column, Value mask) {
    b.storeVector(b.loadVector(from, b.add(source, column), mask), to, b.add(target, column), mask);
  });
}

void AttentionFrame::clearRow(const View &to, Value row) {
  Value start = b.rowStart(to, row);
  b.loop(0, to.columns(), b.lanes(),
         [&](Value column) { b.storeVector(b.splat(0.0), to, b.add(start, column)); });
}

void AttentionFrame::copyHead(Value tensor, Value batch, Value head, const View &to) {
  View from = b.view(tensor);
  b.loop(0, from.shape[1], 1, [&](Value row) {
    Value source = b.linear(from, {batch, row, head, b.index(0)});
    prefetchNext(from, source);
    copyRow(from, source, to, row);
  });
  b.loop(from.shape[1], to.shape[0], 1, [&](Value row) { clearRow(to, row); });
}

void AttentionFrame::copyQueries(Value tensor, const QueryRows &rows, const View &to) {
  View from = b.view(tensor);
  b.loop(b.index(0), rows.count, 1, [&](Value row) {
    Value source = rows.start(b, from, row);
    prefetchNext(from, source);
    copyRow(from, source, to, row);
  });
  b.loop(rows.count, b.index(kQueryBlock), 1, [&](Value row) { clearRow(to, row); });
}

Value AttentionFrame::keyNumber(Value s) {
  return listed ? b.loadAt(listed->keys, b.add(listed->first, s)) : b.toI32(s);
}

Value AttentionFrame::keyHeadOf(const QueryRows &rows) {
  return b.div(rows.head, operands.heads / operands.keyHeads);
}

bool AttentionFrame::isRagged(const QueryRows &rows) const {
  int64_t all = rows.acrossHeads ? operands.heads / operands.keyHeads : operands.queries;
  return all % kQueryBlock != 0;
}

void AttentionFrame::forListed(const ListedKeys &list, Value count,
                               llvm::function_ref<void(Value)> body) {
  b.loop(b.index(0), count, keyTile(), [&](Value from) {
    listed = ListedKeys{list.keys, list.words, b.add(list.first, from)};
    body(b.min(b.index(keyTile()), b.sub(count, from)));
    listed.reset();
  });
}

void AttentionFrame::copyListed(const View &from, const QueryRows &rows, Value count,
                                const View &to) {
  Value keyHead = keyHeadOf(rows);
  b.loop(b.index(0), count, 1, [&](Value s) {
    Value row = b.toIndex(keyNumber(s));
    copyRow(from, b.linear(from, {rows.batch, row, keyHead, b.index(0)}), to, s);
  });
}

void AttentionFrame::addListed(const View &from, Value batch, Value keyHead, Value count,
                               const View &to) {
  b.loop(b.index(0), count, 1, [&](Value s) {
    Value row = b.toIndex(keyNumber(s)), source = b.rowStart(from, s),
          target = b.linear(to, {batch, row, keyHead, b.index(0)});
    b.columns(to.columns(), [&](Value d, Value mask) {
      Value sum = arith::AddFOp::create(b, b.loadVector(to, b.add(target, d), mask),
                                        b.loadVector(from, b.add(source, d)));
      b.storeVector(sum, to, b.add(target, d), mask);
    });
  });
}

void AttentionFrame::transposeQueries(const View &from, const View &to, double factor) {
  Value factors = b.splat(factor);
  b.loop(0, kQueryBlock, b.lanes(), [&](Value row) {
    b.loop(0, from.columns(), b.lanes(), [&](Value column) {
      SmallVector<Value> block;
      for (int64_t lane = 0; lane < b.lanes(); ++lane)
        block.push_back(b.loadVector(from, b.add(b.rowStart(from, b.add(row, lane)), column)));
      for (auto [lane, vector] : llvm::enumerate(transpose(b, block)))
        b.storeVector(arith::MulFOp::create(b, vector, factors), to,
                      b.add(b.rowStart(to, b.add(column, static_cast<int64_t>(lane))), row));
    });
  });
}

/// One tile of scores, `vectors` wide.
void AttentionFrame::scoreTile(int64_t vectors, const View &left, const View &right, Value s,
                               Value column, const View &to, Value target) {
  TileShape shape{tileShape.rows, vectors};
  TileLeft rows{left, rowStarts(b, left, s, shape.rows), 1};
  TileRight panel{right, column, kQueryBlock};
  auto sums = multiplyTile(b, shape, rows, panel, b.index(left.columns()),
                           tileShape.vectors * b.lanes(), zeroTile(b, shape));
  storeTile(b, shape, sums, to, b.add(target, column), kQueryBlock);
}

void AttentionFrame::scores(const View &left, const View &right, Value firstQuery, Value from,
                            Value to, const View &scores) {
  int64_t vectors = tileShape.vectors;
  b.loop(from, to, tileShape.rows, [&](Value s) {
    Value target = b.rowStart(scores, b.sub(s, from));
    b.loop(0, kQueryBlock, vectors * b.lanes(), [&](Value column) {
      auto tile = [&] { scoreTile(vectors, left, right, s, column, scores, target); };
      if (!triangular())
        return tile();
      Value last = b.add(b.add(firstQuery, column), b.lanes());
      auto half = [&] {
        scoreTile(vectors - 1, left, right, s, b.add(column, b.lanes()), scores, target);
      };
      b.when(b.less(s, last), tile, [&] { b.when(b.less(s, b.add(last, b.lanes())), half); });
    });
  });
}

/// left(row, k) is the flat element row * leftRow + k * leftStep; step k of the depth reads row
/// rightFrom + k of right; rows of the target count from targetFrom. Rows are rounded up to whole
/// tiles, which the padding of all three allows.
void AttentionFrame::accumulate(const View &left, int64_t leftRow, int64_t leftStep, Value rows,
                                const View &right, llvm::function_ref<Steps(Value)> steps,
                                Value rightFrom, const View &target, Value targetFrom) {
  int64_t columns = tileShape.vectors * b.lanes(), width = target.columns();
  b.loop(b.index(0), rows, tileShape.rows, [&](Value row) {
    auto [from, to, multiple] = steps(row);
    TileLeft lefts{left, {}, leftStep};
    for (int64_t number = 0; number < tileShape.rows; ++number)
      lefts.first.push_back(b.add(b.mul(b.add(row, number), leftRow), b.mul(from, leftStep)));
    b.loop(0, width, columns, [&](Value column) {
      TileRight panel{right, b.add(b.rowStart(right, b.add(rightFrom, from)), column), width};
      Value at = b.add(b.rowStart(target, b.add(row, targetFrom)), column);
      auto sums = multiplyTile(b, tileShape, lefts, panel, b.sub(to, from), multiple,
                               loadTile(b, tileShape, target, at, width));
      storeTile(b, tileShape, sums, target, at, width);
    });
  });
}

Value AttentionFrame::keyLimit(Value firstQuery) {
  if (!operands.causal)
    return b.index(operands.keyCount);
  Value past = b.add(positionOf(b, operands.offset, firstQuery), kQueryBlock);
  return b.min(past, b.index(operands.keyCount));
}

Value AttentionFrame::reach(Value query, int64_t count, Value from, Value to) {
  return triangular() ? b.max(from, b.min(b.add(query, count), to)) : to;
}

Value AttentionFrame::firstMasked(Value query, Value from, Value to) {
  bool known = listed ? !listed->words.base
                      : !operands.indices && !operands.querySegments && !operands.offset;
  return known ? reach(query, 1, from, to) : from;
}

AttentionFrame::Steps AttentionFrame::keysOf(Value query, Value from, Value to) {
  Value count = b.sub(reach(query, tileShape.rows, from, to), from);
  bool anyCount = operands.offset || listed;
  return {b.index(0), count, anyCount ? 1 : std::gcd(operands.keyCount, tileShape.rows)};
}

AttentionFrame::Steps AttentionFrame::queriesOf(Value firstQuery, Value key) {
  Value all = b.index(kQueryBlock), none = b.index(0);
  Value first = triangular() ? b.min(b.max(b.sub(key, firstQuery), none), all) : none;
  return {first, all, tileShape.rows};
}

Value AttentionFrame::sees(const QueryRows &rows, Value column, Value s) {
  Value lanes = b.add(b.splat(b.toI32(column)), b.iota());
  auto both = [&](Value x, Value y) -> Value {
    return x ? Value(arith::AndIOp::create(b, x, y)) : y;
  };
  Value mask, everywhere = b.constant(b.vectorType(b.getI1Type()), 1);
  if (listed && !listed->words.base)
    return everywhere;
  if (operands.indices) {
    Value word = listed ? b.loadAt(listed->words, b.add(listed->first, s))
                        : b.load(selection(), {rows.batch, b.div(rows.query, kQueryBlock), s});
    Value bit = arith::ShLIOp::create(b, b.splat(b.i32(1)), lanes);
    Value hit = arith::AndIOp::create(b, b.splat(word), bit);
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, hit, b.splat(b.i32(0)));
  }
  if (operands.causal) {
    Value last = b.add(lanes, b.splat(b.toI32(positionOf(b, operands.offset, rows.query))));
    mask = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, last, b.splat(b.toI32(s)));
  }
  if (operands.querySegments) {
    View own = b.view(operands.querySegments), other = b.view(operands.keySegments);
    Value segments = b.loadVector(own, b.linear(own, {rows.batch, b.add(rows.query, column)}),
                                  b.maskBelow(rows.countFrom(b, column)));
    Value segment = b.load(other, {rows.batch, s});
    mask =
        both(mask, arith::CmpIOp::create(b, arith::CmpIPredicate::eq, segments, b.splat(segment)));
  }
  return mask ? mask : everywhere;
}

RevisedScores AttentionFrame::revise(Value score, const QueryRows &rows, Value column, Value s) {
  Value lanes = b.add(b.splat(b.toI32(column)), b.iota());
  Value query = b.splat(b.toI32(positionOf(b, operands.offset, rows.query))),
        head = b.splat(b.toI32(rows.head));
  (rows.acrossHeads ? head : query) = b.add(rows.acrossHeads ? head : query, lanes);
  return reviseScores(b, operands, score, query, b.splat(keyNumber(s)), head);
}

/// The numbers of the rows from `column` on in [B, H, L].
Value AttentionFrame::rowNumbers(const QueryRows &rows, Value column) {
  Value first = b.add(
      b.mul(b.add(b.mul(rows.batch, operands.heads), rows.headOf(b, column)), operands.queries),
      rows.queryOf(b, column));
  Value lanes = b.iota();
  if (rows.acrossHeads)
    lanes = b.mul(lanes, b.splat(b.i32(operands.queries)));
  return b.add(b.splat(b.toI32(first)), lanes);
}

KernelBuilder::Carried
AttentionFrame::forKeys(const QueryRows &queryRows, Value column, Value from, Value to,
                        ValueRange inits,
                        llvm::function_ref<KernelBuilder::Carried(Value, Value, ValueRange)> body) {
  if (operands.dropout == 0)
    return b.loop(from, to, 1, inits,
                  [&](Value s, ValueRange carried) { return body(s, {}, carried); });
  StreamKey key = loadKey(b, b.view(operands.key));
  Value rows = rowNumbers(queryRows, column);
  if (operands.keyCount % 64 != 0 || listed)
    return b.loop(from, to, 1, inits, [&](Value s, ValueRange carried) {
      Value elements = b.add(b.mul(rows, b.splat(b.i32(operands.keyCount))), b.splat(keyNumber(s)));
      return body(s, dropoutFactors(b, key, elements, operands.dropout), carried);
    });
  // Keys 16 apart share a Philox block: four words, four keys. `from` is a multiple of 64 and so is
  // every row's start.
  return b.loop(from, to, 64, inits, [&](Value group, ValueRange carried) {
    Value groups = b.add(b.mul(rows, b.splat(b.i32(operands.keyCount / 64))),
                         b.splat(b.toI32(b.div(group, 64))));
    return b.loop(b.index(0), b.index(16), 1, carried, [&](Value lane, ValueRange inner) {
      Value blocks = b.add(b.mul(groups, b.splat(b.i32(16))), b.splat(b.toI32(lane)));
      KernelBuilder::Carried values(inner);
      for (auto [word, bits] : llvm::enumerate(philox(b, key, blocks))) {
        Value first = b.add(group, static_cast<int64_t>(word) * 16);
        values = b.when(b.less(first, to), values, [&] {
          return body(b.add(first, lane), dropoutFactor(b, bits, operands.dropout), values);
        });
      }
      return values;
    });
  });
}

} // namespace dsa::cpu
