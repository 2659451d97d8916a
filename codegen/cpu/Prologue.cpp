// Norms and element-wise ops on the way into a packed factor.
#include "codegen/cpu/Prologue.h"
#include "codegen/cpu/RowStatsFold.h"

using namespace mlir;

namespace dsa::cpu {

Prologue::Prologue(KernelBuilder &b, ArrayRef<Operation *> ops)
    : b(b), norm(dyn_cast<RmsNormOp>(ops.front())), chain(b, ops) {}

void Prologue::openRows(Value first, Value rows, int64_t bound) {
  from = first;
  count = rows;
  most = bound;
  if (!norm)
    return;
  scales = b.scratch(b.getF32Type(), {most});
  View x = b.view(norm.getInput());
  b.loop(b.index(0), count, 1, [&](Value row) {
    Value start = b.rowStart(x, b.add(from, row));
    b.storeAt(reciprocalRms(b, x, start, norm.getEps().convertToDouble()), scales, row);
  });
}

void Prologue::emit(Value column, int64_t width, Pointwise::Store store) {
  auto normed = [&](Value row, Value at, Value mask) {
    Value start = b.rowStart(b.view(norm.getInput()), row);
    Value scale = b.splat(b.loadAt(scales, b.sub(row, from)));
    return normalised(b, norm, start, at, mask, scale);
  };
  Value to = b.add(from, count);
  if (norm)
    chain.emit(from, to, column, width, normed, store);
  else
    chain.emit(from, to, column, width, nullptr, store);
}

View Prologue::rows() {
  View whole = b.scratch(b.getF32Type(), {most, columns()});
  emit(b.index(0), columns(), [&](Value row, Value column, Value mask, Value values) {
    b.storeVector(values, whole, b.add(b.rowStart(whole, b.sub(row, from)), column), mask);
  });
  return whole;
}

} // namespace dsa::cpu
