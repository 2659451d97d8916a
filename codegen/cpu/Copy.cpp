// Data movement without arithmetic: copies of views, concatenation, row lookup and its gradient,
// random keys.
#include "codegen/cpu/Copy.h"
#include "codegen/cpu/Families.h"
#include "codegen/cpu/Philox.h"
#include "runtime/KernelExecutable.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace dsa::cpu {

void copyRow(KernelBuilder &b, const View &from, Value fromStart, const View &to, Value toStart) {
  b.columns(to.columns(), [&](Value column, Value mask) {
    b.storeVector(b.loadVector(from, b.add(fromStart, column), mask), to, b.add(toStart, column),
                  mask);
  });
}

void copyPhase(KernelBuilder &b, Value like, llvm::function_ref<View()> source,
               llvm::function_ref<View()> target) {
  auto type = cast<RankedTensorType>(like.getType());
  View shape{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
  b.rowsPhase(shape, [&](Value row) {
    View from = source(), to = target();
    if (from.rank() == 0)
      return b.storeAt(b.loadAt(from, b.index(from.offset)), to, b.index(to.offset));
    copyRow(b, from, b.rowStart(from, row), to, b.rowStart(to, row));
  });
}

/// The same of what `source` reads.
static void copyPhase(KernelBuilder &b, Value source, llvm::function_ref<View()> target) {
  copyPhase(b, source, [&] { return b.view(source); }, target);
}

/// The buffer of result `number` of the kernel.
static View yieldedView(KernelBuilder &b, unsigned number) {
  return b.resultBuffer(number);
}

LogicalResult emitCopy(KernelBuilder &b, Operation *) {
  Operation *yield = b.kernel().getBody().front().getTerminator();
  for (unsigned number = 0; number < yield->getNumOperands(); ++number) {
    Operation *op = yield->getOperand(number).getDefiningOp();
    if (!op) {
      copyPhase(b, yield->getOperand(number), [&] { return yieldedView(b, number); });
      continue;
    }
    // Rows of a reshape are those of its source: copy in the source's shape, into the reshaped
    // result.
    Value source = op->getOperand(0);
    auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
    if (!slice) {
      copyPhase(b, source, [&] {
        return b.reshape(yieldedView(b, number),
                         cast<RankedTensorType>(source.getType()).getShape());
      });
      continue;
    }
    auto type = slice.getType();
    View shape{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
    b.rowsPhase(shape, [&](Value row) {
      View from = b.sliceOf(slice), to = yieldedView(b, number);
      copyRow(b, from, b.rowStart(from, row), to, b.rowStart(to, row));
    });
  }
  return success();
}

LogicalResult emitConcat(KernelBuilder &b, Operation *anchor) {
  auto concat = cast<tensor::ConcatOp>(anchor);
  int64_t axis = concat.getDim(), offset = 0;
  for (Value input : concat.getInputs()) {
    copyPhase(b, input, [&] {
      View part = b.view(concat.getResult());
      part.offset += offset * part.strides[axis];
      part.shape.assign(cast<RankedTensorType>(input.getType()).getShape().begin(),
                        cast<RankedTensorType>(input.getType()).getShape().end());
      return part;
    });
    offset += cast<RankedTensorType>(input.getType()).getDimSize(axis);
  }
  return success();
}

LogicalResult emitRandomKey(KernelBuilder &b, Operation *anchor) {
  auto op = cast<RandomKeyOp>(anchor);
  b.phase(1, [&](Value) {
    auto scalar = [&](Value tensor) { return b.loadAt(b.view(tensor), b.index(0)); };
    auto low = [&](Value wide) -> Value {
      return arith::TruncIOp::create(b, b.getI32Type(), wide);
    };
    Value seed = scalar(op.getSeed());
    Value high =
        arith::ShRUIOp::create(b, seed, arith::ConstantOp::create(b, b.getI64IntegerAttr(32)));
    View key = b.view(op.getResult());
    Value words[] = {low(seed), low(high), low(scalar(op.getStep())), low(scalar(op.getStream()))};
    for (auto [number, word] : llvm::enumerate(words))
      b.store(word, key, b.index(number));
  });
  return success();
}

/// Calls `body` with the id at `position` as an index, or records an error if it is not in [0,
/// limit).
static void withId(KernelBuilder &b, Value ids, Value position, int64_t limit,
                   llvm::function_ref<void(Value)> body) {
  View view = b.view(ids);
  Value id = b.loadAt(view, b.elementAt(view, position));
  Value legal = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, id, b.i32(limit));
  b.when(
      legal, [&] { body(b.toIndex(id)); },
      [&] { b.fail(static_cast<int64_t>(Failure::IndexOutOfRange), position); });
}

LogicalResult emitEmbedding(KernelBuilder &b, Operation *anchor) {
  auto op = cast<EmbeddingOp>(anchor);
  auto type = cast<RankedTensorType>(op.getResult().getType());
  View shape{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
  int64_t vocabulary = cast<RankedTensorType>(op.getTable().getType()).getDimSize(0);
  b.rowsPhase(shape, [&](Value row) {
    withId(b, op.getIds(), row, vocabulary, [&](Value id) {
      View table = b.view(op.getTable()), result = b.view(op.getResult());
      copyRow(b, table, b.rowStart(table, id), result, b.rowStart(result, row));
    });
  });
  return success();
}

LogicalResult emitEmbeddingGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<EmbeddingGradOp>(anchor);
  auto type = cast<RankedTensorType>(op.getResult().getType());
  View shape{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
  b.rowsPhase(shape, [&](Value row) {
    View result = b.view(op.getResult());
    b.columns(result.columns(), [&](Value column, Value mask) {
      b.storeVector(b.splat(0.0), result, b.add(b.rowStart(result, row), column), mask);
    });
  });
  // Strips of columns are independent; inside a strip the tokens come in order.
  constexpr int64_t kStrip = 64;
  int64_t width = type.getDimSize(1),
          tokens = cast<RankedTensorType>(op.getIds().getType()).getNumElements();
  b.phase(llvm::divideCeil(width, kStrip), [&](Value item) {
    View grad = b.view(op.getGrad()), result = b.view(op.getResult());
    Value from = b.mul(item, kStrip), to = b.min(b.add(from, kStrip), b.index(width));
    b.loop(b.index(0), b.index(tokens), 1, [&](Value token) {
      withId(b, op.getIds(), token, type.getDimSize(0), [&](Value id) {
        Value source = b.rowStart(grad, token), target = b.rowStart(result, id);
        b.loop(from, to, b.lanes(), [&](Value column) {
          Value mask = width % b.lanes() ? b.maskBelow(b.sub(to, column)) : Value();
          Value at = b.add(target, column);
          Value sum = arith::AddFOp::create(b, b.loadVector(result, at, mask),
                                            b.loadVector(grad, b.add(source, column), mask));
          b.storeVector(sum, result, at, mask);
        });
      });
    });
  });
  return success();
}

} // namespace dsa::cpu
