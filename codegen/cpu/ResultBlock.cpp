// Rows of an anchor's result on their way through the pointwise ops.
#include "codegen/cpu/ResultBlock.h"

using namespace mlir;

namespace dsa::cpu {

ResultBlock::ResultBlock(KernelBuilder &b, Value result, int64_t blockRows, int64_t columns)
    : b(b), chain(b, result), inScratch(!b.hasBuffer(result)) {
  target = inScratch ? b.scratch(b.getF32Type(), {blockRows, columns}) : b.view(result);
  if (!inScratch && target.columns() != columns)
    target = b.reshape(target, {target.elements() / columns, columns});
}

Value ResultBlock::rowStart(Value row, Value blockFrom) {
  return b.rowStart(target, inScratch ? b.sub(row, blockFrom) : row);
}

void ResultBlock::finish(Value from, Value to) {
  if (chain.empty())
    return;
  auto load = [&](Value row, Value column, Value mask) {
    return b.loadVector(target, b.add(rowStart(row, from), column), mask);
  };
  if (inScratch)
    chain.emit(from, to, b.index(0), chain.columns(), load);
  else
    chain.emit(from, to, b.index(0), chain.columns());
}

} // namespace dsa::cpu
