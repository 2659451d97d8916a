// Random functions of numbers: bodies of dsa.map and score bodies whose rounding stays small.
#include "frontend/RandomGraphWriter.h"

#include "dialect/ScoreBody.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace dsa;

/// What larger numbers are not multiplied or turned with.
static constexpr double kMostMagnitude = 8;

namespace {

/// A number of a body, and what its size is about.
struct RandomNumber {
  Value value;
  double magnitude;
};

/// Draws one body of `numbers`. Comparisons, and what else jumps or has a kink, look at `elements`
/// only, elements of the inputs or positions: these are the same numbers in every precision.
class RandomBody {
public:
  RandomBody(ImplicitLocOpBuilder &b, std::mt19937_64 &random, ArrayRef<RandomNumber> elements,
             ArrayRef<RandomNumber> numbers)
      : b(b), random(random), elements(elements), numbers(numbers) {}

  /// Writes up to `steps` groups of ops; the last number is the result.
  RandomNumber write(int64_t steps) {
    for (; steps > 0; --steps)
      step();
    return numbers.back();
  }

private:
  size_t below(size_t count) { return random() % count; }
  template <typename T> const T &oneOf(ArrayRef<T> choices) {
    return choices[below(choices.size())];
  }
  /// The latest number half of the time, so that chains grow.
  RandomNumber any() { return below(2) ? numbers.back() : oneOf<RandomNumber>(numbers); }
  RandomNumber element() { return oneOf(elements); }
  RandomNumber small();
  Value number(double value) {
    return arith::ConstantOp::create(b, b.getFloatAttr(elements.front().value.getType(), value));
  }
  void keep(Value value, double magnitude) { numbers.push_back({value, magnitude}); }

  void step();
  void arithmetic();
  void kink();
  void choice();
  Value truth();
  void bounded();
  void positive();

  ImplicitLocOpBuilder &b;
  std::mt19937_64 &random;
  ArrayRef<RandomNumber> elements;
  SmallVector<RandomNumber> numbers;
};

} // namespace

/// A number that may be multiplied: a large one comes back as its hyperbolic tangent.
RandomNumber RandomBody::small() {
  RandomNumber drawn = any();
  if (drawn.magnitude <= kMostMagnitude)
    return drawn;
  return {math::TanhOp::create(b, drawn.value), 1};
}

void RandomBody::step() {
  switch (below(6)) {
  case 0:
    return kink();
  case 1:
    return choice();
  case 2:
    return bounded();
  case 3:
    return positive();
  default:
    return arithmetic();
  }
}

void RandomBody::arithmetic() {
  RandomNumber x = small(), y = small(), z = small();
  double sum = x.magnitude + y.magnitude, product = x.magnitude * y.magnitude;
  switch (below(6)) {
  case 0:
    return keep(arith::AddFOp::create(b, x.value, y.value), sum);
  case 1:
    return keep(arith::SubFOp::create(b, x.value, y.value), sum);
  case 2:
    return keep(arith::MulFOp::create(b, x.value, y.value), product);
  case 3:
    return keep(math::FmaOp::create(b, x.value, y.value, z.value), product + z.magnitude);
  case 4:
    return keep(arith::NegFOp::create(b, x.value), x.magnitude);
  default:
    Value above = arith::AddFOp::create(b, arith::MulFOp::create(b, y.value, y.value), number(0.5));
    return keep(arith::DivFOp::create(b, x.value, above), 2 * x.magnitude);
  }
}

void RandomBody::kink() {
  RandomNumber x = element(), y = element();
  double magnitude = std::max(x.magnitude, y.magnitude);
  switch (below(5)) {
  case 0:
    return keep(arith::MaximumFOp::create(b, x.value, y.value), magnitude);
  case 1:
    return keep(arith::MinimumFOp::create(b, x.value, y.value), magnitude);
  case 2:
    return keep(arith::MaxNumFOp::create(b, x.value, y.value), magnitude);
  case 3:
    return keep(arith::MinNumFOp::create(b, x.value, y.value), magnitude);
  default:
    return keep(math::AbsFOp::create(b, x.value), x.magnitude);
  }
}

/// A comparison of two elements, or of one with a number.
Value RandomBody::truth() {
  using arith::CmpFPredicate;
  auto predicate = oneOf<CmpFPredicate>({CmpFPredicate::OLT, CmpFPredicate::OGE, CmpFPredicate::OEQ,
                                         CmpFPredicate::UNE, CmpFPredicate::UGT});
  Value other = below(2) ? element().value : number(oneOf<double>({0, 0.25, -0.5}));
  return arith::CmpFOp::create(b, predicate, element().value, other);
}

void RandomBody::choice() {
  Value condition = truth();
  switch (below(4)) {
  case 0:
    condition = arith::AndIOp::create(b, condition, truth());
    break;
  case 1:
    condition = arith::OrIOp::create(b, condition, truth());
    break;
  case 2:
    condition = arith::XOrIOp::create(b, condition, truth());
    break;
  default:
    break;
  }
  RandomNumber x = any(), y = any();
  keep(arith::SelectOp::create(b, condition, x.value, y.value), std::max(x.magnitude, y.magnitude));
}

/// Functions that a number may enter as it is, and exponentials of what they give.
void RandomBody::bounded() {
  Value x = small().value;
  switch (below(7)) {
  case 0:
    return keep(math::TanhOp::create(b, x), 1);
  case 1:
    return keep(math::ErfOp::create(b, x), 1);
  case 2:
    return keep(math::SinOp::create(b, x), 1);
  case 3:
    return keep(math::CosOp::create(b, x), 1);
  case 4:
    return keep(math::ExpOp::create(b, math::TanhOp::create(b, x)), 2);
  case 5:
    return keep(math::Exp2Op::create(b, math::SinOp::create(b, x)), 2);
  default:
    return keep(math::ExpM1Op::create(b, math::ErfOp::create(b, x)), 2);
  }
}

/// Functions of a number that is not near zero.
void RandomBody::positive() {
  RandomNumber x = small();
  Value square = arith::MulFOp::create(b, x.value, x.value);
  Value above = arith::AddFOp::create(b, square, number(0.5));
  switch (below(6)) {
  case 0:
    return keep(math::LogOp::create(b, above), 4);
  case 1:
    return keep(math::Log2Op::create(b, above), 6);
  case 2:
    return keep(math::Log1pOp::create(b, square), 4);
  case 3:
    return keep(math::SqrtOp::create(b, above), x.magnitude + 1);
  case 4:
    return keep(math::RsqrtOp::create(b, above), 1.5);
  default:
    Value exponent =
        below(2) ? number(oneOf<double>({2, 0.5, -1.5})) : math::TanhOp::create(b, any().value);
    return keep(math::PowFOp::create(b, above, exponent),
                std::max(3.0, x.magnitude * x.magnitude * x.magnitude * x.magnitude));
  }
}

/// A function of up to three values of one shape; one may come twice.
void RandomGraphWriter::map() {
  SmallVector<RandomNode> nodes = {tame(any(0, 5))};
  for (int64_t more = between(0, 2); more > 0; --more)
    nodes.push_back(chance(20) ? nodes.front() : tame(shaped(shapeOf(nodes.front().value))));
  auto inputs = llvm::map_to_vector(nodes, [](const RandomNode &node) { return node.value; });
  double magnitude = 1;
  Value result = graph.map(inputs, [&](ImplicitLocOpBuilder &b, ValueRange values) {
    SmallVector<RandomNumber> elements;
    for (auto [value, node] : llvm::zip_equal(values, nodes))
      elements.push_back({value, node.magnitude});
    RandomNumber yielded = RandomBody(b, random, elements, elements).write(between(1, 5));
    magnitude = yielded.magnitude;
    return yielded.value;
  });
  keep(result, magnitude, 0);
}

/// What a random score body makes of a pair: a number of about 1, mostly with the score in it. A
/// score is rounded, so what jumps looks at positions and heads.
Value RandomGraphWriter::revisedScore(ImplicitLocOpBuilder &b, ValueRange pair) {
  auto number = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getFloatAttr(pair[kScore].getType(), value));
  };
  Value steps = arith::SubFOp::create(b, pair[kQueryPosition], pair[kKeyPosition]);
  Value distance = arith::MulFOp::create(b, steps, number(0.125));
  SmallVector<RandomNumber> places = {
      {pair[kQueryPosition], 64}, {pair[kKeyPosition], 64}, {pair[kHead], kMostMagnitude}};
  SmallVector<RandomNumber> numbers = {
      {pair[kHead], kMostMagnitude}, {distance, kMostMagnitude}, {pair[kScore], 1}};
  RandomNumber drawn = RandomBody(b, random, places, numbers).write(between(1, 4));
  Value revised = arith::MulFOp::create(b, drawn.value, number(1 / std::max(1.0, drawn.magnitude)));
  return chance(70) ? arith::AddFOp::create(b, revised, pair[kScore]).getResult() : revised;
}
