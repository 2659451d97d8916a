// The gradients of the lightning indexer's scores, for all keys or for those of an index loss.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/IndexGradTiles.h"
#include "codegen/cpu/KlFoldGrad.h"
#include "dialect/Shapes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Blocks of queries of all sequences together whose sums for keys are apart, and queries that one
/// should have at least. What a sum is made of depends on shapes alone.
constexpr int64_t kBlocks = 8, kLeastQueries = 64;

/// Emits the op; the gradient of the scores is an operand, or is made row by row by `loss`.
struct IndexScoresGradEmitter {
  KernelBuilder &b;
  IndexScoresGradOp op;
  std::optional<KlGradRows> loss;
  std::optional<IndexGradTiles> tiles;
  int64_t batches, queries, keyCount, blocks, blockQueries;

  IndexScoresGradEmitter(KernelBuilder &b, IndexScoresGradOp op)
      : b(b), op(op), batches(dim(op.getQuery(), 0)), queries(dim(op.getQuery(), 1)),
        keyCount(dim(op.getIndexKey(), 1)) {
    if (auto producer = op.getGrad().getDefiningOp<IndexKlGradOp>())
      loss.emplace(b, producer);
    tiles.emplace(b, op, loss ? loss->rows.indices : Value());
    auto most = static_cast<int64_t>(llvm::divideCeil(queries, kLeastQueries));
    blocks = std::max<int64_t>(1, std::min(kBlocks / batches, most));
    blockQueries = static_cast<int64_t>(llvm::divideCeil(queries, blocks));
  }

  /// The sums for keys of each block.
  View keySums() {
    auto rows = static_cast<int64_t>(llvm::alignTo(keyCount, tiles->panel()));
    return b.workspace(5, b.getF32Type(), {batches * blocks, rows, tiles->paddedDepth()});
  }

  /// Row `row` of `asked` = the gradients in row `source` of `from`, times the scale.
  void ask(const View &asked, Value row, const View &from, Value source) {
    Value factor = b.splat(op.getScale().convertToDouble()), target = b.rowStart(asked, row);
    b.columns(tiles->places, [&](Value column, Value mask) {
      Value x = b.loadVector(from, b.add(source, column), mask);
      b.storeVector(arith::MulFOp::create(b, x, factor), asked, b.add(target, column));
    });
    int64_t behind = llvm::alignTo(tiles->places, b.lanes());
    b.loop(behind, asked.columns(), b.lanes(),
           [&](Value column) { b.storeVector(b.splat(0.0), asked, b.add(target, column)); });
  }

  /// At most kQueryBlock queries [first, end), all of whose keys may have a gradient.
  void denseRows(Value batch, Value first, Value end, Value item) {
    View asked = b.scratch(b.getF32Type(), {kQueryBlock, tiles->paddedPlaces()}), sums = keySums();
    auto askFor = [&](Value t) {
      View from = loss ? loss->rows.share : b.view(op.getGrad());
      Value source = loss ? b.index(0) : b.linear(from, {batch, t, b.index(0)});
      if (loss)
        loss->gradient(batch, t);
      ask(asked, b.sub(t, first), from, source);
    };
    if (loss)
      loss->forRows(batch, first, end, askFor);
    else
      b.loop(first, end, 1, askFor);
    b.loop(b.rowStart(asked, b.sub(end, first)), b.index(asked.elements()), b.lanes(),
           [&](Value at) { b.storeVector(b.splat(0.0), asked, at); });
    tiles->allocate();
    b.loop(first, end, tiles->tokens(),
           [&](Value t) { tiles->block(batch, t, end, asked, b.sub(t, first), sums, item); });
  }

  /// Queries [first, end), each with the keys that it selected.
  void selectedRows(Value batch, Value first, Value end, Value item) {
    View asked = b.scratch(b.getF32Type(), {1, tiles->paddedPlaces()}), sums = keySums();
    tiles->allocate();
    loss->forRows(batch, first, end, [&](Value t) {
      loss->gradient(batch, t);
      ask(asked, b.index(0), loss->rows.share, b.index(0));
      tiles->block(batch, t, end, asked, b.index(0), sums, item);
    });
  }

  /// One block of queries of one sequence; its sums for keys are number `item`.
  void block(Value item) {
    Value batch = b.div(item, blocks), from = b.mul(b.rem(item, blocks), blockQueries);
    Value end = b.min(b.add(from, blockQueries), b.index(queries));
    View to = keySums();
    int64_t elements = to.elements() / (batches * blocks);
    Value start = b.mul(item, elements);
    b.loop(start, b.add(start, elements), b.lanes(),
           [&](Value at) { b.storeVector(b.splat(0.0), to, at); });
    b.loop(from, end, kQueryBlock, [&](Value first) {
      Value last = b.min(b.add(first, kQueryBlock), end);
      if (tiles->indices)
        selectedRows(batch, first, last, item);
      else
        denseRows(batch, first, last, item);
    });
  }

  /// Adds the blocks of a sequence up, in order.
  void sumPhase() {
    View rows{{}, b.getF32Type(), {batches, keyCount, tiles->depth}, {}, 0};
    b.rowsPhase(rows, [&](Value row) {
      View from = keySums(), keysGrad = b.resultOrWorkspace(op.getKeyGrad(), 2);
      Value batch = b.div(row, keyCount), s = b.rem(row, keyCount);
      Value to = b.linear(keysGrad, {batch, s, b.index(0)});
      b.columns(tiles->depth, [&](Value d, Value mask) {
        Value sum = b.splat(0.0);
        for (int64_t number = 0; number < blocks; ++number)
          sum = arith::AddFOp::create(
              b, sum,
              b.loadVector(from, b.linear(from, {b.add(b.mul(batch, blocks), number), s, d})));
        b.storeVector(sum, keysGrad, b.add(to, d), mask);
      });
    });
  }
};

} // namespace

LogicalResult emitIndexScoresGrad(KernelBuilder &b, Operation *anchor) {
  IndexScoresGradEmitter emitter(b, cast<IndexScoresGradOp>(anchor));
  if (emitter.loss) {
    emitter.loss->rows.packPhase();
    emitter.loss->weighPhases();
  }
  b.phase(emitter.batches * emitter.blocks, [&](Value item) { emitter.block(item); });
  emitter.sumPhase();
  return success();
}

} // namespace dsa::cpu
