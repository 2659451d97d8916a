// Functions of <cmath> as vector polynomials that hold for every float.
#include "codegen/cpu/WholeRange.h"
#include "codegen/cpu/Expression.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>
#include <numbers>

using namespace mlir;

namespace dsa::cpu {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Added to a number it leaves the nearest integer in the low bits of the sum.
static constexpr double kRound = 12582912, kRoundF64 = 6755399441055744;
static constexpr int64_t kRoundBits = 0x4b400000;
/// Of e^r and of (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2, highest power first.
static constexpr double kExponential[] = {1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24,
                                          1.0 / 6,    0.5,       1.0,       1.0};

/// 2^n for whole n of [-126, 127].
static Value powerOfTwo(Expression &e, Value n) {
  Value biased = arith::AddIOp::create(e.b, n, e.integer(127));
  return e.fromBits(arith::ShLIOp::create(e.b, biased, e.integer(23)));
}

/// p 2^n for whole n of [-252, 254]: in two steps, so that only the result may leave the range.
static Value timesPowerOfTwo(Expression &e, Value p, Value n) {
  Value half = arith::ShRSIOp::create(e.b, n, e.integer(1));
  Value rest = arith::SubIOp::create(e.b, n, half);
  return e.mul(e.mul(p, powerOfTwo(e, half)), powerOfTwo(e, rest));
}

/// x = n ln 2 + r with n whole and |r| <= ln(2) / 2.
struct Reduced {
  Value n, r;
};
static Reduced reduce(Expression &e, Value x) {
  Value shifted = e.b.fma(x, e.real(std::numbers::log2e), e.real(kRound));
  Value whole = e.sub(shifted, e.real(kRound));
  Value r = e.b.fma(whole, e.real(-0.693145751953125), x);
  r = e.b.fma(whole, e.real(-1.428606820309417e-6), r);
  return {arith::SubIOp::create(e.b, e.bits(shifted), e.integer(kRoundBits)), r};
}

/// `x` moved into [low, high]; NaN stays NaN.
static Value clamp(Expression &e, Value x, double low, double high) {
  return e.b.larger(e.real(low), e.b.smaller(e.real(high), x));
}

Value WholeRange::exp(Value x) {
  Expression e(b, x);
  Reduced reduced = reduce(e, clamp(e, x, -105, 90));
  return timesPowerOfTwo(e, e.polynomial(reduced.r, kExponential), reduced.n);
}

Value WholeRange::exp2(Value x) {
  Expression e(b, x);
  Value near = clamp(e, x, -152, 130);
  Value shifted = e.add(near, e.real(kRound));
  Value r = e.sub(near, e.sub(shifted, e.real(kRound)));
  Value p = e.polynomial(e.mul(r, e.real(std::numbers::ln2)), kExponential);
  return timesPowerOfTwo(e, p, arith::SubIOp::create(b, e.bits(shifted), e.integer(kRoundBits)));
}

Value WholeRange::expm1(Value x) {
  Expression e(b, x);
  // 2^n (e^r - 1) + (2^n - 1), halved until the end, for 2^128 is no float.
  auto [n, r] = reduce(e, clamp(e, x, -18, 89));
  Value tail = e.polynomial(r, llvm::ArrayRef(kExponential).drop_back(2));
  Value small = b.fma(e.mul(r, r), tail, r);
  Value half = powerOfTwo(e, arith::SubIOp::create(b, n, e.integer(1)));
  Value sum = b.fma(small, half, e.sub(half, e.real(0.5)));
  Value result = e.add(sum, sum);
  // The sign of a zero is that of x.
  return e.choose(e.equal(x, e.real(0)), x, result);
}

/// x = 2^n m with m of [sqrt(1/2), sqrt(2)), for finite x > 0.
struct Parts {
  Value n, m;
};
static Parts split(Expression &e, Value x) {
  Value tiny = e.less(x, e.real(std::numeric_limits<float>::min()));
  Value bits = e.bits(e.choose(tiny, e.mul(x, e.real(8388608)), x));
  Value biased = arith::SubIOp::create(e.b, bits, e.integer(0x3f3504f3));
  Value n = arith::ShRSIOp::create(e.b, biased, e.integer(23));
  Value m = arith::SubIOp::create(e.b, bits, arith::ShLIOp::create(e.b, n, e.integer(23)));
  Value whole = arith::SIToFPOp::create(e.b, e.type, n);
  return {e.choose(tiny, e.sub(whole, e.real(23)), whole), e.fromBits(m)};
}

/// log m = 2 atanh(s), s = (m - 1) / (m + 1), for m near 1.
static Value logNearOne(Expression &e, Value m) {
  Value s = e.div(e.sub(m, e.real(1)), e.add(m, e.real(1)));
  Value s2 = e.mul(s, s);
  Value series = e.polynomial(s2, {2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3});
  return e.b.fma(e.mul(s, s2), series, e.add(s, s));
}

/// `result`, the logarithm of finite x > 0, and what it is of all other x.
static Value completeLog(Expression &e, Value x, Value result) {
  result = e.choose(e.less(x, e.real(kInfinity)), result, x);
  result = e.choose(e.less(x, e.real(0)), e.real(kNaN), result);
  return e.choose(e.equal(x, e.real(0)), e.real(-kInfinity), result);
}

Value WholeRange::log(Value x) {
  Expression e(b, x);
  auto [n, m] = split(e, x);
  Value low = b.fma(n, e.real(-2.12194440054690583e-4), logNearOne(e, m));
  return completeLog(e, x, b.fma(n, e.real(0.693359375), low));
}

Value WholeRange::log2(Value x) {
  Expression e(b, x);
  auto [n, m] = split(e, x);
  return completeLog(e, x, b.fma(logNearOne(e, m), e.real(std::numbers::log2e), n));
}

Value WholeRange::log1p(Value x) {
  Expression e(b, x);
  // What rounding 1 + x has done to x it has done to the logarithm (Kahan).
  Value u = e.add(x, e.real(1));
  Value result = e.mul(log(u), e.div(x, e.sub(u, e.real(1))));
  Value kept = arith::OrIOp::create(b, e.equal(u, e.real(1)), e.equal(x, e.real(kInfinity)));
  return e.choose(kept, x, result);
}

Value WholeRange::tanh(Value x) {
  Expression e(b, x);
  Value size = b.smaller(e.real(10), math::AbsFOp::create(b, x));
  Value t = expm1(e.add(size, size));
  return math::CopySignOp::create(b, e.div(t, e.add(t, e.real(2))), x);
}

Value WholeRange::erf(Value x) {
  Expression e(b, x);
  // erf(x) / x in x^2 up to 1, log erfc in x - 1 up to 4: interpolation at Chebyshev nodes.
  Value size = b.smaller(e.real(4), math::AbsFOp::create(b, x));
  Value small = e.polynomial(e.mul(x, x), {7.87587505e-05, -0.000801686428, 0.00518908742,
                                           -0.026854212, 0.112835947, -0.376126267, 1.12837917});
  Value exponent = e.polynomial(
      e.sub(size, e.real(1)), {1.63715142e-06, -3.29608314e-05, 0.000320239567, -0.00205430096,
                               0.010077808, -0.0415757404, -0.843104742, -2.6389677, -1.84960551});
  Value large = math::CopySignOp::create(b, e.sub(e.real(1), exp(exponent)), x);
  return e.choose(e.less(size, e.real(1)), e.mul(x, small), large);
}

/// y log2(x) in f64, for x >= 0.
static Value productWithLog2(Expression &e, Value x, Value y) {
  KernelBuilder &b = e.b;
  auto [n, m] = split(e, x);
  Type wide = e.typeOf(b.getF64Type());
  auto widened = [&](Value value) { return arith::ExtFOp::create(b, wide, value); };
  Value mantissa = widened(m), one = b.constant(wide, 1);
  Expression f(b, mantissa);
  Value s = f.div(f.sub(mantissa, one), f.add(mantissa, one));
  SmallVector<double> coefficients;
  for (int power = 15; power > 0; power -= 2)
    coefficients.push_back(2 * std::numbers::log2e / power);
  Value logarithm = b.fma(s, f.polynomial(f.mul(s, s), coefficients), widened(n));
  Value known = e.less(x, e.real(kInfinity)), zero = e.equal(x, e.real(0));
  logarithm = f.choose(known, logarithm, widened(x));
  return f.mul(widened(y), f.choose(zero, f.real(-kInfinity), logarithm));
}

/// Whether x >= 0 is a whole number, or infinite.
static Value isWhole(Expression &e, Value x) {
  Value far = e.real(8388608); // from here on there are no others
  Value rounded = e.sub(e.add(x, far), far);
  Value large = e.compare(arith::CmpFPredicate::OGE, x, far);
  return arith::OrIOp::create(e.b, large, e.equal(rounded, x));
}

Value WholeRange::pow(Value base, Value exponent) {
  Expression e(b, base);
  Value x = math::AbsFOp::create(b, base), y = math::AbsFOp::create(b, exponent);
  Value power = productWithLog2(e, x, exponent);
  Expression f(b, power);
  power = clamp(f, power, -200, 200);
  Value shifted = f.add(power, f.real(kRoundF64));
  Value rest = f.sub(power, f.sub(shifted, f.real(kRoundF64)));
  Value r = e.mul(arith::TruncFOp::create(b, e.type, rest), e.real(std::numbers::ln2));
  Value bits = arith::BitcastOp::create(b, e.typeOf(b.getI64Type()), shifted);
  Value n = arith::TruncIOp::create(b, e.intType(), bits);
  Value result = timesPowerOfTwo(e, e.polynomial(r, kExponential), n);
  // What <cmath> says of one, of negative bases and of exponent zero.
  result = e.choose(e.equal(x, e.real(1)), e.real(1), result);
  Value whole = isWhole(e, y), even = isWhole(e, e.mul(y, e.real(0.5)));
  Value odd = arith::XOrIOp::create(b, whole, even);
  result = e.choose(odd, math::CopySignOp::create(b, result, base), result);
  Value negative = arith::AndIOp::create(b, e.less(base, e.real(0)), e.less(x, e.real(kInfinity)));
  result = e.choose(negative, e.choose(whole, result, e.real(kNaN)), result);
  return e.choose(e.equal(exponent, e.real(0)), e.real(1), result);
}

} // namespace dsa::cpu
