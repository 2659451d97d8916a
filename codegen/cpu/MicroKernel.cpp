// Register tiles: the fused multiply-add loop over the depth, and the square transpose.
#include "codegen/cpu/MicroKernel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;

namespace dsa::cpu {

/// Steps of the depth written out in one iteration; hides the loop's own instructions.
static constexpr int64_t kUnroll = 4;

TileShape TileShape::of(const VectorIsa &isa, int64_t columns) {
  int64_t rows = isa.registers >= 32 ? 8 : 6;
  return columns <= isa.lanes ? TileShape{2 * rows, 1} : TileShape{rows, 2};
}

/// One step: broadcasts `rows` values, multiplies each with `vectors` vectors.
static KernelBuilder::Carried step(KernelBuilder &b, TileShape tile, const TileLeft &left,
                                   const TileRight &right, Value k, int64_t ahead,
                                   ValueRange accumulators) {
  Value leftStep = b.add(b.mul(k, left.step), ahead * left.step);
  Value rightStep = b.add(b.add(right.first, b.mul(k, right.step)), ahead * right.step);
  SmallVector<Value> vectors;
  for (int64_t j = 0; j < tile.vectors; ++j)
    vectors.push_back(b.loadVector(right.view, b.add(rightStep, j * b.lanes())));
  KernelBuilder::Carried sums;
  for (int64_t i = 0; i < tile.rows; ++i) {
    Value scalar = b.splat(b.loadAt(left.view, b.add(left.first[i], leftStep)));
    for (int64_t j = 0; j < tile.vectors; ++j) {
      Value sum = accumulators[i * tile.vectors + j];
      sums.push_back(tile.pairs ? b.dotPairs(scalar, vectors[j], sum)
                                : b.fma(scalar, vectors[j], sum));
    }
  }
  return sums;
}

KernelBuilder::Carried multiplyTile(KernelBuilder &b, TileShape tile, const TileLeft &left,
                                    const TileRight &right, Value depth, int64_t multiple,
                                    ValueRange accumulators) {
  KernelBuilder::Carried sums(accumulators);
  bool whole = multiple % kUnroll == 0;
  Value unrolled = whole ? depth : b.sub(depth, b.rem(depth, kUnroll));
  sums = b.loop(b.index(0), unrolled, kUnroll, sums, [&](Value k, ValueRange carried) {
    KernelBuilder::Carried values(carried);
    for (int64_t ahead = 0; ahead < kUnroll; ++ahead)
      values = step(b, tile, left, right, k, ahead, values);
    return values;
  });
  if (whole)
    return sums;
  return b.loop(unrolled, depth, 1, sums, [&](Value k, ValueRange carried) {
    return step(b, tile, left, right, k, 0, carried);
  });
}

KernelBuilder::Carried zeroTile(KernelBuilder &b, TileShape tile) {
  return KernelBuilder::Carried(tile.rows * tile.vectors, b.splat(0.0));
}

KernelBuilder::Carried loadTile(KernelBuilder &b, TileShape tile, const View &view, Value first,
                                int64_t stride) {
  KernelBuilder::Carried values;
  for (int64_t i = 0; i < tile.rows; ++i)
    for (int64_t j = 0; j < tile.vectors; ++j)
      values.push_back(b.loadVector(view, b.add(first, i * stride + j * b.lanes())));
  return values;
}

void storeTile(KernelBuilder &b, TileShape tile, ValueRange accumulators, const View &view,
               Value first, int64_t stride) {
  for (int64_t i = 0; i < tile.rows; ++i)
    for (int64_t j = 0; j < tile.vectors; ++j)
      b.storeVector(accumulators[i * tile.vectors + j], view,
                    b.add(first, i * stride + j * b.lanes()));
}

void rowTiles(KernelBuilder &b, Value rows, int64_t multiple, int64_t step,
              llvm::function_ref<void(Value, int64_t)> body) {
  bool whole = multiple % step == 0;
  Value rest = whole ? b.index(0) : b.rem(rows, step), row = b.sub(rows, rest);
  b.loop(b.index(0), row, step, [&](Value row) { body(row, step); });
  if (whole)
    return;
  int64_t common = std::gcd(multiple, step), least = common & -common;
  for (int64_t count = llvm::bit_floor(static_cast<uint64_t>(step - 1)); count >= least;
       count /= 2) {
    Value present = b.rem(b.div(rest, count), 2);
    b.when(b.less(b.index(0), present), [&] { body(row, count); });
    row = b.add(row, b.mul(present, count));
  }
}

SmallVector<Value> rowStarts(KernelBuilder &b, const View &view, Value row, int64_t count) {
  bool merged = true;
  for (int64_t axis = 0; axis + 2 < view.rank(); ++axis)
    merged &= view.strides[axis] == view.shape[axis + 1] * view.strides[axis + 1];
  SmallVector<Value> starts;
  for (int64_t i = 0; i < count; ++i)
    if (i == 0 || !merged)
      starts.push_back(b.rowStart(view, b.add(row, i)));
    else
      starts.push_back(b.add(starts[0], i * view.strides[view.rank() - 2]));
  return starts;
}

SmallVector<Value> transpose(KernelBuilder &b, ArrayRef<Value> rows) {
  // Riffling the halves log2(n) times transposes: after each round, what was 2^r apart is adjacent.
  int64_t n = b.lanes();
  assert(static_cast<int64_t>(rows.size()) == n && "a square");
  SmallVector<int64_t> low, high;
  for (int64_t lane = 0; lane < n / 2; ++lane) {
    low.append({lane, n + lane});
    high.append({n / 2 + lane, n + n / 2 + lane});
  }
  SmallVector<Value> current(rows), next(n);
  for (int64_t round = 1; round < n; round *= 2) {
    for (int64_t i = 0; i < n / 2; ++i) {
      next[2 * i] = vector::ShuffleOp::create(b, current[i], current[i + n / 2], low);
      next[2 * i + 1] = vector::ShuffleOp::create(b, current[i], current[i + n / 2], high);
    }
    std::swap(current, next);
  }
  return current;
}

/// Sums of rows [first, first + count). Lane i belongs to row i % count of each four lanes as long
/// as there are fewer than four rows, later of the whole vector.
static Value sumRange(KernelBuilder &b, llvm::function_ref<Value(int64_t)> row, int64_t first,
                      int64_t count) {
  if (count == 1)
    return row(first);
  int64_t width = count / 2, span = width < 4 ? 4 : b.lanes();
  Value x = sumRange(b, row, first, width), y = sumRange(b, row, first + width, width);
  SmallVector<int64_t> low, high;
  for (int64_t start = 0; start < b.lanes(); start += span)
    for (int64_t chunk = 0; chunk < span / 2; chunk += width)
      for (int64_t of : {int64_t(0), b.lanes()})
        for (int64_t lane = 0; lane < width; ++lane) {
          low.push_back(of + start + chunk + lane);
          high.push_back(of + start + span / 2 + chunk + lane);
        }
  return arith::AddFOp::create(b, vector::ShuffleOp::create(b, x, y, low),
                               vector::ShuffleOp::create(b, x, y, high));
}

Value sumRows(KernelBuilder &b, llvm::function_ref<Value(int64_t)> row) {
  return sumRange(b, row, 0, b.lanes());
}

void packTransposed(KernelBuilder &b, const View &from, ArrayRef<Value> rows, int64_t depth,
                    const View &to, Value target, int64_t step) {
  auto square = [&](Value k, int64_t steps) {
    Value mask = steps == b.lanes() ? Value() : b.maskBelow(b.index(steps));
    SmallVector<Value> vectors;
    for (Value row : rows)
      vectors.push_back(b.loadVector(from, b.add(row, k), mask));
    vectors = transpose(b, vectors);
    Value first = b.add(target, b.mul(k, step));
    for (int64_t i = 0; i < steps; ++i)
      b.storeVector(vectors[i], to, b.add(first, i * step));
  };
  int64_t whole = depth / b.lanes() * b.lanes();
  b.loop(0, whole, b.lanes(), [&](Value k) { square(k, b.lanes()); });
  if (whole < depth)
    square(b.index(whole), depth - whole);
}

void prefetch(KernelBuilder &b, const View &view, Value first, int64_t lines, bool writes) {
  for (int64_t line = 0; line < lines; ++line)
    memref::PrefetchOp::create(b, view.base, ValueRange{b.place(view, b.add(first, line * kLine))},
                               writes,
                               /*localityHint=*/2, /*isDataCache=*/true);
}

Value loadStep(KernelBuilder &b, const View &from, bool pairs, Value row, Value column,
               llvm::function_ref<Value(Value)> load) {
  auto at = [&](Value source) { return load(b.add(b.rowStart(from, source), column)); };
  if (!pairs)
    return at(row);
  Value low = b.mul(row, 2);
  return b.wordOf(at(low), at(b.add(low, 1)));
}

void packRows(KernelBuilder &b, const View &from, Value row, Value count, const View &to,
              Value target, int64_t stride, int64_t panel, bool pairs) {
  int64_t whole = from.columns() / panel, ragged = from.columns() % panel;
  auto copy = [&](Value panelNumber, int64_t width) {
    Value first = b.add(target, b.mul(panelNumber, stride));
    b.loop(b.index(0), count, 1, [&](Value i) {
      Value column = b.mul(panelNumber, panel);
      Value at = b.add(first, b.mul(i, panel));
      for (int64_t lane = 0; lane < panel; lane += b.lanes()) {
        int64_t left = width - lane;
        Value mask = left >= b.lanes() ? Value() : b.maskBelow(b.index(std::max<int64_t>(left, 0)));
        Value values = loadStep(b, from, pairs, b.add(row, i), b.add(column, lane),
                                [&](Value element) { return b.loadVector(from, element, mask); });
        b.storeVector(values, to, b.add(at, lane));
      }
    });
  };
  b.loop(0, whole, 1, [&](Value panelNumber) { copy(panelNumber, panel); });
  if (ragged)
    copy(b.index(whole), ragged);
}

} // namespace dsa::cpu
