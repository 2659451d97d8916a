// Writes the loops of one kernel as scf, vector and memref operations.
#pragma once

#include "codegen/cpu/VectorIsa.h"
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <optional>

namespace dsa::cpu {

/// A tensor inside a kernel: a flat buffer read with static strides. Offsets and strides count
/// elements.
struct View {
  mlir::Value base; ///< rank-1 memref
  mlir::Type element;
  llvm::SmallVector<int64_t> shape, strides;
  int64_t offset = 0;

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  int64_t elements() const;
  /// All axes but the last merged: rows() x columns().
  int64_t rows() const { return elements() / std::max<int64_t>(columns(), 1); }
  int64_t columns() const { return shape.empty() ? 1 : shape.back(); }
};

/// Emits the phases of one `dsa.kernel`. A phase is one function
/// `f(arguments..., results..., workspace, scratch, status, begin, end)` over a grid of independent
/// work items; the runtime runs phases in order with a barrier between them. Workspace is shared by
/// the phases of a launch, scratch belongs to one thread. All index arithmetic folds constants.
class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  /// Phases of `kernel` are appended to `module`.
  KernelBuilder(KernelOp kernel, mlir::ModuleOp module, VectorIsa isa);

  KernelOp kernel() const { return kernelOp; }
  const VectorIsa &isa() const { return isaInfo; }
  int64_t lanes() const { return isaInfo.lanes; }

  /// Emits one phase: `body` runs with the insertion point inside a loop over the work items
  /// [begin, end) of the grid and receives the item number; `prologue` (if any) runs before the
  /// loop, once per call.
  void phase(int64_t grid, llvm::function_ref<void(mlir::Value item)> body,
             llvm::function_ref<void()> prologue = nullptr);

  /// Repeats the phases that `phases` emits, one after the other, `count` times; the items of round
  /// r are [r * grid, (r + 1) * grid). Once per kernel.
  void rounds(int64_t count, llvm::function_ref<void()> phases);

  // Buffers. Valid inside the phase that asked for them.
  /// The buffer of a tensor value of the kernel body: an argument, a view of one, or a value that
  /// is yielded.
  View view(mlir::Value tensor);
  /// What a slice reads, even where the slice itself is yielded and has a buffer of its own.
  View sliceOf(mlir::tensor::ExtractSliceOp slice);
  /// True if `tensor` has a buffer: it is an argument, a view of one, or yielded.
  bool hasBuffer(mlir::Value tensor) const;
  /// Memory that lives through all phases of the launch; the same `slot` gives the same bytes in
  /// every phase.
  View workspace(unsigned slot, mlir::Type element, llvm::ArrayRef<int64_t> shape);
  /// Memory of the executing thread, uninitialised.
  View scratch(mlir::Type element, llvm::ArrayRef<int64_t> shape);
  /// The buffer of result `number` of the kernel, whatever value is yielded there.
  View resultBuffer(unsigned number);
  /// The buffer of a result of the anchor, or workspace `slot` where the kernel does not yield that
  /// result.
  View resultOrWorkspace(mlir::Value result, unsigned slot);
  /// Writes what was computed of results of narrow floats into their buffers, rounded once. After
  /// the last phase.
  void narrowResults();
  /// `view` with other static shape, contiguous axes only (asserts).
  View reshape(const View &view, llvm::ArrayRef<int64_t> shape);

  // Scalars.
  mlir::Value index(int64_t value);
  mlir::Value constant(mlir::Type type, double value);
  mlir::Value f32(double value) { return constant(getF32Type(), value); }
  mlir::Value i32(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b) { return add(a, index(b)); }
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b) { return mul(a, index(b)); }
  mlir::Value div(mlir::Value a, int64_t b);
  mlir::Value rem(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value less(mlir::Value a, mlir::Value b); ///< signed a < b on index or integer values
  mlir::Value toIndex(mlir::Value integer);
  mlir::Value toI32(mlir::Value index);

  // Loops.
  void loop(mlir::Value from, mlir::Value to, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);
  void loop(int64_t from, int64_t to, int64_t step, llvm::function_ref<void(mlir::Value)> body) {
    loop(index(from), index(to), step, body);
  }
  using Carried = llvm::SmallVector<mlir::Value>;
  /// A loop that carries values; returns them after the last iteration.
  Carried loop(mlir::Value from, mlir::Value to, int64_t step, mlir::ValueRange inits,
               llvm::function_ref<Carried(mlir::Value, mlir::ValueRange)> body);
  /// Repeats `body` as long as `condition` of the carried values holds; returns the last ones.
  Carried repeatWhile(mlir::ValueRange inits,
                      llvm::function_ref<mlir::Value(mlir::ValueRange)> condition,
                      llvm::function_ref<Carried(mlir::ValueRange)> body);
  void when(mlir::Value condition, llvm::function_ref<void()> body);
  void when(mlir::Value condition, llvm::function_ref<void()> body,
            llvm::function_ref<void()> otherwise);
  /// What `body` returns if `condition` holds, else `otherwise`.
  Carried when(mlir::Value condition, mlir::ValueRange otherwise,
               llvm::function_ref<Carried()> body);
  /// Calls `body(column, mask)` for whole vectors of [0, columns) and, if columns is ragged, once
  /// more with a mask. `mask` is null for whole vectors.
  void columns(int64_t columns,
               llvm::function_ref<void(mlir::Value column, mlir::Value mask)> body);
  /// As above, carrying values (vectors, usually).
  Carried
  columns(int64_t columns, mlir::ValueRange inits,
          llvm::function_ref<Carried(mlir::Value column, mlir::Value mask, mlir::ValueRange)> body);

  /// A phase over the rows of `like` (all leading axes merged), about `blockElements` elements an
  /// item; `body` runs for each row.
  void rowsPhase(const View &like, llvm::function_ref<void(mlir::Value row)> body,
                 llvm::function_ref<void()> prologue = nullptr, int64_t blockElements = 16384);

  // Memory. Indices address the axes of the view; `linear` is already a flat element number.
  mlir::Value linear(const View &view, mlir::ValueRange indices);
  /// Flat element number of the first column of row `row`, the rows counted over all leading axes.
  mlir::Value rowStart(const View &view, mlir::Value row);
  mlir::Value load(const View &view, mlir::ValueRange indices) {
    return loadAt(view, linear(view, indices));
  }
  /// Flat element number of the element that is number `position` of the tensor in row-major order.
  mlir::Value elementAt(const View &view, mlir::Value position);
  // What is computed with is f32: loads widen bf16, stores round it to nearest, ties to even.
  mlir::Value loadAt(const View &view, mlir::Value linear);
  void store(mlir::Value value, const View &view, mlir::ValueRange indices) {
    storeAt(value, view, linear(view, indices));
  }
  void storeAt(mlir::Value value, const View &view, mlir::Value linear);
  /// Vector of lanes() consecutive elements; masked-off lanes read as zero and are not touched in
  /// memory.
  mlir::Value loadVector(const View &view, mlir::Value linear, mlir::Value mask = {});
  void storeVector(mlir::Value vector, const View &view, mlir::Value linear, mlir::Value mask = {});

  /// Stores the lanes of `vector` where `mask` is set one after the other; what follows them, up to
  /// lanes() elements in all, is overwritten with anything.
  void storeCompressed(mlir::Value vector, mlir::Value mask, const View &view, mlir::Value linear);

  /// Vector of `width` consecutive elements.
  mlir::Value loadWide(const View &view, mlir::Value linear, int64_t width);
  /// Flat element of the base of `view` at which its element `linear` begins.
  mlir::Value place(const View &view, mlir::Value linear);
  /// A bf16 `view` with pairs of neighbours of a row as one element: 32 bits, moved as an f32 and
  /// never computed with. Offset and strides are even, the last one is 1.
  View words(const View &view);
  /// Such words of two f32 that are bf16 widened.
  mlir::Value wordOf(mlir::Value low, mlir::Value high);
  /// sum + the products of both halves of the words a and b; only where isa().dotsPairs.
  mlir::Value dotPairs(mlir::Value a, mlir::Value b, mlir::Value sum);
  /// The f32 `x` as a tensor of `element` would keep it: x itself, or the nearest bf16.
  mlir::Value rounded(mlir::Value x, mlir::Type element);

  // Vectors of lanes() elements.
  mlir::VectorType vectorType(mlir::Type element);
  mlir::Value splat(mlir::Value scalar);
  mlir::Value splat(double value) { return splat(f32(value)); }
  /// Mask of the lanes below `count` (index).
  mlir::Value maskBelow(mlir::Value count);
  /// a * b + c, rounded once where the instruction set can.
  mlir::Value fma(mlir::Value a, mlir::Value b, mlir::Value c);
  /// The larger or smaller of two floats, `b` where either is NaN.
  mlir::Value larger(mlir::Value a, mlir::Value b);
  mlir::Value smaller(mlir::Value a, mlir::Value b);
  /// Number of lanes that are set in `mask`, as index.
  mlir::Value countLanes(mlir::Value mask);
  /// Lanes 0, 1, 2, ... as i32.
  mlir::Value iota();
  /// Sum and maximum over the lanes, in a fixed tree.
  mlir::Value sumLanes(mlir::Value vector);
  mlir::Value maxLanes(mlir::Value vector);

  // Elementary functions of f32 scalars or vectors, branch-free, relative error about 2e-7 (exp: 0
  // below -87). Of NaN they are NaN, and so is log of infinity.
  mlir::Value exp(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value cosine(mlir::Value x); ///< |x| up to about 1e5 radians
  mlir::Value sine(mlir::Value x);

  /// Records an error of the launch: status becomes `code` (dsa::Failure) with the row; the first
  /// code stays, and of its rows the lowest.
  void fail(int64_t code, mlir::Value row);
  /// Records an error at `row`, of operand number `operand` if that is >= 0, unless the f32 scalar
  /// `x` is finite.
  void expectFinite(mlir::Value x, mlir::Value row, int64_t operand = -1);

  /// Bytes asked for so far, over all phases.
  int64_t workspaceBytes() const { return workspaceEnd; }
  int64_t scratchBytes() const { return scratchMax; }
  llvm::ArrayRef<mlir::func::FuncOp> phases() const { return phaseOps; }

private:
  View contiguous(mlir::Value base, mlir::Type element, llvm::ArrayRef<int64_t> shape);
  mlir::Value flatBuffer(mlir::Value bytes, int64_t offset, mlir::Type element, int64_t elements);
  mlir::func::FuncOp openPhase(int64_t grid);
  View bufferOf(unsigned number, mlir::RankedTensorType type);
  /// What elements are in memory. Without AVX-512 LLVM calls a library for masked vectors of bf16,
  /// which therefore are their bits; with it, LLVM 22 stores 32 bits where one lane of such bits is
  /// left.
  mlir::Type storedAs(mlir::Type element);
  mlir::Value widen(mlir::Value stored);
  mlir::Value narrow(mlir::Value wide, mlir::Type element);

  KernelOp kernelOp;
  mlir::ModuleOp moduleOp;
  VectorIsa isaInfo;
  llvm::SmallVector<mlir::func::FuncOp> phaseOps;
  llvm::DenseMap<mlir::Value, unsigned>
      bufferNumbers; ///< argument or yielded value -> function argument number
  /// Result buffers that phases keep as f32 in the workspace: partial sums in bf16 would be rounded
  /// again and again.
  llvm::SmallDenseSet<unsigned> wide;
  llvm::SmallVector<std::pair<int64_t, int64_t>> workspaceSlots;
  mlir::Value workspaceBase, scratchBase, statusBase;
  int64_t roundCount = 1;
  int64_t workspaceEnd = 0, scratchEnd = 0, scratchMax = 0;
};

} // namespace dsa::cpu
