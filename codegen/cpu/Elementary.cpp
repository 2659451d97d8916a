// Elementary functions as vector polynomials: exp, log, sine, cosine.
#include "codegen/cpu/Expression.h"

using namespace mlir;

namespace dsa::cpu {

Value KernelBuilder::exp(Value x) {
  Expression e(*this, x);
  // x = n ln 2 + r with n found by the magic-number rounding; e^r by a degree-6 polynomial; the
  // magic number leaves n + 127 in the low bits, which make 2^n as an exponent.
  Value clamped = larger(e.real(-87.0), smaller(e.real(88.0), x));
  Value magic = e.real(12582912.0 + 127);
  Value shifted = fma(clamped, e.real(1.44269504088896341), magic);
  Value n = e.sub(shifted, magic);
  Value r = fma(n, e.real(-0.693145751953125), clamped);
  r = fma(n, e.real(-1.428606820309417e-6), r);
  Value p = e.polynomial(r, {1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0});
  Value power = e.fromBits(arith::ShLIOp::create(*this, e.bits(shifted), e.integer(23)));
  Value scaled = e.mul(p, power);
  Value tiny = arith::CmpFOp::create(*this, arith::CmpFPredicate::OLT, x, e.real(-87.0));
  return arith::SelectOp::create(*this, tiny, e.real(0.0), scaled);
}

Value KernelBuilder::log(Value x) {
  Expression e(*this, x);
  // x = 2^n m, m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1).
  Value bits = e.bits(x);
  Value biased = arith::SubIOp::create(*this, bits, e.integer(0x3f3504f3));
  Value exponent = arith::ShRSIOp::create(*this, biased, e.integer(23));
  Value mantissa =
      arith::SubIOp::create(*this, bits, arith::ShLIOp::create(*this, exponent, e.integer(23)));
  Value m = e.fromBits(mantissa);
  Value n = arith::SIToFPOp::create(*this, e.type, exponent);
  Value s = arith::DivFOp::create(*this, e.sub(m, e.real(1.0)), e.add(m, e.real(1.0)));
  Value s2 = e.mul(s, s);
  Value series = e.polynomial(s2, {2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3});
  Value logM = fma(e.mul(s, s2), series, e.mul(e.real(2.0), s));
  Value result = fma(n, e.real(-2.12194440054690583e-4), logM);
  // The bits of NaN and infinity are no number's: what is not finite stays so.
  return e.add(fma(n, e.real(0.693359375), result), e.sub(x, x));
}

/// Sine (quadrant 0) or cosine (quadrant 1) by reduction modulo pi / 2 in three parts and two
/// polynomials.
static Value circular(KernelBuilder &b, Value x, int64_t quadrant) {
  Expression e(b, x);
  Value magic = e.real(12582912.0);
  Value shifted = b.fma(x, e.real(0.636619772367581343), magic);
  Value n = e.sub(shifted, magic);
  Value r = b.fma(n, e.real(-1.5703125), x);
  r = b.fma(n, e.real(-4.837512969970703125e-4), r);
  r = b.fma(n, e.real(-7.549789948768648e-8), r);
  Value r2 = e.mul(r, r);
  Value sine =
      b.fma(e.mul(r, r2),
            e.polynomial(r2, {2.7557319e-6, -1.98412698e-4, 8.33333333e-3, -1.66666667e-1}), r);
  Value cosine =
      e.polynomial(r2, {-2.7557319e-7, 2.48015873e-5, -1.38888889e-3, 4.16666667e-2, -0.5, 1.0});
  Value turn = arith::AddIOp::create(b, e.bits(shifted), e.integer(quadrant));
  Value odd = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                    arith::AndIOp::create(b, turn, e.integer(1)), e.integer(0));
  Value sign =
      arith::ShLIOp::create(b, arith::AndIOp::create(b, turn, e.integer(2)), e.integer(30));
  Value magnitude = arith::SelectOp::create(b, odd, cosine, sine);
  return e.fromBits(arith::XOrIOp::create(b, e.bits(magnitude), sign));
}

Value KernelBuilder::sine(Value x) {
  return circular(*this, x, 0);
}
Value KernelBuilder::cosine(Value x) {
  return circular(*this, x, 1);
}

} // namespace dsa::cpu
