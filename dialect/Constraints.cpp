// How a broken constraint is reported: one wording for the verifiers of all op families.
#include "dialect/Constraints.h"
#include "dialect/Shapes.h"

using namespace mlir;

namespace dsa {

LogicalResult expectType(Operation *op, StringRef what, Value value, Type expected) {
  if (value.getType() == expected)
    return success();
  return op->emitOpError("expected ")
         << what << " of type " << expected << ", got " << value.getType();
}

LogicalResult expectElement(Operation *op, StringRef what, Value value, Type expected) {
  Type element = cast<ShapedType>(value.getType()).getElementType();
  if (element == expected)
    return success();
  return op->emitOpError("expected ")
         << what << " of element type " << expected << ", got " << element;
}

LogicalResult expectCount(Operation *op, StringRef what, int64_t expected, int64_t got) {
  if (expected == got)
    return success();
  return op->emitOpError("expected ") << expected << " " << what << ", got " << got;
}

LogicalResult expectNumber(Operation *op, bool holds, StringRef condition,
                           const llvm::APFloat &got) {
  if (holds)
    return success();
  SmallString<16> text;
  got.toString(text);
  return op->emitOpError("expected ") << condition << ", got " << text.str();
}

LogicalResult expectPositive(Operation *op, StringRef name, const llvm::APFloat &got) {
  bool holds = got.isFinite() && got.convertToDouble() > 0;
  return expectNumber(op, holds, ("a finite " + name + " > 0").str(), got);
}

LogicalResult expectShare(Operation *op, StringRef name, const llvm::APFloat &got) {
  bool holds = got.convertToDouble() >= 0 && got.convertToDouble() < 1;
  return expectNumber(op, holds, ("0 <= " + name + " < 1").str(), got);
}

LogicalResult expectInteger(Operation *op, bool holds, StringRef condition, int64_t got) {
  if (holds)
    return success();
  return op->emitOpError("expected ") << condition << ", got " << got;
}

LogicalResult expectShape(Operation *op, StringRef name, Value value, ArrayRef<int64_t> shape) {
  if (shapeOf(value) == shape)
    return success();
  InFlightDiagnostic error = op->emitOpError("expected ") << name << " of shape [";
  llvm::interleaveComma(shape, error);
  error << "], got [";
  llvm::interleaveComma(shapeOf(value), error);
  return error << "]";
}

LogicalResult expectDropout(Operation *op, FloatAttr rate, Value key) {
  double value = rate.getValueAsDouble();
  if (!(value >= 0.0 && value < 1.0))
    return op->emitOpError("expected dropout in [0, 1), got ") << rate;
  if (value > 0.0 && !key)
    return op->emitOpError("expected a random key for dropout ") << rate << ", got none";
  return success();
}

} // namespace dsa
