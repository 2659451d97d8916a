// Shapes of tensor values, as the op families ask for them.
#pragma once

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace dsa {

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return tensorType(value).getShape();
}
inline mlir::Type elementOf(mlir::Value value) {
  return tensorType(value).getElementType();
}
inline int64_t dim(mlir::Value value, unsigned axis) {
  return tensorType(value).getDimSize(axis);
}
inline int64_t firstDim(mlir::Value value) {
  return shapeOf(value).front();
}
inline int64_t lastDim(mlir::Value value) {
  return shapeOf(value).back();
}
/// All dimensions but the last multiplied: the rows of a tensor read as a matrix.
inline int64_t rowsOf(mlir::Value value) {
  return tensorType(value).getNumElements() / std::max<int64_t>(lastDim(value), 1);
}

/// What a sum over rows of `element` is kept in: f32 for 16-bit floats, whose digits would not do.
inline mlir::Type statisticOf(mlir::Type element) {
  return element.isBF16() || element.isF16() ? mlir::Float32Type::get(element.getContext())
                                             : element;
}

inline mlir::RankedTensorType tensorOf(mlir::Type element, llvm::ArrayRef<int64_t> shape) {
  return mlir::RankedTensorType::get(shape, element);
}
inline mlir::RankedTensorType tensorOf(mlir::Type element, llvm::ArrayRef<int64_t> outer,
                                       int64_t last) {
  llvm::SmallVector<int64_t> shape(outer);
  shape.push_back(last);
  return mlir::RankedTensorType::get(shape, element);
}
inline mlir::RankedTensorType tensorOf(mlir::Type element, llvm::ArrayRef<int64_t> outer,
                                       llvm::ArrayRef<int64_t> inner) {
  llvm::SmallVector<int64_t> shape(outer);
  llvm::append_range(shape, inner);
  return mlir::RankedTensorType::get(shape, element);
}

} // namespace dsa
