// A dense row-major tensor in host memory: a shared handle to a buffer, an element type and a
// shape.
#pragma once

#include "runtime/Buffer.h"
#include "runtime/DType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cassert>
#include <memory>
#include <string>
#include <vector>

namespace dsa {

/// A handle: copies share the buffer, `clone` does not. Constness is that of the handle, not of the
/// elements.
class Tensor {
public:
  /// No tensor at all; only assignment and `operator bool` are allowed.
  Tensor() = default;
  /// Every element 0. Dimensions are >= 0; an empty shape is one element.
  Tensor(DType dtype, llvm::ArrayRef<int64_t> shape);
  /// The given values, converted to `dtype`; as many as the shape has elements.
  static Tensor fromDoubles(DType dtype, llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<double> values);
  /// One element of shape [].
  static Tensor scalar(DType dtype, double value);

  explicit operator bool() const { return buffer != nullptr; }
  DType dtype() const { return dtype_; }
  llvm::ArrayRef<int64_t> shape() const { return shape_; }
  int64_t rank() const { return static_cast<int64_t>(shape_.size()); }
  int64_t numElements() const;
  /// Size of the elements in bytes.
  int64_t bytes() const { return numElements() * size(dtype_); }

  /// The first element; aligned to 64 bytes.
  void *data() const { return buffer ? buffer->data() : nullptr; }
  /// The first element as T, which must have the size of the element type (uint16_t for BF16 and
  /// F16).
  template <typename T> T *data() const {
    assert(sizeof(T) == static_cast<size_t>(size(dtype_)) && "T must have the size of an element");
    return static_cast<T *>(data());
  }
  /// Element `index` in row-major order as a double.
  double at(int64_t index) const { return readElement(dtype_, data(), index); }
  /// Stores element `index` in row-major order, rounded to the element type.
  void set(int64_t index, double value) const { writeElement(dtype_, data(), index, value); }
  /// All elements in row-major order as doubles.
  std::vector<double> asDoubles() const;

  /// A tensor with the same elements in a buffer of its own.
  Tensor clone() const;
  /// Converted element by element; always a buffer of its own.
  Tensor to(DType dtype) const;
  /// The same buffer under another shape with as many elements.
  Tensor reshape(llvm::ArrayRef<int64_t> shape) const;
  /// True when both handles share one buffer.
  bool aliases(const Tensor &other) const { return buffer && buffer == other.buffer; }
  /// True when no other handle shares the buffer.
  bool isUnique() const { return buffer.use_count() == 1; }

private:
  DType dtype_ = DType::F32;
  llvm::SmallVector<int64_t, 4> shape_;
  std::shared_ptr<Buffer> buffer;
};

/// "f32[4x64]", as it stands in messages.
std::string describe(DType dtype, llvm::ArrayRef<int64_t> shape);

} // namespace dsa
