// Logits, loss and gradients of a linear map chunk by chunk: the logits never exist whole.
#include "codegen/cpu/LinearLoss.h"
#include "codegen/cpu/MicroKernel.h"

#include "llvm/Support/MathExtras.h"

#include <limits>
#include <numeric>

using namespace mlir;
using llvm::alignTo;

namespace dsa::cpu {

/// Tokens of a chunk: as many as keep its logits below so many elements, within bounds. More tokens
/// read the weight and its gradient less often.
static constexpr int64_t kChunkElements = 24 << 20, kMostTokens = 512;
/// Tokens whose tile of kClassBlock classes stays in L2 beside the factors.
static constexpr int64_t kRows = 128;
/// A depth up to this is not cut; a longer one is cut into blocks of kCutDepth.
static constexpr int64_t kWholeDepth = 256, kCutDepth = 128;
/// Keeps rows of gradients in different sets of L1.
static constexpr int64_t kPad = 16;
/// Tokens whose rows of statistics one item merges, and tokens one item packs.
static constexpr int64_t kMergedRows = 16, kPackedRows = 32;

static int64_t ceilDiv(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

namespace {

enum Slot : unsigned {
  LogitsSlot = FirstFreeSlot,
  LargestSlot,
  SumsSlot,
  ChosenSlot,
  BestSlot,
  BestIndexSlot,
  InputSlot
};

/// Rows of memory: row i begins at flat element first + i * stride.
struct Rows {
  View view;
  Value first;
  int64_t stride;
};

/// left * right, panel by panel of the right factor.
struct PanelProduct {
  TileShape tile;
  int64_t panels;
  Value rows;
  int64_t rowsMultiple;
  llvm::function_ref<TileLeft(Value row, int64_t count)> left;
  Rows right; ///< a row is a panel
  Value depth;
  int64_t depthMultiple;
  Rows to;
  bool adds; ///< to what `to` holds
};

/// One kernel: phases that take turns for every chunk of tokens.
class LinearLoss {
public:
  LinearLoss(KernelBuilder &b, CrossEntropyOp op);
  void emit();

private:
  int64_t panelOf(TileShape shape) const { return shape.vectors * b.lanes(); }
  View rowsView(Value tensor);
  Value tokensOf(Value round);
  void whenLastBlock(Value block, llvm::function_ref<void(int64_t classes)> body);
  Value classesOf(Value block);
  View logits();
  View statistics(Slot slot, Type type);
  View chosen();
  View packedInput();

  void logitsPhase();
  void packWeight(Value block, const View &packed);
  void multiply(Value token, Value rows, const View &packed, const Rows &to);
  void takeStatistics(Value block, Value token, Value slot, const Rows &tile, int64_t present);
  void rowsPhase();
  void mergeArgmax(Value slot, Value row);

  void packInputPhase();
  void gradientsPhase();
  void gradTile(Value block, Value slot, Value token, Value rows, const View &to);
  void inputGradient(Value number, Value round, const View &grads);
  void weightGradient(Value block, Value round, const View &grads);
  void multiplyPanels(const PanelProduct &product);
  void clear(const Rows &rows, Value count, int64_t columns);
  void copy(const Rows &from, const Rows &to, Value count, int64_t columns);

  KernelBuilder &b;
  CrossEntropyOp op;
  LinearOp linear;
  CrossEntropyGradOp lossGrad;
  LinearGradInputOp gradInput;
  LinearGradWeightOp gradWeight;
  ArgmaxOp argmax;
  int64_t tokens, classes, depth, blocks, width, chunk, rounds;
  int64_t tokensMultiple; ///< divides the tokens of every chunk
  TileShape tile;
};

} // namespace

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
  blocks = ceilDiv(classes, kClassBlock);
  width = std::min<int64_t>(kClassBlock, alignTo(classes, panelOf(tile)));
  int64_t most = std::clamp(kChunkElements / (blocks * width) / kRows * kRows, kRows, kMostTokens);
  chunk = alignTo(ceilDiv(tokens, ceilDiv(tokens, most)), kMergedRows);
  rounds = ceilDiv(tokens, chunk);
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
  return b.workspace(InputSlot, b.getF32Type(), {ceilDiv(columns, panel), tokens, panel});
}

void LinearLoss::clear(const Rows &rows, Value count, int64_t columns) {
  b.loop(b.index(0), count, 1, [&](Value row) {
    Value first = b.add(rows.first, b.mul(row, rows.stride));
    b.columns(columns, [&](Value column, Value mask) {
      b.storeVector(b.splat(0.0), rows.view, b.add(first, column), mask);
    });
  });
}

void LinearLoss::copy(const Rows &from, const Rows &to, Value count, int64_t columns) {
  b.loop(b.index(0), count, 1, [&](Value row) {
    Value source = b.add(from.first, b.mul(row, from.stride));
    Value target = b.add(to.first, b.mul(row, to.stride));
    b.columns(columns, [&](Value column, Value mask) {
      b.storeVector(b.loadVector(from.view, b.add(source, column), mask), to.view,
                    b.add(target, column), mask);
    });
  });
}

void LinearLoss::multiplyPanels(const PanelProduct &product) {
  TileShape full = product.tile;
  b.loop(0, product.panels, 1, [&](Value panel) {
    TileRight right{product.right.view,
                    b.add(product.right.first, b.mul(panel, product.right.stride)), panelOf(full)};
    Value corner = b.add(product.to.first, b.mul(panel, panelOf(full)));
    rowTiles(b, product.rows, product.rowsMultiple, full.rows, [&](Value row, int64_t count) {
      TileShape shape{count, full.vectors};
      Value target = b.add(corner, b.mul(row, product.to.stride));
      auto sums = product.adds ? loadTile(b, shape, product.to.view, target, product.to.stride)
                               : zeroTile(b, shape);
      sums = multiplyTile(b, shape, product.left(row, count), right, product.depth,
                          product.depthMultiple, sums);
      storeTile(b, shape, sums, product.to.view, target, product.to.stride);
    });
  });
}

// Forward.

/// An item makes the logits of one block of classes for all tokens of the chunk, and what they add
/// to the statistics of their rows.
void LinearLoss::logitsPhase() {
  b.phase(blocks, [&](Value item) {
    Value round = b.div(item, blocks), block = b.rem(item, blocks);
    Value first = b.mul(round, chunk), count = tokensOf(round);
    View packed = b.scratch(b.getF32Type(), {width / panelOf(tile), depth, panelOf(tile)});
    View to = lossGrad ? logits() : b.scratch(b.getF32Type(), {kRows, width});
    packWeight(block, packed);
    b.loop(b.index(0), count, kRows, [&](Value slot) {
      Value rows = b.min(b.index(kRows), b.sub(count, slot));
      Value start = lossGrad ? b.linear(to, {block, slot, b.index(0)}) : b.index(0);
      multiply(b.add(first, slot), rows, packed, {to, start, width});
      b.loop(b.index(0), rows, 1, [&](Value row) {
        Value own = b.add(slot, row);
        Rows logits{to, b.add(start, b.mul(row, width)), width};
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

/// The logits of tokens [token, token + rows).
void LinearLoss::multiply(Value token, Value rows, const View &packed, const Rows &to) {
  View input = rowsView(linear.getInput());
  int64_t panel = panelOf(tile);
  bool whole = depth <= kWholeDepth;
  int64_t step = whole ? depth : kCutDepth;
  if (!whole)
    clear(to, rows, width);
  b.loop(0, depth, step, [&](Value k) {
    auto left = [&](Value row, int64_t count) {
      TileLeft result{input, {}, 1};
      for (Value first : rowStarts(b, input, b.add(token, row), count))
        result.first.push_back(b.add(first, k));
      return result;
    };
    Value steps =
        depth % step == 0 ? b.index(step) : b.min(b.index(step), b.sub(b.index(depth), k));
    multiplyPanels({.tile = tile,
                    .panels = width / panel,
                    .rows = rows,
                    .rowsMultiple = std::gcd(tokensMultiple, kRows),
                    .left = left,
                    .right = {packed, b.mul(k, panel), depth * panel},
                    .depth = steps,
                    .depthMultiple = std::gcd(depth, step),
                    .to = to,
                    .adds = !whole});
  });
}

/// Of row `slot` of the chunk, which has the `present` logits of `block` in the first row of
/// `tile`.
void LinearLoss::takeStatistics(Value block, Value token, Value slot, const Rows &tile,
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
  int64_t items = ceilDiv(chunk, kMergedRows);
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

// Backward.

void LinearLoss::packInputPhase() {
  b.phase(ceilDiv(tokens, kPackedRows), [&](Value item) {
    View input = rowsView(gradWeight.getInput()), to = packedInput();
    Value row = b.mul(item, kPackedRows);
    Value count = b.min(b.index(kPackedRows), b.sub(b.index(tokens), row));
    int64_t panel = to.columns();
    packRows(b, input, row, count, to, b.mul(row, panel), tokens * panel, panel);
  });
}

/// Blocks of tokens for the gradient of the input, blocks of classes for that of the weight, mixed
/// so that few of the former, which are long, fall to one thread.
void LinearLoss::gradientsPhase() {
  int64_t inputs = gradInput ? ceilDiv(chunk, kRows) : 0, weights = gradWeight ? blocks : 0;
  int64_t group = inputs ? 1 + std::min<int64_t>(7, weights / inputs) : 1, items = inputs + weights;
  b.phase(items, [&](Value item) {
    Value round = b.div(item, items), number = b.rem(item, items);
    View grads = b.scratch(b.getF32Type(), {kRows, width + kPad});
    if (!gradInput)
      return weightGradient(number, round, grads);
    Value place = b.div(number, group), rank = b.rem(number, group);
    Value isInput =
        arith::AndIOp::create(b, b.less(place, b.index(inputs)), b.less(rank, b.index(1)));
    Value before = b.min(b.add(place, 1), b.index(inputs)); // items for the input up to this one
    b.when(
        isInput, [&] { inputGradient(place, round, grads); },
        [&] {
          if (gradWeight)
            weightGradient(b.sub(number, before), round, grads);
        });
  });
}

/// The gradient of the logits of `block` and tokens [token, token + rows), rows [slot, ...) of the
/// chunk.
void LinearLoss::gradTile(Value block, Value slot, Value token, Value rows, const View &to) {
  View from = logits(), targets = b.view(lossGrad.getTargets());
  b.loop(b.index(0), rows, 1, [&](Value row) {
    Value number = b.add(token, row);
    LossGradRow grad(b, lossGrad, number, b.loadAt(targets, b.elementAt(targets, number)));
    Value source = b.linear(from, {block, b.add(slot, row), b.index(0)});
    Value target = b.mul(row, to.columns()), first = b.mul(block, kClassBlock);
    b.columns(width, [&](Value column, Value) {
      Value x = b.loadVector(from, b.add(source, column));
      b.storeVector(grad.of(x, b.toI32(b.add(first, column))), to, b.add(target, column));
    });
  });
}

/// Of token block `number`: one chain over all classes.
void LinearLoss::inputGradient(Value number, Value round, const View &grads) {
  View weight = b.view(gradInput.getWeight()), result = rowsView(gradInput.getResult());
  int64_t columns = result.columns();
  TileShape shape = TileShape::of(b.isa(), columns);
  int64_t panel = panelOf(shape), panels = ceilDiv(columns, panel);
  View sum = b.scratch(b.getF32Type(), {kRows, panels * panel});
  View strips = b.scratch(b.getF32Type(), {panels, width, panel});
  Value slot = b.mul(number, kRows), token = b.add(b.mul(round, chunk), slot);
  Value rows = b.max(b.index(0), b.min(b.index(kRows), b.sub(tokensOf(round), slot)));
  Rows sums{sum, b.index(0), panels * panel};
  clear(sums, rows, panels * panel);
  b.loop(0, blocks, 1, [&](Value block) {
    Value present = classesOf(block);
    gradTile(block, slot, token, rows, grads);
    packRows(b, weight, b.mul(block, kClassBlock), present, strips, b.index(0), width * panel,
             panel);
    auto left = [&](Value row, int64_t count) {
      TileLeft result{grads, {}, 1};
      for (int64_t i = 0; i < count; ++i)
        result.first.push_back(b.mul(b.add(row, i), grads.columns()));
      return result;
    };
    multiplyPanels({.tile = shape,
                    .panels = panels,
                    .rows = rows,
                    .rowsMultiple = std::gcd(tokensMultiple, kRows),
                    .left = left,
                    .right = {strips, b.index(0), width * panel},
                    .depth = present,
                    .depthMultiple = std::gcd(classes, kClassBlock),
                    .to = sums,
                    .adds = true});
  });
  copy(sums, {result, b.rowStart(result, token), columns}, rows, columns);
}

/// Of a block of classes: the chain over all tokens goes on where the last chunk left it.
void LinearLoss::weightGradient(Value block, Value round, const View &grads) {
  View result = b.view(gradWeight.getResult()), input = packedInput();
  int64_t columns = result.columns();
  TileShape shape = TileShape::of(b.isa(), columns);
  int64_t panel = panelOf(shape), panels = ceilDiv(columns, panel);
  Value present = classesOf(block), count = tokensOf(round), first = b.mul(round, chunk);
  Rows own{result, b.rowStart(result, b.mul(block, kClassBlock)), columns}, to = own;
  bool direct = columns % panel == 0;
  if (!direct)
    to = {b.scratch(b.getF32Type(), {width, panels * panel}), b.index(0), panels * panel};
  b.when(
      b.less(round, b.index(1)), [&] { clear(to, present, panels * panel); },
      [&] {
        if (!direct)
          copy(own, to, present, columns);
      });
  b.loop(b.index(0), count, kRows, [&](Value slot) {
    Value steps = b.min(b.index(kRows), b.sub(count, slot)), token = b.add(first, slot);
    gradTile(block, slot, token, steps, grads);
    auto left = [&](Value row, int64_t count) {
      TileLeft result{grads, {}, grads.columns()};
      for (int64_t i = 0; i < count; ++i)
        result.first.push_back(b.add(row, i));
      return result;
    };
    multiplyPanels({.tile = shape,
                    .panels = panels,
                    .rows = present,
                    .rowsMultiple = std::gcd(classes, kClassBlock),
                    .left = left,
                    .right = {input, b.mul(token, panel), tokens * panel},
                    .depth = steps,
                    .depthMultiple = std::gcd(tokensMultiple, kRows),
                    .to = to,
                    .adds = true});
  });
  if (!direct)
    copy(to, own, present, columns);
}

LogicalResult emitLinearLoss(KernelBuilder &b, CrossEntropyOp op) {
  if (!op.getLogits().getDefiningOp<LinearOp>())
    return op.emitOpError("expected logits straight from dsa.linear, got a view of them");
  LinearLoss(b, op).emit();
  return success();
}

} // namespace dsa::cpu
