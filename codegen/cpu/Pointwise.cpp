// Evaluation of pointwise ops on vector registers.
#include "codegen/cpu/Pointwise.h"
#include "codegen/cpu/Families.h"
#include "codegen/cpu/ScalarOps.h"
#include "dialect/Shapes.h"
#include "passes/KernelFamilies.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dsa::cpu {

/// What is computed once per row: where each tensor's row starts, and the values of the current
/// vector.
struct Pointwise::Row {
  Value number;
  DenseMap<Value, std::pair<View, Value>> starts;
  DenseMap<Operation *, StreamKey> keys;
  DenseMap<Operation *, Value> firstElements;
  DenseMap<Operation *, SmallVector<Value>> factors; ///< of the current group of 64 columns
  int64_t vectorInGroup = 0;
  DenseMap<Value, Value> values;
};

Pointwise::Pointwise(KernelBuilder &b, Value result) : b(b), start(result) {
  SmallVector<Operation *> prologue = prologueOps(b.kernel());
  for (Operation &op : b.kernel().getBody().front())
    if (isPointwise(&op) && !llvm::is_contained(prologue, &op))
      ops.push_back(&op);
  if (Value shape = ops.empty() ? result : ops.back()->getResult(0))
    setShape(shape);
}

Pointwise::Pointwise(KernelBuilder &b, ArrayRef<Operation *> prologue) : b(b) {
  if (!isPointwise(prologue.front()))
    start = prologue.front()->getResult(0);
  ops.append(prologue.begin() + (start ? 1 : 0), prologue.end());
  setShape(prologue.back()->getResult(0));
}

void Pointwise::setShape(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  columnCount = type.getRank() == 0 ? 1 : type.getShape().back();
  rowCount = columnCount == 0 ? 0 : type.getNumElements() / columnCount;
}

View Pointwise::flat(Value value) {
  View view = b.view(value);
  return view.columns() == columnCount && view.rank() > 0
             ? view
             : b.reshape(view, {rowCount, columnCount});
}

void Pointwise::emit(Value rowFrom, Value rowTo, Value columnFrom, int64_t width, Load load,
                     Store store) {
  b.loop(rowFrom, rowTo, 1, [&](Value row) { emitRow(row, columnFrom, width, load, store); });
}

void Pointwise::emitRow(Value number, Value columnFrom, int64_t width, Load load, Store store) {
  Row row;
  row.number = number;
  auto addStart = [&](Value value) {
    if (value.getType() && b.hasBuffer(value) && !row.starts.contains(value)) {
      View view = flat(value);
      row.starts[value] = {view, b.rowStart(view, number)};
    }
  };
  bool grouped = width % 64 == 0 && columnCount % 64 == 0, drops = false;
  for (Operation *op : ops) {
    addStart(op->getResult(0));
    if (auto dropout = dyn_cast<DropoutOp>(op)) {
      addStart(dropout.getInput());
      row.keys[op] = loadKey(b, b.view(dropout.getKey()));
      Value source = number;
      if (dropout.getRows())
        source = b.toIndex(b.load(b.view(dropout.getRows()), number));
      row.firstElements[op] = b.mul(source, columnCount);
      drops = true;
      continue;
    }
    for (Value value : op->getOperands())
      addStart(value);
  }
  if (start && b.hasBuffer(start))
    addStart(start);
  if (!drops || !grouped) {
    b.columns(width, [&](Value column, Value mask) {
      emitVector(row, b.add(columnFrom, column), mask, load, store);
    });
    return;
  }
  b.loop(0, width, 64, [&](Value group) {
    Value first = b.add(columnFrom, group);
    for (Operation *op : ops)
      if (auto dropout = dyn_cast<DropoutOp>(op))
        row.factors[op] = dropoutFactors64(b, row.keys[op], b.add(row.firstElements[op], first),
                                           dropout.getP().convertToDouble());
    for (row.vectorInGroup = 0; row.vectorInGroup < 64 / b.lanes(); ++row.vectorInGroup)
      emitVector(row, b.add(first, row.vectorInGroup * b.lanes()), {}, load, store);
  });
}

Value Pointwise::operand(Value value, Row &row, Value column, Value mask) {
  // What is computed here is not in its buffer yet, under none of its shapes.
  for (Value source = value;; source = source.getDefiningOp()->getOperand(0)) {
    if (auto found = row.values.find(source); found != row.values.end())
      return found->second;
    if (!source.getDefiningOp() || !isReshape(source.getDefiningOp()))
      break;
  }
  if (auto found = row.starts.find(value); found != row.starts.end()) {
    auto &[view, first] = found->second;
    Value loaded = b.loadVector(view, b.add(first, column), mask);
    return row.values[value] = b.rounded(loaded, elementOf(value));
  }
  assert(isReshape(value.getDefiningOp()) &&
         "a value is computed, loaded, or a reshape of such a value");
  return operand(value.getDefiningOp()->getOperand(0), row, column, mask);
}

void Pointwise::emitVector(Row &row, Value column, Value mask, Load load, Store store) {
  row.values.clear();
  if (start && load)
    row.values[start] = b.rounded(load(row.number, column, mask), elementOf(start));
  for (Operation *op : ops) {
    Value result = op->getResult(0);
    row.values[result] = b.rounded(evaluate(op, row, column, mask), elementOf(result));
  }
  if (store)
    return store(row.number, column, mask,
                 row.values[ops.empty() ? start : ops.back()->getResult(0)]);
  storeYielded(row, column, mask, static_cast<bool>(load));
}

void Pointwise::storeYielded(Row &row, Value column, Value mask, bool startIsLoaded) {
  for (Value yielded : b.kernel().getBody().front().getTerminator()->getOperands()) {
    Value source = yielded;
    while (!row.values.contains(source) && source.getDefiningOp() && isView(source.getDefiningOp()))
      source = source.getDefiningOp()->getOperand(0);
    if (!row.values.contains(source) || (source == start && !startIsLoaded))
      continue;
    View view = flat(yielded);
    b.storeVector(row.values[source], view, b.add(b.rowStart(view, row.number), column), mask);
  }
}

Value Pointwise::evaluate(Operation *op, Row &row, Value column, Value mask) {
  auto value = [&](Value tensor) { return operand(tensor, row, column, mask); };
  auto sigmoid = [&](Value x) -> Value {
    Value e = b.exp(arith::NegFOp::create(b, x));
    return arith::DivFOp::create(b, b.splat(1.0), arith::AddFOp::create(b, b.splat(1.0), e));
  };
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](AddOp add) {
        return arith::AddFOp::create(b, value(add.getLhs()), value(add.getRhs()));
      })
      .Case([&](MulOp mul) {
        return arith::MulFOp::create(b, value(mul.getLhs()), value(mul.getRhs()));
      })
      .Case([&](ScaleOp scale) {
        return arith::MulFOp::create(b, value(scale.getInput()),
                                     b.splat(scale.getFactor().convertToDouble()));
      })
      .Case([&](CastOp cast) { return value(cast.getInput()); }) // a result is rounded anyway
      .Case([&](SiluOp silu) {
        Value x = value(silu.getInput());
        return arith::MulFOp::create(b, x, sigmoid(x));
      })
      .Case([&](SiluGradOp silu) {
        Value x = value(silu.getInput()), s = sigmoid(x);
        Value inner = b.fma(x, arith::SubFOp::create(b, b.splat(1.0), s), b.splat(1.0));
        return arith::MulFOp::create(b, value(silu.getGrad()), arith::MulFOp::create(b, s, inner));
      })
      .Case([&](MapOp map) {
        auto inputs = llvm::map_to_vector(map.getInputs(), value);
        return evaluateBody(b, map.getBody().front(), inputs).front();
      })
      .Case([&](DropoutOp dropout) {
        Value factor;
        if (auto found = row.factors.find(op); found != row.factors.end()) {
          factor = found->second[row.vectorInGroup];
        } else {
          Value first = b.splat(b.toI32(b.add(row.firstElements[op], column)));
          factor = dropoutFactors(b, row.keys[op], b.add(first, b.iota()),
                                  dropout.getP().convertToDouble());
        }
        return arith::MulFOp::create(b, value(dropout.getInput()), factor);
      });
}

LogicalResult emitPointwise(KernelBuilder &b, Operation *) {
  Pointwise chain(b, Value());
  // About 16 K elements an item: small enough to balance, large enough to hide the call.
  int64_t block = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, chain.columns()));
  int64_t rows = chain.rows();
  b.phase((rows + block - 1) / block, [&](Value item) {
    Value from = b.mul(item, block);
    chain.emit(from, b.min(b.add(from, block), b.index(rows)), b.index(0), chain.columns());
  });
  return success();
}

} // namespace dsa::cpu
