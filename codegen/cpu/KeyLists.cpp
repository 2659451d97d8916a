// Builds the lists: a word of members a key, then the keys with many members, then what is left of
// each query's selection.
#include "codegen/cpu/KeyLists.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

/// Queries of a block of 32 that make a key worth a row of a dense tile: where one tile's pairs
/// cost as much as gathering its members.
static constexpr int64_t kShared = 10;
/// Own keys of a whole block that are not worth a pass over each query: then all keys are shared.
static constexpr int64_t kFewOwn = 24 * kQueryBlock;

int64_t KeyLists::selected() const {
  return cast<RankedTensorType>(op.indices.getType()).getShape()[2];
}
int64_t KeyLists::ownPlaces() const {
  return llvm::alignTo(selected(), b.lanes());
}
int64_t KeyLists::sharedPlaces() const {
  int64_t most = kQueryBlock * selected() / kShared + kFewOwn;
  return std::min(op.keyCount, most) + b.lanes();
}

View KeyLists::ownKeys() {
  return b.workspace(8, b.getI32Type(), {op.batches, op.queries, ownPlaces() + b.lanes()});
}
View KeyLists::ownCounts() {
  return b.workspace(9, b.getI32Type(), {op.batches, op.queries});
}
View KeyLists::sharedKeys() {
  return b.workspace(10, b.getI32Type(), {op.batches, op.blocks(), sharedPlaces()});
}
View KeyLists::sharedWords() {
  return b.workspace(11, b.getI32Type(), {op.batches, op.blocks(), sharedPlaces()});
}
View KeyLists::sharedCounts() {
  return b.workspace(12, b.getI32Type(), {op.batches, op.blocks()});
}

KeyLists::Own KeyLists::own(Value batch, Value t) {
  View keys = ownKeys();
  return {keys, b.linear(keys, {batch, t, b.index(0)}), b.toIndex(b.load(ownCounts(), {batch, t}))};
}

KeyLists::Shared KeyLists::shared(Value batch, Value firstQuery) {
  View keys = sharedKeys();
  Value block = b.div(firstQuery, kQueryBlock);
  return {{keys, sharedWords(), b.linear(keys, {batch, block, b.index(0)})},
          b.toIndex(b.load(sharedCounts(), {batch, block}))};
}

void KeyLists::phase(bool shares) {
  b.phase(op.batches * op.blocks(), [&](Value item) {
    Value batch = b.div(item, op.blocks()), block = b.rem(item, op.blocks());
    Value first = b.mul(block, kQueryBlock),
          end = b.min(b.add(first, kQueryBlock), b.index(op.queries));
    View members =
        b.scratch(b.getI32Type(), {static_cast<int64_t>(llvm::alignTo(op.keyCount, b.lanes()))});
    b.loop(0, members.elements(), b.lanes(),
           [&](Value at) { b.storeVector(b.splat(b.i32(0)), members, at); });
    b.loop(first, end, 1, [&](Value t) { collect(members, batch, first, t); });
    Value least = shares ? leastShared(members) : b.i32(kQueryBlock + 1);
    if (shares)
      share(members, least, batch, block);
    b.loop(first, end, 1, [&](Value t) { listOwn(members, least, batch, first, t); });
  });
}

/// Sets the bit of query `t` in the words of the keys that it sees.
void KeyLists::collect(const View &members, Value batch, Value first, Value t) {
  View indices = b.view(op.indices);
  Value bit = arith::ShLIOp::create(b, b.i32(1), b.toI32(b.sub(t, first)));
  b.loop(0, selected(), 1, [&](Value slot) {
    Value chosen = b.load(indices, {batch, t, slot});
    b.when(isVisible(b, op, batch, t, chosen), [&] {
      Value s = b.toIndex(chosen);
      b.storeAt(arith::OrIOp::create(b, b.loadAt(members, s), bit), members, s);
    });
  });
}

/// The number of queries from which on a key of this block is shared.
Value KeyLists::leastShared(const View &members) {
  Value least = b.splat(b.i32(kShared)), zero = b.splat(b.i32(0));
  auto own = b.loop(
      b.index(0), b.index(members.elements()), b.lanes(), zero, [&](Value s, ValueRange carried) {
        Value population = math::CtPopOp::create(b, b.loadVector(members, s));
        Value rare = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, population, least);
        Value counted = arith::SelectOp::create(b, rare, population, zero);
        return KernelBuilder::Carried{arith::AddIOp::create(b, carried[0], counted)};
      });
  Value total = vector::ReductionOp::create(b, vector::CombiningKind::ADD, own[0]);
  Value few = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, total, b.i32(kFewOwn));
  return arith::SelectOp::create(b, few, b.i32(1), b.i32(kShared));
}

/// Writes the numbers of the keys whose words `wanted` selects one after the other from element
/// `first` of `keys` on, and the words likewise if `words` has a buffer; returns how many.
static Value listKeys(KernelBuilder &b, const View &members,
                      llvm::function_ref<Value(Value word)> wanted, const View &keys,
                      const View &words, Value first) {
  auto count = b.loop(b.index(0), b.index(members.elements()), b.lanes(), b.index(0),
                      [&](Value s, ValueRange carried) {
                        Value word = b.loadVector(members, s), mask = wanted(word);
                        Value many = b.countLanes(mask), at = b.add(first, carried[0]);
                        b.when(b.less(b.index(0), many), [&] {
                          Value numbers = b.add(b.splat(b.toI32(s)), b.iota());
                          b.storeCompressed(numbers, mask, keys, at);
                          if (words.base)
                            b.storeCompressed(word, mask, words, at);
                        });
                        return KernelBuilder::Carried{b.add(carried[0], many)};
                      });
  return count[0];
}

void KeyLists::share(const View &members, Value least, Value batch, Value block) {
  View keys = sharedKeys();
  auto isShared = [&](Value word) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::sge, math::CtPopOp::create(b, word),
                                 b.splat(least));
  };
  Value count = listKeys(b, members, isShared, keys, sharedWords(),
                         b.linear(keys, {batch, block, b.index(0)}));
  b.store(b.toI32(count), sharedCounts(), {batch, block});
}

/// Lists the keys that query `t` sees and that are not shared.
void KeyLists::listOwn(const View &members, Value least, Value batch, Value first, Value t) {
  Value bit = arith::ShLIOp::create(b, b.i32(1), b.toI32(b.sub(t, first))), zero = b.i32(0);
  auto isOwn = [&](Value word) -> Value {
    Value sees = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                       arith::AndIOp::create(b, word, b.splat(bit)), b.splat(zero));
    Value rare = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, math::CtPopOp::create(b, word),
                                       b.splat(least));
    return arith::AndIOp::create(b, sees, rare);
  };
  Own list = own(batch, t);
  Value count = listKeys(b, members, isOwn, list.keys, {}, list.first);
  b.storeVector(b.splat(zero), list.keys, b.add(list.first, count));
  b.store(b.toI32(count), ownCounts(), {batch, t});
}

void KeyLists::forOwn(const QueryRows &rows, int64_t keysAtOnce,
                      llvm::function_ref<void(Value row, const Own &list)> body) {
  View done = b.scratch(b.getI32Type(), {kQueries});
  b.loop(0, kQueries, b.lanes(), [&](Value row) { b.storeVector(b.splat(b.i32(0)), done, row); });
  b.loop(0, op.keyCount, keysAtOnce, [&](Value from) {
    Value until = b.toI32(b.add(from, keysAtOnce));
    b.loop(b.index(0), rows.count, 1, [&](Value row) {
      Own all = own(rows.batch, rows.queryOf(b, row));
      Value begin = b.toIndex(b.loadAt(done, row));
      auto isInRange = [&](ValueRange number) -> Value {
        Value key = b.loadAt(all.keys, b.add(all.first, number[0]));
        return arith::AndIOp::create(b, b.less(number[0], all.count), b.less(key, until));
      };
      Value stop = b.repeatWhile(begin, isInRange, [&](ValueRange number) {
        return KernelBuilder::Carried{b.add(number[0], 1)};
      })[0];
      b.storeAt(b.toI32(stop), done, row);
      b.when(b.less(begin, stop),
             [&] { body(row, {all.keys, b.add(all.first, begin), b.sub(stop, begin)}); });
    });
  });
}

} // namespace dsa::cpu
