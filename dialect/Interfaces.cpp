// Implementations shared by the op interfaces.
#include "dialect/Interfaces.h"
#include "dialect/Dialect.h"

using namespace mlir;

#include "dialect/Interfaces.cpp.inc"

namespace dsa {

Cost &Cost::operator+=(const Cost &other) {
  matrixFlops += other.matrixFlops;
  vectorFlops += other.vectorFlops;
  readBytes += other.readBytes;
  writeBytes += other.writeBytes;
  return *this;
}

int64_t bytesOf(Type type) {
  auto shaped = cast<ShapedType>(type);
  return shaped.getNumElements() * ((shaped.getElementTypeBitWidth() + 7) / 8);
}

Cost costOf(Operation *op, int64_t matrixFlops, int64_t vectorFlops) {
  Cost cost{matrixFlops, vectorFlops, 0, 0};
  for (Type type : op->getOperandTypes())
    cost.readBytes += bytesOf(type);
  for (Type type : op->getResultTypes())
    cost.writeBytes += bytesOf(type);
  return cost;
}

} // namespace dsa
