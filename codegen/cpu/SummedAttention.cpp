// Dense tiles of the attention of all heads, summed over the heads and turned into rows.
#include "codegen/cpu/SummedAttention.h"
#include "dialect/Shapes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

AttentionOperands SummedAttention::operandsOf(Value query, Value keys, Value indices, Value offset,
                                              bool causal, double scale) {
  AttentionOperands result;
  result.query = query, result.keys = result.values = keys;
  result.indices = indices, result.offset = offset;
  result.causal = causal, result.scale = scale;
  result.batches = dim(query, 0), result.queries = dim(query, 1), result.heads = dim(query, 2);
  result.keyCount = dim(keys, 1), result.keyHeads = dim(keys, 2);
  result.depth = result.valueDepth = lastDim(query);
  return result;
}

/// Rows of keys of the tile of weights: whole register tiles and whole vectors.
int64_t SummedAttention::weightRows() const {
  return llvm::alignTo(frame.op().keyCount, std::max(frame.tile().rows, b.lanes()));
}

void SummedAttention::allocate() {
  Type f32 = b.getF32Type();
  int64_t depth = frame.padded(frame.op().depth);
  queries = b.scratch(f32, {kQueryBlock, depth});
  transposed = b.scratch(f32, {depth, kQueryBlock});
  shift = b.scratch(f32, {kQueryBlock});
  weights = b.scratch(f32, {weightRows(), kQueryBlock});
  turned = b.scratch(f32, {kQueryBlock, weightRows()});
}

/// weights[s][i] += exp(scale q . k - lse) of one head for the queries from `first` on.
void SummedAttention::addHead(Value batch, Value head, Value first, Value limit) {
  View keys = b.view(frame.op().keys), sums = b.view(lse);
  frame.copyQueries(frame.op().query,
                    QueryRows::ofHead(b, batch, head, first, kQueryBlock, frame.op().queries),
                    queries);
  frame.transposeQueries(queries, transposed, frame.op().scale);
  b.loop(0, kQueryBlock, 1, [&](Value row) {
    Value t = b.min(b.add(row, first), b.index(frame.op().queries - 1));
    b.store(b.load(sums, {batch, head, t}), shift, row);
  });
  TileShape tile = frame.tile();
  Value last = b.index(frame.op().keyCount - 1), keyHead = b.div(head, groupSize());
  b.loop(b.index(0), limit, tile.rows, [&](Value s) {
    TileLeft left{keys, {}, 1};
    for (int64_t row = 0; row < tile.rows; ++row)
      left.first.push_back(
          b.linear(keys, {batch, b.min(b.add(s, row), last), keyHead, b.index(0)}));
    b.loop(0, kQueryBlock, tile.vectors * b.lanes(), [&](Value column) {
      TileRight right{transposed, column, kQueryBlock};
      auto products = multiplyTile(b, tile, left, right, b.index(frame.op().depth),
                                   frame.op().depth, zeroTile(b, tile));
      Value at = b.add(b.rowStart(weights, s), column);
      auto total = loadTile(b, tile, weights, at, kQueryBlock);
      for (auto [number, product] : llvm::enumerate(products)) {
        int64_t vector = static_cast<int64_t>(number) % tile.vectors;
        Value lses = b.loadVector(shift, b.add(column, vector * b.lanes()));
        Value weight = b.exp(arith::SubFOp::create(b, product, lses));
        total[number] = arith::AddFOp::create(b, total[number], weight);
      }
      storeTile(b, tile, total, weights, at, kQueryBlock);
    });
  });
}

/// turned[i][s] = weights[s][i].
void SummedAttention::turnWeights() {
  b.loop(0, weightRows(), b.lanes(), [&](Value s) {
    b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
      SmallVector<Value> block;
      for (int64_t lane = 0; lane < b.lanes(); ++lane)
        block.push_back(b.loadVector(weights, b.add(b.rowStart(weights, b.add(s, lane)), column)));
      for (auto [lane, vector] : llvm::enumerate(transpose(b, block)))
        b.storeVector(vector, turned,
                      b.add(b.rowStart(turned, b.add(column, static_cast<int64_t>(lane))), s));
    });
  });
}

void SummedAttention::sum(Value batch, Value first) {
  b.loop(0, weights.elements(), b.lanes(),
         [&](Value at) { b.storeVector(b.splat(0.0), weights, at); });
  Value limit = frame.keyLimit(first);
  b.loop(0, frame.op().heads, 1, [&](Value head) { addHead(batch, head, first, limit); });
  turnWeights();
}

} // namespace dsa::cpu
