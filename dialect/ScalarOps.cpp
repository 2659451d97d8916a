// Scalar ops: the table of those that a body of numbers may hold, and the chain rule for them.
#include "dialect/ScalarOps.h"
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <numbers>

using namespace mlir;
using namespace dsa;

static constexpr llvm::StringLiteral kScalarOps[] = {
    "arith.constant", "arith.addf",     "arith.subf",     "arith.mulf",    "arith.divf",
    "arith.negf",     "arith.maximumf", "arith.minimumf", "arith.maxnumf", "arith.minnumf",
    "arith.cmpf",     "arith.select",   "arith.andi",     "arith.ori",     "arith.xori",
    "math.fma",       "math.absf",      "math.exp",       "math.exp2",     "math.expm1",
    "math.log",       "math.log1p",     "math.log2",      "math.sqrt",     "math.rsqrt",
    "math.powf",      "math.tanh",      "math.sin",       "math.cos",      "math.erf"};

ArrayRef<llvm::StringLiteral> dsa::scalarOps() {
  return kScalarOps;
}

LogicalResult dsa::verifyScalarBody(Block &body, Type number, StringRef name) {
  for (Operation &op : body) {
    // map_c4 attention_c8 attention_grad_c9 sparse_attention_c9 sparse_attention_grad_c10
    bool isEnd = isa<YieldOp>(op) && &op == &body.back();
    if (!isEnd && !llvm::is_contained(scalarOps(), op.getName().getStringRef()))
      return op.emitOpError("expected an op that ")
             << name << " may hold (" << llvm::join(scalarOps(), ", ") << "), got another";
    // map_c5 attention_c9 attention_grad_c10 sparse_attention_c10 sparse_attention_grad_c11
    for (Type type : llvm::concat<Type>(SmallVector<Type>(op.getOperandTypes()),
                                        SmallVector<Type>(op.getResultTypes())))
      if (type != number && !type.isInteger(1))
        return op.emitOpError("expected values of type ")
               << number << " or i1 in " << name << ", got " << type;
  }
  return success();
}

int64_t dsa::flopsOfScalarBody(Block &body) {
  int64_t flops = 0;
  for (Operation &op : body.without_terminator())
    flops += isa<arith::ConstantOp>(op) ? 0 : isa<math::FmaOp>(op) ? 2 : 1;
  return flops;
}

Value dsa::cloneScalarOps(Block &body, Block &to) {
  IRMapping inside;
  inside.map(body.getArguments(), to.getArguments().take_front(body.getNumArguments()));
  OpBuilder writer = OpBuilder::atBlockEnd(&to);
  for (Operation &op : body.without_terminator())
    writer.clone(op, inside);
  return inside.lookup(body.getTerminator()->getOperand(0));
}

void dsa::eraseUnusedOps(Block &body) {
  for (Operation *op = body.getTerminator()->getPrevNode(); op;) {
    Operation *previous = op->getPrevNode();
    if (op->use_empty())
      op->erase();
    op = previous;
  }
}

namespace {
/// The derivatives of the values of one body by one of its arguments. A null value stands for zero.
class Derivatives {
public:
  Derivatives(Block &body, BlockArgument argument)
      : builder(OpBuilder::atBlockEnd(&body)), location(argument.getLoc()),
        type(argument.getType()) {
    byValue[argument] = number(1);
  }
  Value of(Value value) const { return byValue.lookup(value); }
  /// Makes the derivative of what `op` yields known; those of its operands are.
  void apply(Operation *op);

private:
  Value number(double value) {
    return arith::ConstantOp::create(builder, location, builder.getFloatAttr(type, value));
  }
  Value add(Value a, Value b) {
    return !a ? b : !b ? a : builder.createOrFold<arith::AddFOp>(location, a, b);
  }
  Value negate(Value a) { return a ? builder.createOrFold<arith::NegFOp>(location, a) : a; }
  Value divide(Value a, Value b) {
    return a ? builder.createOrFold<arith::DivFOp>(location, a, b) : a;
  }
  Value multiply(Value a, Value b);
  Value choose(Value condition, Value yes, Value no);
  Value sign(Value x, Value derivative);
  Value powerBy(math::PowFOp op, unsigned operand);
  Value unary(Operation *op);
  Value chain(Operation *op);

  OpBuilder builder;
  Location location;
  Type type;
  llvm::DenseMap<Value, Value> byValue;
};
} // namespace

Value Derivatives::multiply(Value a, Value b) {
  if (!a || !b)
    return {};
  if (matchPattern(a, m_OneFloat()))
    return b;
  return builder.createOrFold<arith::MulFOp>(location, a, b); // folds where b is one
}

Value Derivatives::choose(Value condition, Value yes, Value no) {
  if (!yes && !no)
    return {};
  yes = yes ? yes : number(0);
  no = no ? no : number(0);
  return arith::SelectOp::create(builder, location, condition, yes, no);
}

/// `derivative` with the sign of `x`, zero at zero.
Value Derivatives::sign(Value x, Value derivative) {
  auto compare = [&](arith::CmpFPredicate predicate) {
    return arith::CmpFOp::create(builder, location, predicate, x, number(0));
  };
  Value below = choose(compare(arith::CmpFPredicate::OLT), negate(derivative), {});
  return choose(compare(arith::CmpFPredicate::OGT), derivative, below);
}

/// The derivative of a power by its base or by its exponent.
Value Derivatives::powerBy(math::PowFOp op, unsigned operand) {
  Value base = op.getLhs(), exponent = op.getRhs();
  auto compare = [&](arith::CmpFPredicate predicate, Value x) {
    return arith::CmpFOp::create(builder, location, predicate, x, number(0));
  };
  if (operand == 1)
    return choose(compare(arith::CmpFPredicate::OGT, base),
                  multiply(op.getResult(), math::LogOp::create(builder, location, base)), {});
  Value lower = math::PowFOp::create(builder, location, base, add(exponent, number(-1)));
  return choose(compare(arith::CmpFPredicate::UNE, exponent), multiply(exponent, lower), {});
}

/// The derivative of a smooth function of one number, from its value where that saves a function.
Value Derivatives::unary(Operation *op) {
  Value x = op->getOperand(0), y = op->getResult(0);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](math::ExpOp) { return y; })
      .Case([&](math::Exp2Op) { return multiply(y, number(std::numbers::ln2)); })
      .Case([&](math::ExpM1Op) { return add(y, number(1)); })
      .Case([&](math::LogOp) { return divide(number(1), x); })
      .Case([&](math::Log1pOp) { return divide(number(1), add(x, number(1))); })
      .Case([&](math::Log2Op) { return divide(number(std::numbers::log2e), x); })
      .Case([&](math::SqrtOp) { return divide(number(0.5), y); })
      .Case([&](math::RsqrtOp) { return multiply(divide(y, x), number(-0.5)); })
      .Case([&](math::TanhOp) { return add(negate(multiply(y, y)), number(1)); })
      .Case([&](math::SinOp) { return math::CosOp::create(builder, location, x); })
      .Case([&](math::CosOp) { return negate(math::SinOp::create(builder, location, x)); })
      .Case([&](math::ErfOp) {
        Value bell = math::ExpOp::create(builder, location, negate(multiply(x, x)));
        return multiply(bell, number(2 * std::numbers::inv_sqrtpi));
      });
}

/// The chain rule for one op: null where no operand depends on the argument.
Value Derivatives::chain(Operation *op) {
  auto by = [&](unsigned operand) { return of(op->getOperand(operand)); };
  auto operand = [&](unsigned number) { return op->getOperand(number); };
  Value y = op->getResult(0);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<arith::ConstantOp, arith::CmpFOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp>(
          [](auto) { return Value(); })
      .Case([&](arith::AddFOp) { return add(by(0), by(1)); })
      .Case([&](arith::SubFOp) { return add(by(0), negate(by(1))); })
      .Case([&](arith::NegFOp) { return negate(by(0)); })
      .Case([&](arith::MulFOp) {
        return add(multiply(by(0), operand(1)), multiply(by(1), operand(0)));
      })
      .Case([&](math::FmaOp) {
        return add(add(multiply(by(0), operand(1)), multiply(by(1), operand(0))), by(2));
      })
      .Case(
          [&](arith::DivFOp) { return divide(add(by(0), negate(multiply(by(1), y))), operand(1)); })
      .Case<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp>([&](auto) {
        if (!by(0) && !by(1))
          return Value();
        Value first =
            arith::CmpFOp::create(builder, location, arith::CmpFPredicate::OEQ, y, operand(0));
        return choose(first, by(0), by(1));
      })
      .Case([&](arith::SelectOp select) { return choose(select.getCondition(), by(1), by(2)); })
      .Case([&](math::AbsFOp) { return by(0) ? sign(operand(0), by(0)) : Value(); })
      .Case([&](math::PowFOp power) {
        Value base = by(0) ? multiply(by(0), powerBy(power, 0)) : Value();
        return add(base, by(1) ? multiply(by(1), powerBy(power, 1)) : Value());
      })
      .Default([&](Operation *) { return by(0) ? multiply(by(0), unary(op)) : Value(); });
}

void Derivatives::apply(Operation *op) {
  if (Value derivative = chain(op))
    byValue[op->getResult(0)] = derivative;
}

Value dsa::appendDerivative(Block &body, Value result, BlockArgument argument) {
  SmallVector<Operation *> ops = llvm::map_to_vector(body, [](Operation &op) { return &op; });
  Derivatives derivatives(body, argument);
  for (Operation *op : ops)
    derivatives.apply(op);
  return derivatives.of(result);
}
