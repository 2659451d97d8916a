// Packing, cache blocks and register tiles of products.
#include "codegen/cpu/BlockedProduct.h"
#include "passes/KernelFamilies.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using llvm::alignTo;
using llvm::divideCeil;

namespace dsa::cpu {

/// Rows of the right factor that one item packs, when no transpose is needed.
static constexpr int64_t kPackRows = 32;
/// Steps of the depth that the packing of the left factor takes at a time.
static constexpr int64_t kLeftSteps = 16;
/// Rows this many elements apart share sets of the caches, so blocks of them are copied together.
static constexpr int64_t kFarRows = 1024;
/// A depth up to this is not cut: nothing is then added to memory. A longer one is cut into blocks
/// of so many elements of a panel, a third of L1.
static constexpr int64_t kWholeDepth = 256, kPanelElements = 4096;
/// Elements of a left block that a prologue makes whole, at most where the rows allow it: half of
/// L2.
static constexpr int64_t kLeftElements = 128 << 10;

static int64_t blocksOf(int64_t size, int64_t block) {
  return static_cast<int64_t>(
      divideCeil(static_cast<uint64_t>(size), static_cast<uint64_t>(block)));
}

/// `size` cut into equal blocks of at most about `limit`, each a multiple of `step`.
static int64_t evenBlock(int64_t size, int64_t limit, int64_t step) {
  return alignTo(blocksOf(size, blocksOf(size, limit)), step);
}

/// Whether no slice stands before `value`.
static bool isWhole(Value value) {
  for (Operation *op = value.getDefiningOp(); op && isView(op);
       op = op->getOperand(0).getDefiningOp())
    if (!isReshape(op))
      return false;
  return true;
}

BlockedProduct::BlockedProduct(KernelBuilder &b, Factor left, Factor right, ProductSizes sizes,
                               Value result)
    : b(b), left(left), right(right), sizes(sizes), result(result),
      tile(TileShape::of(b.isa(), sizes.columns)) {
  auto type = cast<RankedTensorType>(left.tensor.getType());
  // The axis that is summed over must lie in one piece where its neighbours make the words.
  tile.pairs = b.isa().dotsPairs && type.getElementType().isBF16() && sizes.depth % 2 == 0 &&
               !sizes.depthVaries && (left.transposed || isWhole(left.tensor)) &&
               (!right.transposed || isWhole(right.tensor));
  if (tile.pairs)
    this->sizes.depth /= 2;
  if (SmallVector<Operation *> ops = prologueOps(b.kernel()); !ops.empty())
    (b.hasBuffer(left.tensor) ? rightPrologue : leftPrologue).emplace(b, ops);
  chooseBlocks();
  auto shape = type.getShape();
  // Widened once per block, not at every broadcast.
  bool isNarrow = type.getElementType().isBF16() && !tile.pairs;
  copiesLeft = left.transposed || isNarrow || leftPrologue ||
               (shape.back() >= kFarRows && this->sizes.depth > depthBlockSize);
  store.emplace(b, result, rowBlockSize, columnBlockSize, panel());
}

/// A panel's depth block stays in L1, the left block in L2; the grid must feed all threads. A left
/// factor that is packed for each column block makes do with few rows before the columns are cut.
/// One that is computed for all of them makes do with few rows too, and with few enough for L2.
void BlockedProduct::chooseBlocks() {
  int64_t wide = b.lanes() >= 16, rows = std::max<int64_t>(sizes.rows, 1);
  int64_t depth = std::max<int64_t>(sizes.depth, 1);
  depthBlockSize = evenBlock(depth, depth <= kWholeDepth ? depth : kPanelElements / panel(), 16);
  rowBlockSize = std::min<int64_t>(wide ? 128 : 96, alignTo(rows, tile.rows));
  columnBlockSize = evenBlock(sizes.columns, 256, sizes.columns < 64 ? panel() : 64);
  auto blocks = [&] { return sizes.groups * rowBlocks() * columnBlocks(); };
  auto areFew = [&] {
    return leftPrologue ? sizes.groups * rowBlocks() < kEnoughItems ||
                              rowBlockSize * depth * each() > kLeftElements
                        : blocks() < kEnoughItems;
  };
  int64_t divisible = (left.transposed ? 8 : 16) * tile.rows;
  while (areFew() && rowBlockSize >= divisible)
    rowBlockSize = alignTo(rowBlockSize / 2, lineRows());
  while (blocks() < kEnoughItems && columnBlockSize > 128)
    columnBlockSize = alignTo(columnBlockSize / 2, 64);
}

int64_t BlockedProduct::lineRows() const {
  return std::max<int64_t>(1, kLine / tile.rows) * tile.rows;
}
int64_t BlockedProduct::rowBlocks() const {
  return blocksOf(sizes.rows, rowBlockSize);
}
int64_t BlockedProduct::columnBlocks() const {
  return blocksOf(sizes.columns, columnBlockSize);
}
int64_t BlockedProduct::shares() const {
  return leftPrologue ? columnShares(sizes.groups * rowBlocks(), columnBlocks()) : columnBlocks();
}
int64_t BlockedProduct::panels() const {
  return blocksOf(sizes.columns, panel());
}

LogicalResult BlockedProduct::verify() const {
  const std::optional<Prologue> &prologue = leftPrologue ? leftPrologue : rightPrologue;
  int64_t columns = leftPrologue ? sizes.depth * each() : sizes.columns;
  if (prologue && prologue->columns() != columns)
    return result.getDefiningOp()->emitOpError("expected ops before it with rows of ")
           << columns << " columns, got " << prologue->columns();
  return store->verify();
}

View BlockedProduct::leftView() {
  View view = b.view(left.tensor);
  return tile.pairs && !left.transposed ? b.words(view) : view;
}

View BlockedProduct::rightView() {
  View view = b.view(right.tensor);
  return tile.pairs && right.transposed ? b.words(view) : view;
}

// The right factor.

Value BlockedProduct::panelRow(Value group, Value panelNumber, Value k) {
  Value panelIndex = b.add(b.mul(group, panels()), panelNumber);
  return b.mul(b.add(b.mul(panelIndex, sizes.depth), k), panel());
}

void BlockedProduct::packPhase() {
  int64_t perGroup = right.transposed ? panels() : blocksOf(sizes.depth, kPackRows);
  b.phase(sizes.groups * perGroup, [&](Value item) {
    View to = b.workspace(0, b.getF32Type(), {sizes.groups, panels(), sizes.depth, panel()});
    Value group = b.div(item, perGroup), number = b.rem(item, perGroup);
    if (right.transposed)
      packColumns(to, group, number);
    else
      packPlain(to, group, number);
  });
}

void BlockedProduct::packPlain(const View &to, Value group, Value chunk) {
  Value first = b.mul(chunk, kPackRows), count = b.index(kPackRows);
  if (sizes.depth % kPackRows != 0)
    count = b.min(count, b.sub(b.index(sizes.depth), first));
  Value row = b.add(b.mul(group, sizes.depth), first), target = panelRow(group, b.index(0), first);
  View from;
  if (rightPrologue) {
    rightPrologue->openRows(b.mul(row, each()), b.mul(count, each()), kPackRows * each());
    from = rightPrologue->rows();
    row = b.index(0);
  } else {
    from = rightView();
  }
  packRows(b, from, row, count, to, target, sizes.depth * panel(), panel(), tile.pairs);
}

void BlockedProduct::packColumns(const View &to, Value group, Value panelNumber) {
  View from = rightView();
  Value groupRow = b.mul(group, sizes.columns), last = b.add(groupRow, sizes.columns - 1);
  b.loop(0, panel(), b.lanes(), [&](Value lane) {
    Value first = b.add(groupRow, b.add(b.mul(panelNumber, panel()), lane));
    SmallVector<Value> rows = rowStarts(b, from, first, b.lanes());
    if (sizes.columns % panel() != 0)
      for (int64_t row = 0; row < b.lanes(); ++row)
        rows[row] = b.rowStart(from, b.min(b.add(first, row), last));
    Value target = b.add(panelRow(group, panelNumber, b.index(0)), lane);
    packTransposed(b, from, rows, sizes.depth, to, target, panel());
  });
}

// The left factor.

/// Into rows [row][k].
void BlockedProduct::copyLeft(const ProductBlock &block, Value k, Value depth) {
  View from = leftView();
  Value rest = sizes.depth % b.lanes() == 0 ? b.index(0) : b.rem(depth, b.lanes());
  Value whole = b.sub(depth, rest);
  b.loop(b.index(0), block.rows, 1, [&](Value row) {
    Value source = b.add(b.rowStart(from, b.add(block.leftRow, row)), k);
    Value target = b.mul(row, depthBlockSize);
    auto copy = [&](Value column, Value mask) {
      Value values = b.loadVector(from, b.add(source, column), mask);
      b.storeVector(values, packedLeft, b.add(target, column), mask);
    };
    b.loop(b.index(0), whole, b.lanes(), [&](Value column) { copy(column, {}); });
    if (sizes.depth % b.lanes() != 0)
      b.when(b.less(b.index(0), rest), [&] { copy(whole, b.maskBelow(rest)); });
  });
}

/// Into tiles [row / tile.rows][k][tile.rows], a few steps of all tiles at a time. The tiles that
/// share a cache line are packed together: rows far apart would not stay in L1 until the second.
void BlockedProduct::packLeft(const ProductBlock &block, Value k, Value depth) {
  assert(!sizes.rowsVary && "a transposed left factor has its rows along the last axis");
  View from = leftView();
  auto copy = [&](Value step, Value column, Value target, int64_t width) {
    Value values = loadStep(b, from, tile.pairs, step, column,
                            [&](Value element) { return b.loadWide(from, element, width); });
    vector::StoreOp::create(b, values, packedLeft.base, ValueRange{target});
  };
  b.loop(b.index(0), depth, kLeftSteps, [&](Value steps) {
    Value end = b.min(b.add(steps, kLeftSteps), depth);
    rowTiles(block.rows, lineRows(), [&](Value row, int64_t count) {
      Value target = b.mul(row, depthBlockSize);
      b.loop(steps, end, 1, [&](Value i) {
        Value step = b.add(k, i), column = b.add(block.leftRow, row);
        for (int64_t first = 0; first < count; first += tile.rows)
          copy(step, b.add(column, first),
               b.add(b.add(target, first * depthBlockSize), b.mul(i, tile.rows)),
               std::min(tile.rows, count - first));
      });
    });
  });
}

/// Into rows [k / depthBlockSize][row][k % depthBlockSize], for the whole depth.
void BlockedProduct::computeLeft(const ProductBlock &block) {
  int64_t width = each() * depthBlockSize, elements = rowBlockSize * width;
  Type element = tile.pairs ? Type(b.getBF16Type()) : Type(b.getF32Type());
  View to = b.scratch(element, {blocksOf(sizes.depth, depthBlockSize), rowBlockSize, width});
  packedLeft = tile.pairs ? b.words(to) : to;
  leftPrologue->openRows(block.leftRow, block.rows, rowBlockSize);
  auto compute = [&](Value number, int64_t columns) {
    Value first = b.mul(number, width);
    leftPrologue->emit(first, columns, [&](Value row, Value column, Value mask, Value values) {
      Value start = b.add(b.mul(number, elements), b.mul(b.sub(row, block.leftRow), width));
      b.storeVector(values, to, b.add(start, b.sub(column, first)), mask);
    });
  };
  int64_t whole = sizes.depth / depthBlockSize, ragged = sizes.depth % depthBlockSize;
  b.loop(0, whole, 1, [&](Value number) { compute(number, width); });
  if (ragged)
    compute(b.index(whole), each() * ragged);
}

/// The left operand of the tile at row `row` of a block, from step `k` of the depth on.
TileLeft BlockedProduct::tileLeft(const ProductBlock &block, Value row, int64_t count, Value k) {
  TileLeft result{packedLeft, {}, left.transposed ? tile.rows : 1};
  if (copiesLeft) {
    int64_t stride = left.transposed ? 1 : depthBlockSize;
    Value first = b.mul(row, depthBlockSize);
    if (leftPrologue)
      first = b.add(first, b.mul(k, rowBlockSize));
    for (int64_t i = 0; i < count; ++i)
      result.first.push_back(b.add(first, i * stride));
    return result;
  }
  result.view = leftView();
  for (Value first : rowStarts(b, result.view, b.add(block.leftRow, row), count))
    result.first.push_back(b.add(first, k));
  return result;
}

// Blocks.

/// Calls `body(row, count)` for groups of `step` rows, which divides the row block, that cover rows
/// [0, rows) of a block; count is less at the end.
void BlockedProduct::rowTiles(Value rows, int64_t step,
                              llvm::function_ref<void(Value, int64_t)> body) {
  if (!sizes.rowsVary) {
    int64_t ragged = sizes.rows % step;
    Value rest = ragged == 0 ? b.index(0) : b.rem(rows, step);
    if (sizes.rows >= step)
      b.loop(b.index(0), b.sub(rows, rest), step, [&](Value row) { body(row, step); });
    if (ragged != 0)
      b.when(b.less(b.index(0), rest), [&] { body(b.sub(rows, rest), ragged); });
    return;
  }
  cpu::rowTiles(b, rows, 1, step, body);
}

void BlockedProduct::clear(const BlockMemory &memory, Value rows, Value panelCount) {
  b.loop(b.index(0), rows, 1, [&](Value row) {
    Value first = b.add(memory.first, b.mul(row, memory.stride));
    b.loop(b.index(0), b.mul(panelCount, panel()), b.lanes(),
           [&](Value column) { b.storeVector(b.splat(0.0), memory.view, b.add(first, column)); });
  });
}

void BlockedProduct::emitBlock(const ProductBlock &block) {
  packedRight = b.workspace(0, b.getF32Type(), {sizes.groups, panels(), sizes.depth, panel()});
  if (leftPrologue)
    computeLeft(block);
  else if (copiesLeft)
    packedLeft = b.scratch(b.getF32Type(), {rowBlockSize, depthBlockSize});
  int64_t perShare = blocksOf(columnBlocks(), shares());
  if (perShare == 1)
    return emitColumns(block, block.share);
  Value first = b.mul(block.share, perShare);
  b.loop(first, b.min(b.add(first, perShare), b.index(columnBlocks())), 1,
         [&](Value columnBlock) { emitColumns(block, columnBlock); });
}

/// The rows of `block` for the columns of one column block.
void BlockedProduct::emitColumns(const ProductBlock &block, Value columnBlock) {
  Value column = b.mul(columnBlock, columnBlockSize);
  BlockMemory memory = store->begin(block.resultRow, column);
  int64_t perBlock = columnBlockSize / panel();
  Value panelCount = b.index(std::min(perBlock, panels()));
  if (panels() > perBlock && panels() % perBlock != 0)
    panelCount = b.min(panelCount, b.sub(b.index(panels()), b.mul(columnBlock, perBlock)));
  if (cutsDepth())
    clear(memory, block.rows, panelCount);
  b.loop(b.div(block.depthFrom, each()), b.div(block.depthTo, each()), depthBlockSize,
         [&](Value k) { multiplyBlock(block, columnBlock, memory, panelCount, k); });
  store->finish(memory, block.resultRow, block.rows, column);
}

/// Adds the depth block that begins at `k` to the block in memory; panel by panel, so that a panel
/// stays in L1 while the rows pass.
void BlockedProduct::multiplyBlock(const ProductBlock &block, Value columnBlock,
                                   const BlockMemory &memory, Value panelCount, Value k) {
  Value depth = b.index(depthBlockSize);
  if (sizes.depthVaries || sizes.depth % depthBlockSize != 0)
    depth = b.min(depth, b.sub(b.div(block.depthTo, each()), k));
  int64_t multiple = sizes.depthVaries ? 1 : std::gcd(sizes.depth, depthBlockSize);
  if (left.transposed)
    packLeft(block, k, depth);
  else if (copiesLeft && !leftPrologue)
    copyLeft(block, k, depth);
  Value firstPanel = b.mul(columnBlock, columnBlockSize / panel());
  b.loop(b.index(0), panelCount, 1, [&](Value number) {
    Value panelNumber = b.add(firstPanel, number);
    TileRight tileRight{packedRight, panelRow(block.group, panelNumber, k), panel()};
    Value next = panelRow(block.group, b.add(panelNumber, 1), k);
    Value corner = b.add(memory.first, b.mul(number, panel()));
    rowTiles(block.rows, tile.rows, [&](Value row, int64_t count) {
      TileShape shape{count, tile.vectors, tile.pairs};
      Value target = b.add(corner, b.mul(row, memory.stride));
      KernelBuilder::Carried sums =
          cutsDepth() ? loadTile(b, shape, memory.view, target, memory.stride) : zeroTile(b, shape);
      if (count == tile.rows) {
        prefetchRight(next, b.div(row, tile.rows));
        if (cutsDepth() && !leftPrologue)
          prefetchLeft(block, b.add(k, depthBlockSize), number, b.div(row, tile.rows));
      }
      sums =
          multiplyTile(b, shape, tileLeft(block, row, count, k), tileRight, depth, multiple, sums);
      storeTile(b, shape, sums, memory.view, target, memory.stride);
    });
  });
}

/// Asks for the share of tile `number` of the panel that the block reads next, so that its first
/// tile finds it near.
void BlockedProduct::prefetchRight(Value panelStart, Value number) {
  int64_t lines = blocksOf(depthBlockSize * panel(), kLine);
  int64_t share = blocksOf(lines, rowBlockSize / tile.rows);
  prefetch(b, packedRight, b.add(panelStart, b.mul(number, share * kLine)), share);
}

/// Asks for the share of one tile of the left block of the next steps `k` of the depth: whole rows
/// of it, or parts of a row if the tiles outnumber the rows.
void BlockedProduct::prefetchLeft(const ProductBlock &block, Value k, Value panelNumber,
                                  Value tileNumber) {
  int64_t tiles = rowBlockSize / tile.rows;
  int64_t steps = tiles * std::min(columnBlockSize / panel(), panels());
  int64_t rows = left.transposed ? depthBlockSize : rowBlockSize;
  int64_t columns = left.transposed ? rowBlockSize : depthBlockSize;
  int64_t parts = std::max<int64_t>(1, steps / rows), rowsEach = blocksOf(rows, steps);
  int64_t lines = blocksOf(blocksOf(columns, kLine), parts);
  Value step = b.add(b.mul(panelNumber, tiles), tileNumber);
  View view = leftView();
  Value row = b.add(b.mul(b.div(step, parts), rowsEach), left.transposed ? k : block.leftRow);
  Value column =
      b.add(b.mul(b.rem(step, parts), lines * kLine), left.transposed ? block.leftRow : k);
  for (int64_t i = 0; i < rowsEach; ++i)
    prefetch(b, view, b.add(b.rowStart(view, b.add(row, i)), column), lines);
}

} // namespace dsa::cpu
