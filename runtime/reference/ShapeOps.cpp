// The meaning of the upstream tensor ops that move elements without computing.
#include "runtime/reference/ShapeOps.h"

#include "llvm/ADT/SmallVector.h"

#include <cstring>

namespace dsa::reference {

/// The flat position in a tensor of shape `whole` of element `part` of its box at `offsets` of size
/// `sizes`.
static int64_t positionInWhole(int64_t part, llvm::ArrayRef<int64_t> whole,
                               llvm::ArrayRef<int64_t> offsets, llvm::ArrayRef<int64_t> sizes) {
  int64_t position = 0, stride = 1;
  for (size_t axis = whole.size(); axis-- > 0;) {
    position += (offsets[axis] + part % sizes[axis]) * stride;
    part /= sizes[axis];
    stride *= whole[axis];
  }
  return position;
}

static void copyElement(const Tensor &to, int64_t toIndex, const Tensor &from, int64_t fromIndex) {
  int64_t bytes = size(from.dtype());
  std::memcpy(static_cast<char *>(to.data()) + toIndex * bytes,
              static_cast<const char *>(from.data()) + fromIndex * bytes, bytes);
}

Tensor extractSlice(const Tensor &input, llvm::ArrayRef<int64_t> offsets,
                    llvm::ArrayRef<int64_t> sizes) {
  Tensor result(input.dtype(), sizes);
  for (int64_t i = 0; i < result.numElements(); ++i)
    copyElement(result, i, input, positionInWhole(i, input.shape(), offsets, sizes));
  return result;
}

Tensor concat(llvm::ArrayRef<Tensor> inputs, int64_t axis) {
  llvm::SmallVector<int64_t> shape(inputs.front().shape()), offsets(shape.size(), 0);
  for (const Tensor &input : inputs.drop_front())
    shape[axis] += input.shape()[axis];
  Tensor result(inputs.front().dtype(), shape);
  for (const Tensor &input : inputs) {
    for (int64_t i = 0; i < input.numElements(); ++i)
      copyElement(result, positionInWhole(i, shape, offsets, input.shape()), input, i);
    offsets[axis] += input.shape()[axis];
  }
  return result;
}

} // namespace dsa::reference
