// Logits, loss and gradients of a linear map chunk by chunk: the logits never exist whole.
#include "codegen/cpu/LinearLoss.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using llvm::alignTo;
using llvm::divideCeilSigned;

namespace dsa::cpu {

/// Tokens of a chunk: as many as keep its logits below so many elements, within bounds. More tokens
/// read the weight and its gradient less often.
static constexpr int64_t kChunkElements = 24 << 20, kMostTokens = 512;
/// A depth up to this is not cut; a longer one is cut into blocks of kCutDepth.
static constexpr int64_t kWholeDepth = 256, kCutDepth = 128;
/// Tokens whose rows of statistics one item merges.
static constexpr int64_t kMergedRows = 16;

LinearLoss::LinearLoss(KernelBuilder &b, CrossEntropyOp op) : b(b), op(op) {
  linear = op.getLogits().getDefiningOp<LinearOp>();
  for (Operation &each : b.kernel().getBody().front()) {
    if (auto found = dyn_cast<CrossEntropyGradOp>(each))
      lossGrad = found;
    if (auto found = dyn_cast<LinearGradInputOp>(each))
      gradInput = found;
    if (auto found = dyn_cast<LinearGradWeightOp>(each))
      gradWeight = found;
    if (auto found = dyn_cast<ArgmaxOp>(each))
      argmax = found;
  }
  auto weight = cast<RankedTensorType>(linear.getWeight().getType());
  tokens = cast<RankedTensorType>(op.getTargets().getType()).getNumElements();
  classes = weight.getDimSize(0);
  depth = weight.getDimSize(1);
  tile = TileShape::of(b.isa(), classes);
  blocks = divideCeilSigned(classes, kClassBlock);
  width = std::min<int64_t>(kClassBlock, alignTo(classes, panelOf(tile)));
  int64_t most =
      std::clamp(kChunkElements / (blocks * width) / kTileRows * kTileRows, kTileRows, kMostTokens);
  chunk = alignTo(divideCeilSigned(tokens, divideCeilSigned(tokens, most)), kMergedRows);
  rounds = divideCeilSigned(tokens, chunk);
  tokensMultiple = std::gcd(chunk, tokens);
}

void LinearLoss::emit() {
  if (gradWeight)
    packInputPhase();
  b.rounds(rounds, [&] {
    logitsPhase();
    rowsPhase();
    if (lossGrad)
      gradientsPhase();
  });
  meanPhase(b, op);
}

// Sizes and memory.

/// `tensor` with leading axes, which count its rows.
View LinearLoss::rowsView(Value tensor) {
  View view = b.view(tensor);
  return view.rank() > 1 ? view : b.reshape(view, {1, view.columns()});
}

/// Tokens of the chunk of `round`.
Value LinearLoss::tokensOf(Value round) {
  if (tokens % chunk == 0)
    return b.index(chunk);
  return b.min(b.index(chunk), b.sub(b.index(tokens), b.mul(round, chunk)));
}

Value LinearLoss::classesOf(Value block) {
  if (classes % kClassBlock == 0)
    return b.index(kClassBlock);
  return b.min(b.index(kClassBlock), b.sub(b.index(classes), b.mul(block, kClassBlock)));
}

/// Calls `body` with the number of classes of `block`, known while the loops are written.
void LinearLoss::whenLastBlock(Value block, llvm::function_ref<void(int64_t)> body) {
  int64_t ragged = classes % kClassBlock;
  if (ragged == 0 || blocks == 1)
    return body(ragged == 0 ? kClassBlock : ragged);
  b.when(b.less(block, b.index(blocks - 1)), [&] { body(kClassBlock); }, [&] { body(ragged); });
}

/// The logits of a chunk: tiles of all its tokens and a block of classes.
View LinearLoss::logits() {
  return b.workspace(LogitsSlot, b.getF32Type(), {blocks, chunk, width});
}
View LinearLoss::statistics(Slot slot, Type type) {
  return b.workspace(slot, type, {blocks, chunk});
}
View LinearLoss::chosen() {
  return b.workspace(ChosenSlot, b.getF32Type(), {chunk});
}
View LinearLoss::packedInput() {
  int64_t columns = b.view(gradWeight.getInput()).columns();
  int64_t panel = panelOf(TileShape::of(b.isa(), columns));
  return b.workspace(InputSlot, b.getF32Type(), {divideCeilSigned(columns, panel), tokens, panel});
}

// Forward.

/// An item makes the logits of one block of classes for all tokens of the chunk, and what they add
/// to the statistics of their rows.
void LinearLoss::logitsPhase() {
  b.phase(blocks, [&](Value item) {
    Value round = b.div(item, blocks), block = b.rem(item, blocks);
    Value first = b.mul(round, chunk), count = tokensOf(round);
    View packed = b.scratch(b.getF32Type(), {width / panelOf(tile), depth, panelOf(tile)});
    View to = lossGrad ? logits() : b.scratch(b.getF32Type(), {kTileRows, width});
    packWeight(block, packed);
    b.loop(b.index(0), count, kTileRows, [&](Value slot) {
      Value rows = b.min(b.index(kTileRows), b.sub(count, slot));
      Value start = lossGrad ? b.linear(to, {block, slot, b.index(0)}) : b.index(0);
      multiply(b.add(first, slot), rows, packed, {to, start, width}, nextWeight(block, slot));
      b.loop(b.index(0), rows, 1, [&](Value row) {
        Value own = b.add(slot, row);
        BlockMemory logits{to, b.add(start, b.mul(row, width)), width};
        whenLastBlock(block, [&](int64_t present) {
          takeStatistics(block, b.add(first, own), own, logits, present);
        });
      });
    });
  });
}

/// The rows of the weight that make a block, as columns; the last one stands in for missing ones.
void LinearLoss::packWeight(Value block, const View &packed) {
  View weight = b.view(linear.getWeight());
  int64_t panel = panelOf(tile);
  b.loop(0, width, b.lanes(), [&](Value column) {
    SmallVector<Value> rows;
    for (int64_t lane = 0; lane < b.lanes(); ++lane) {
      Value row = b.add(b.add(b.mul(block, kClassBlock), column), lane);
      if (classes % width != 0)
        row = b.min(row, b.index(classes - 1));
      rows.push_back(b.rowStart(weight, row));
    }
    Value target = b.add(b.mul(b.div(column, panel), depth * panel), b.rem(column, panel));
    packTransposed(b, weight, rows, depth, packed, target, panel);
  });
}

/// The share of the rows at `slot` of what the next block reads.
Ahead LinearLoss::nextWeight(Value block, Value slot) {
  View weight = b.view(linear.getWeight());
  int64_t share = divideCeilSigned(width * depth, divideCeilSigned(chunk, kTileRows));
  Value next = b.rowStart(weight, b.mul(b.add(block, 1), kClassBlock));
  return {weight, b.add(next, b.mul(b.div(slot, kTileRows), share)), share};
}

/// The logits of tokens [token, token + rows).
void LinearLoss::multiply(Value token, Value rows, const View &packed, const BlockMemory &to,
                          const Ahead &next) {
  View input = rowsView(linear.getInput());
  int64_t panel = panelOf(tile);
  bool whole = depth <= kWholeDepth;
  int64_t step = whole ? depth : kCutDepth;
  if (!whole)
    clearRows(b, to, rows, width);
  b.loop(0, depth, step, [&](Value k) {
    auto left = [&](Value row, int64_t count) {
      TileLeft result{input, {}, 1};
      for (Value first : rowStarts(b, input, b.add(token, row), count))
        result.first.push_back(b.add(first, k));
      return result;
    };
    Value steps =
        depth % step == 0 ? b.index(step) : b.min(b.index(step), b.sub(b.index(depth), k));
    multiplyPanels(b, {.tile = tile,
                       .panels = width / panel,
                       .rows = rows,
                       .rowsMultiple = std::gcd(tokensMultiple, kTileRows),
                       .left = left,
                       .right = {packed, b.mul(k, panel), depth * panel},
                       .depth = steps,
                       .depthMultiple = std::gcd(depth, step),
                       .to = to,
                       .adds = !whole,
                       .mostRows = kTileRows,
                       .ahead = whole ? SmallVector<Ahead>{next} : SmallVector<Ahead>{}});
  });
}

/// Of row `slot` of the chunk, which has the `present` logits of `block` in the first row of
/// `tile`.
void LinearLoss::takeStatistics(Value block, Value token, Value slot, const BlockMemory &tile,
                                int64_t present) {
  BlockSum sum = sumBlock(b, tile.view, tile.first, present);
  b.store(sum.largest, statistics(LargestSlot, b.getF32Type()), {block, slot});
  b.store(sum.sum, statistics(SumsSlot, b.getF32Type()), {block, slot});
  Value first = b.mul(block, kClassBlock);
  if (argmax) {
    auto [top, index] = firstLargest(b, tile.view, tile.first, present);
    b.store(top, statistics(BestSlot, b.getF32Type()), {block, slot});
    b.store(b.add(index, b.toI32(first)), statistics(BestIndexSlot, b.getI32Type()), {block, slot});
  }
  View targets = b.view(op.getTargets());
  Value target = b.sub(b.loadAt(targets, b.elementAt(targets, token)), b.toI32(first));
  Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, target, b.i32(present));
  b.when(here, [&] {
    b.store(b.loadAt(tile.view, b.add(tile.first, b.toIndex(target))), chosen(), {slot});
  });
}

/// Merges the statistics of every row of the chunk.
void LinearLoss::rowsPhase() {
  int64_t items = divideCeilSigned(chunk, kMergedRows);
  b.phase(items, [&](Value item) {
    Value round = b.div(item, items), from = b.mul(b.rem(item, items), kMergedRows);
    Value to = b.min(b.add(from, kMergedRows), tokensOf(round));
    b.loop(from, to, 1, [&](Value slot) {
      Value row = b.add(b.mul(round, chunk), slot);
      checkedTarget(b, op.getTargets(), row, classes);
      Value lse = logSumExp(b, statistics(LargestSlot, b.getF32Type()),
                            statistics(SumsSlot, b.getF32Type()), slot, chunk, blocks);
      finishRow(b, op, row, lse, b.load(chosen(), {slot}));
      if (argmax)
        mergeArgmax(slot, row);
    });
  });
}

/// A later block wins only if it is better: the lowest class among equals stays.
void LinearLoss::mergeArgmax(Value slot, Value row) {
  View best = statistics(BestSlot, b.getF32Type()),
       index = statistics(BestIndexSlot, b.getI32Type());
  Value top = b.load(best, {b.index(0), slot}), chosen = b.load(index, {b.index(0), slot});
  auto found =
      b.loop(b.index(1), b.index(blocks), 1, {top, chosen}, [&](Value block, ValueRange carried) {
        Value own = b.load(best, {block, slot});
        Value better = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, own, carried[0]);
        Value number = b.load(index, {block, slot});
        return KernelBuilder::Carried{arith::SelectOp::create(b, better, own, carried[0]),
                                      arith::SelectOp::create(b, better, number, carried[1])};
      });
  View result = b.view(argmax.getResult());
  b.storeAt(found[1], result, b.elementAt(result, row));
}

LogicalResult emitLinearLoss(KernelBuilder &b, CrossEntropyOp op) {
  if (!op.getLogits().getDefiningOp<LinearOp>())
    return op.emitOpError("expected logits straight from dsa.linear, got a view of them");
  LinearLoss(b, op).emit();
  return success();
}

} // namespace dsa::cpu
