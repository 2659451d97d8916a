// How kernels read and write memory: places of elements, scalars, vectors, and what bf16 becomes on
// the way.
#include "codegen/cpu/KernelBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace dsa::cpu {

Value KernelBuilder::linear(const View &view, ValueRange indices) {
  assert(static_cast<int64_t>(indices.size()) == view.rank() && "one index an axis");
  Value result = index(view.offset);
  for (auto [position, stride] : llvm::zip_equal(indices, view.strides))
    result = add(result, mul(position, stride));
  return result;
}

Value KernelBuilder::rowStart(const View &view, Value row) {
  Value result = index(view.offset);
  // Peel merged leading axes from the innermost: (row / inner) * stride + (row % inner) * stride
  // ...
  int64_t axis = view.rank() - 2;
  while (axis >= 0) {
    int64_t size = view.shape[axis], stride = view.strides[axis];
    while (axis > 0 && view.strides[axis - 1] == size * stride)
      size *= view.shape[--axis];
    bool last = axis-- == 0;
    result = add(result, mul(last ? row : rem(row, size), stride));
    if (!last)
      row = div(row, size);
  }
  return result;
}

Value KernelBuilder::elementAt(const View &view, Value position) {
  View single = view;
  single.shape.push_back(1);
  single.strides.push_back(1);
  return rowStart(single, position);
}

/// `type` with other elements.
static Type withElement(Type type, Type element) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? Type(vector.clone(element)) : element;
}

Type KernelBuilder::storedAs(Type element) {
  return element.isBF16() && lanes() < 16 ? getI16Type() : element;
}

/// The bits of a bf16 are the upper ones of an f32.
Value KernelBuilder::widen(Value stored) {
  Type type = stored.getType(), element = getElementTypeOrSelf(type);
  if (!element.isBF16() && !element.isInteger(16))
    return stored;
  Type word = withElement(type, getI32Type());
  Value half = stored;
  if (element.isBF16())
    half = arith::BitcastOp::create(*this, withElement(type, getI16Type()), stored);
  Value bits =
      arith::ShLIOp::create(*this, arith::ExtUIOp::create(*this, word, half), constant(word, 16));
  return arith::BitcastOp::create(*this, withElement(type, getF32Type()), bits);
}

/// Rounds on integers, so that every machine gives the same bits: instructions for it flush
/// denormals. NaN stays NaN.
Value KernelBuilder::narrow(Value wide, Type element) {
  Type type = wide.getType();
  if (!element.isBF16() || !getElementTypeOrSelf(type).isF32())
    return wide;
  Type word = withElement(type, getI32Type());
  auto shifted = [&](Value bits) -> Value {
    return arith::ShRUIOp::create(*this, bits, constant(word, 16));
  };
  Value bits = arith::BitcastOp::create(*this, word, wide);
  Value odd = arith::AndIOp::create(*this, shifted(bits), constant(word, 1));
  Value half = arith::AddIOp::create(*this, odd, constant(word, 0x7fff));
  Value nearest = shifted(arith::AddIOp::create(*this, bits, half));
  Value quiet = arith::OrIOp::create(*this, shifted(bits), constant(word, 0x40));
  Value isNan = arith::CmpFOp::create(*this, arith::CmpFPredicate::UNO, wide, wide);
  Value kept = arith::SelectOp::create(*this, isNan, quiet, nearest);
  kept = arith::TruncIOp::create(*this, withElement(type, getI16Type()), kept);
  Type stored = withElement(type, storedAs(element));
  return kept.getType() == stored ? kept : Value(arith::BitcastOp::create(*this, stored, kept));
}

Value KernelBuilder::rounded(Value x, Type element) {
  return widen(narrow(x, element));
}

/// Whether the elements of `view` are pairs of bf16.
static bool holdsWords(const View &view) {
  return view.element.isF32() && getElementTypeOrSelf(view.base.getType()).isBF16();
}

Value KernelBuilder::place(const View &view, Value linear) {
  return holdsWords(view) ? mul(linear, 2) : linear;
}

View KernelBuilder::words(const View &view) {
  View halved{view.base, getF32Type(), view.shape, view.strides, view.offset / 2};
  halved.shape.back() /= 2;
  for (int64_t &stride : llvm::MutableArrayRef(halved.strides).drop_back())
    stride /= 2;
  return halved;
}

Value KernelBuilder::wordOf(Value low, Value high) {
  Type type = low.getType(), word = withElement(type, getI32Type());
  auto bits = [&](Value x) -> Value { return arith::BitcastOp::create(*this, word, x); };
  Value lower = arith::ShRUIOp::create(*this, bits(low), constant(word, 16));
  return arith::BitcastOp::create(*this, type, arith::OrIOp::create(*this, bits(high), lower));
}

Value KernelBuilder::dotPairs(Value a, Value b, Value sum) {
  assert(isaInfo.dotsPairs && "an instruction of this machine");
  auto pairs = VectorType::get({2 * lanes()}, getBF16Type());
  auto cast = [&](Value x) -> Value { return vector::BitCastOp::create(*this, pairs, x); };
  auto dot = LLVM::CallIntrinsicOp::create(*this, sum.getType(),
                                           getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
                                           ValueRange{sum, cast(a), cast(b)});
  return dot.getResult(0);
}

Value KernelBuilder::loadAt(const View &view, Value linear) {
  if (holdsWords(view))
    return vector::ExtractOp::create(*this, loadWide(view, linear, 1), ArrayRef<int64_t>{0});
  return widen(memref::LoadOp::create(*this, view.base, ValueRange{linear}));
}

void KernelBuilder::storeAt(Value value, const View &view, Value linear) {
  memref::StoreOp::create(*this, narrow(value, view.element), view.base, ValueRange{linear});
}

Value KernelBuilder::loadWide(const View &view, Value linear, int64_t width) {
  if (holdsWords(view)) {
    auto type = VectorType::get({2 * width}, getBF16Type());
    Value pairs = vector::LoadOp::create(*this, type, view.base, ValueRange{place(view, linear)});
    return vector::BitCastOp::create(*this, VectorType::get({width}, getF32Type()), pairs);
  }
  return widen(vector::LoadOp::create(*this, VectorType::get({width}, storedAs(view.element)),
                                      view.base, ValueRange{linear}));
}

Value KernelBuilder::loadVector(const View &view, Value linear, Value mask) {
  if (!mask)
    return loadWide(view, linear, lanes());
  if (holdsWords(view)) {
    auto pair = VectorType::get({2 * lanes()}, getBF16Type());
    Value both = vector::InterleaveOp::create(*this, mask, mask);
    Value pairs = vector::MaskedLoadOp::create(
        *this, pair, view.base, ValueRange{place(view, linear)}, both, constant(pair, 0));
    return vector::BitCastOp::create(*this, vectorType(getF32Type()), pairs);
  }
  VectorType type = vectorType(storedAs(view.element));
  return widen(vector::MaskedLoadOp::create(*this, type, view.base, ValueRange{linear}, mask,
                                            constant(type, 0)));
}

void KernelBuilder::storeVector(Value vector, const View &view, Value linear, Value mask) {
  vector = narrow(vector, view.element);
  if (!mask)
    vector::StoreOp::create(*this, vector, view.base, ValueRange{linear});
  else
    vector::MaskedStoreOp::create(*this, view.base, ValueRange{linear}, mask, vector);
}

} // namespace dsa::cpu
