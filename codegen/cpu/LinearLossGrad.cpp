// The gradients behind a loss: of the logits tile by tile, and of what they were made from.
#include "codegen/cpu/LinearLoss.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using llvm::divideCeilSigned;

namespace dsa::cpu {

/// Tokens of which one item sums the gradient over all classes: so many share a reading of the
/// weight.
static constexpr int64_t kInputRows = 256;
/// Keeps rows of gradients in different sets of L1.
static constexpr int64_t kPad = 16;
/// Tokens that one item packs.
static constexpr int64_t kPackedRows = 32;

void LinearLoss::packInputPhase() {
  b.phase(divideCeilSigned(tokens, kPackedRows), [&](Value item) {
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
  int64_t inputs = gradInput ? divideCeilSigned(chunk, kInputRows) : 0,
          weights = gradWeight ? blocks : 0;
  int64_t group = inputs ? 1 + std::min<int64_t>(7, weights / inputs) : 1, items = inputs + weights;
  b.phase(items, [&](Value item) {
    Value round = b.div(item, items), number = b.rem(item, items);
    View grads = b.scratch(b.getF32Type(), {std::max(kTileRows, kInputRows), width + kPad});
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

Ahead LinearLoss::logitsAhead(Value block, Value slot, int64_t rows) {
  View from = logits();
  return {from, b.linear(from, {block, slot, b.index(0)}), rows * width};
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
  int64_t panel = panelOf(shape), panels = divideCeilSigned(columns, panel);
  View sum = b.scratch(b.getF32Type(), {kInputRows, panels * panel});
  View strips = b.scratch(b.getF32Type(), {panels, width, panel});
  Value slot = b.mul(number, kInputRows), token = b.add(b.mul(round, chunk), slot);
  Value rows = b.max(b.index(0), b.min(b.index(kInputRows), b.sub(tokensOf(round), slot)));
  BlockMemory sums{sum, b.index(0), panels * panel};
  clearRows(b, sums, rows, panels * panel);
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
    multiplyPanels(b, {.tile = shape,
                       .panels = panels,
                       .rows = rows,
                       .rowsMultiple = std::gcd(tokensMultiple, kInputRows),
                       .left = left,
                       .right = {strips, b.index(0), width * panel},
                       .depth = present,
                       .depthMultiple = std::gcd(classes, kClassBlock),
                       .to = sums,
                       .adds = true,
                       .mostRows = kInputRows,
                       .ahead = {logitsAhead(b.add(block, 1), slot, kInputRows),
                                 {weight, b.rowStart(weight, b.mul(b.add(block, 1), kClassBlock)),
                                  width * columns}}});
  });
  copyRows(b, sums, {result, b.rowStart(result, token), columns}, rows, columns);
}

/// Of a block of classes: the chain over all tokens goes on where the last chunk left it.
void LinearLoss::weightGradient(Value block, Value round, const View &grads) {
  View result = b.view(gradWeight.getResult()), input = packedInput();
  int64_t columns = result.columns();
  TileShape shape = TileShape::of(b.isa(), columns);
  int64_t panel = panelOf(shape), panels = divideCeilSigned(columns, panel);
  Value present = classesOf(block), count = tokensOf(round), first = b.mul(round, chunk);
  BlockMemory own{result, b.rowStart(result, b.mul(block, kClassBlock)), columns}, to = own;
  bool direct = columns % panel == 0;
  if (!direct)
    to = {b.scratch(b.getF32Type(), {width, panels * panel}), b.index(0), panels * panel};
  b.when(
      b.less(round, b.index(1)), [&] { clearRows(b, to, present, panels * panel); },
      [&] {
        if (!direct)
          copyRows(b, own, to, present, columns);
      });
  Value nextRows = b.rowStart(result, b.mul(b.add(block, 1), kClassBlock));
  int64_t share = divideCeilSigned(width * columns, divideCeilSigned(chunk, kTileRows));
  b.loop(b.index(0), count, kTileRows, [&](Value slot) {
    Value steps = b.min(b.index(kTileRows), b.sub(count, slot)), token = b.add(first, slot);
    gradTile(block, slot, token, steps, grads);
    auto left = [&](Value row, int64_t count) {
      TileLeft result{grads, {}, grads.columns()};
      for (int64_t i = 0; i < count; ++i)
        result.first.push_back(b.add(row, i));
      return result;
    };
    multiplyPanels(b, {.tile = shape,
                       .panels = panels,
                       .rows = present,
                       .rowsMultiple = std::gcd(classes, kClassBlock),
                       .left = left,
                       .right = {input, b.mul(token, panel), tokens * panel},
                       .depth = steps,
                       .depthMultiple = std::gcd(tokensMultiple, kTileRows),
                       .to = to,
                       .adds = true,
                       .mostRows = width,
                       .ahead = {logitsAhead(block, b.add(slot, kTileRows), kTileRows),
                                 {result, b.add(nextRows, b.mul(b.div(slot, kTileRows), share)),
                                  share, true}}});
  });
  if (!direct)
    copyRows(b, to, own, present, columns);
}

} // namespace dsa::cpu
