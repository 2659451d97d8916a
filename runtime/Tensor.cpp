// Tensors: allocation, copies, conversions.
#include "runtime/Tensor.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

namespace dsa {

static int64_t product(llvm::ArrayRef<int64_t> shape) {
  int64_t elements = 1;
  for (int64_t dimension : shape) {
    assert(dimension >= 0 && "a dimension cannot be negative");
    elements *= dimension;
  }
  return elements;
}

Tensor::Tensor(DType dtype, llvm::ArrayRef<int64_t> shape)
    : dtype_(dtype), shape_(shape.begin(), shape.end()),
      buffer(std::make_shared<Buffer>(product(shape) * size(dtype))) {}

Tensor Tensor::fromDoubles(DType dtype, llvm::ArrayRef<int64_t> shape,
                           llvm::ArrayRef<double> values) {
  Tensor tensor(dtype, shape);
  assert(static_cast<int64_t>(values.size()) == tensor.numElements() &&
         "one value for each element");
  for (auto [index, value] : llvm::enumerate(values))
    tensor.set(index, value);
  return tensor;
}

Tensor Tensor::scalar(DType dtype, double value) {
  return fromDoubles(dtype, {}, {value});
}

int64_t Tensor::numElements() const {
  return product(shape_);
}

std::vector<double> Tensor::asDoubles() const {
  std::vector<double> values(numElements());
  for (auto [index, value] : llvm::enumerate(values))
    value = at(index);
  return values;
}

Tensor Tensor::clone() const {
  Tensor copy(dtype_, shape_);
  if (int64_t count = bytes())
    std::memcpy(copy.data(), data(), count);
  return copy;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_)
    return clone();
  Tensor converted(dtype, shape_);
  for (int64_t index = 0, end = numElements(); index < end; ++index)
    converted.set(index, at(index));
  return converted;
}

Tensor Tensor::reshape(llvm::ArrayRef<int64_t> shape) const {
  assert(product(shape) == numElements() && "a reshape keeps the number of elements");
  Tensor view = *this;
  view.shape_.assign(shape.begin(), shape.end());
  return view;
}

std::string describe(DType dtype, llvm::ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << name(dtype) << '[';
  llvm::interleave(shape, os, "x");
  os << ']';
  return text;
}

} // namespace dsa
