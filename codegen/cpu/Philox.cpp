// Philox4x32-10 on vectors, and the dropout factors drawn from it.
#include "codegen/cpu/Philox.h"

using namespace mlir;

namespace dsa::cpu {

StreamKey loadKey(KernelBuilder &b, const View &key) {
  StreamKey result;
  for (int64_t word = 0; word < 4; ++word)
    result.words[word] = b.load(key, b.index(word));
  return result;
}

static Value likeVector(KernelBuilder &b, Value scalar, Type type) {
  return isa<VectorType>(type) ? b.splat(scalar) : scalar;
}

std::array<Value, 4> philox(KernelBuilder &b, const StreamKey &key, Value block) {
  Type type = block.getType();
  auto constant = [&](uint32_t value) {
    return likeVector(b, b.i32(static_cast<int32_t>(value)), type);
  };
  std::array<Value, 4> c = {block, constant(0), likeVector(b, key.words[2], type),
                            likeVector(b, key.words[3], type)};
  Value k0 = key.words[0], k1 = key.words[1];
  Value m0 = constant(0xD2511F53u), m1 = constant(0xCD9E8D57u);
  for (int round = 0; round < 10; ++round) {
    auto p0 = arith::MulUIExtendedOp::create(b, m0, c[0]);
    auto p1 = arith::MulUIExtendedOp::create(b, m1, c[2]);
    auto exclusiveOr = [&](Value x, Value y, Value scalar) -> Value {
      return arith::XOrIOp::create(b, arith::XOrIOp::create(b, x, y), likeVector(b, scalar, type));
    };
    c = {exclusiveOr(p1.getHigh(), c[1], k0), p1.getLow(), exclusiveOr(p0.getHigh(), c[3], k1),
         p0.getLow()};
    k0 = b.add(k0, b.i32(static_cast<int32_t>(0x9E3779B9u)));
    k1 = b.add(k1, b.i32(static_cast<int32_t>(0xBB67AE85u)));
  }
  return c;
}

Value dropoutFactor(KernelBuilder &b, Value words, double p) {
  // (word >> 8) * 2^-24 < p  <=>  (word >> 8) < ceil(p * 2^24), both sides exact.
  auto threshold =
      static_cast<int64_t>(std::ceil(static_cast<double>(static_cast<float>(p)) * 16777216.0));
  Type type = words.getType();
  Value high = arith::ShRUIOp::create(b, words, b.constant(type, 8));
  Value keep = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, high,
                                     b.constant(type, static_cast<double>(threshold)));
  Type real = isa<VectorType>(type) ? Type(b.vectorType(b.getF32Type())) : Type(b.getF32Type());
  return arith::SelectOp::create(b, keep, b.constant(real, 1.0 / (1.0 - p)), b.constant(real, 0.0));
}

SmallVector<Value> dropoutFactors64(KernelBuilder &b, const StreamKey &key, Value first, double p) {
  int64_t groups = 16 / b.lanes();
  SmallVector<Value> factors(64 / b.lanes());
  Value block = b.toI32(b.div(first, 4));
  for (int64_t group = 0; group < groups; ++group) {
    Value lanes = b.add(b.splat(b.add(block, b.i32(group * b.lanes()))), b.iota());
    for (auto [word, bits] : llvm::enumerate(philox(b, key, lanes)))
      factors[word * groups + group] = dropoutFactor(b, bits, p);
  }
  return factors;
}

Value dropoutFactors(KernelBuilder &b, const StreamKey &key, Value elements, double p) {
  Type type = elements.getType();
  auto constant = [&](int64_t value) { return b.constant(type, static_cast<double>(value)); };
  Value group = arith::ShRUIOp::create(b, elements, constant(6));
  Value lane = arith::AndIOp::create(b, elements, constant(15));
  Value block = arith::OrIOp::create(b, arith::ShLIOp::create(b, group, constant(4)), lane);
  Value select =
      arith::AndIOp::create(b, arith::ShRUIOp::create(b, elements, constant(4)), constant(3));
  std::array<Value, 4> words = philox(b, key, block);
  Value chosen = words[0];
  for (int64_t word = 1; word < 4; ++word) {
    Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, select, constant(word));
    chosen = arith::SelectOp::create(b, here, words[word], chosen);
  }
  return dropoutFactor(b, chosen, p);
}

} // namespace dsa::cpu
