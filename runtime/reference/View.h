// Multi-dimensional access to tensors, so that the loops of the reference read like the formulas.
#pragma once

#include "runtime/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace dsa::reference {

/// A row-major tensor of T seen through indices: `x(b, t, d)`. The tensor must outlive the view.
template <class T> class View {
public:
  explicit View(const Tensor &tensor) : View(tensor, tensor.shape()) {}
  /// Sees the elements of `tensor` under another `shape` of the same size.
  View(const Tensor &tensor, llvm::ArrayRef<int64_t> shape)
      : elements(tensor.data<T>()), sizes(shape) {}

  int64_t size(unsigned axis) const { return sizes[axis]; }

  template <class... Index> T &operator()(Index... index) const {
    int64_t flat = 0;
    unsigned axis = 0;
    ((flat = flat * sizes[axis++] + static_cast<int64_t>(index)), ...);
    return elements[flat];
  }

private:
  T *elements;
  llvm::SmallVector<int64_t, 5> sizes;
};

using Doubles = View<double>;
using Indices = View<int32_t>;

/// The tensor as a matrix: all axes but the last are its rows.
inline Doubles rowsOf(const Tensor &tensor) {
  int64_t columns = tensor.shape().empty() ? 1 : tensor.shape().back();
  return Doubles(tensor, {columns ? tensor.numElements() / columns : 0, columns});
}

/// The tensor as a vector of all its elements.
template <class T> View<T> flat(const Tensor &tensor) {
  return View<T>(tensor, {tensor.numElements()});
}

/// New tensors, filled with zeros.
inline Tensor doubles(llvm::ArrayRef<int64_t> shape) {
  return Tensor(DType::F64, shape);
}
inline Tensor indices(llvm::ArrayRef<int64_t> shape) {
  return Tensor(DType::I32, shape);
}
inline Tensor zerosLike(const Tensor &tensor) {
  return Tensor(DType::F64, tensor.shape());
}

/// `shape` followed by `more`.
inline llvm::SmallVector<int64_t> join(llvm::ArrayRef<int64_t> shape,
                                       llvm::ArrayRef<int64_t> more) {
  llvm::SmallVector<int64_t> joined(shape);
  joined.append(more.begin(), more.end());
  return joined;
}

/// Fails unless every entry of the i32 tensor `values` lies in [low, high); names `op`, and the
/// row: the flat position divided by `rowLength`.
llvm::Error expectInRange(llvm::StringRef op, llvm::StringRef what, const Tensor &values,
                          int64_t low, int64_t high, int64_t rowLength = 1);

/// log(sum exp(z)), -inf for no z.
double logSumExp(llvm::ArrayRef<double> z);

} // namespace dsa::reference
