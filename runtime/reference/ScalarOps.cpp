// The meaning of every scalar op that a body of numbers may hold.
#include "runtime/reference/ScalarOps.h"

#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringMap.h"

#include <cmath>
#include <limits>

namespace dsa::reference {

/// A function of the operands x[0], x[1], ...
using Function = double (*)(const double *x);

static bool unordered(const double *x) {
  return std::isnan(x[0]) || std::isnan(x[1]);
}

/// NaN if either is; of two zeros the positive one is larger.
static double maximum(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<double>::quiet_NaN();
  return a > b || (a == b && !std::signbit(a)) ? a : b;
}

static const llvm::StringMap<Function> &numbers() {
  static const llvm::StringMap<Function> table = {
      {"arith.addf", [](const double *x) { return x[0] + x[1]; }},
      {"arith.subf", [](const double *x) { return x[0] - x[1]; }},
      {"arith.mulf", [](const double *x) { return x[0] * x[1]; }},
      {"arith.divf", [](const double *x) { return x[0] / x[1]; }},
      {"arith.negf", [](const double *x) { return -x[0]; }},
      {"arith.maximumf", [](const double *x) { return maximum(x[0], x[1]); }},
      {"arith.minimumf", [](const double *x) { return -maximum(-x[0], -x[1]); }},
      {"arith.maxnumf", [](const double *x) { return std::fmax(x[0], x[1]); }},
      {"arith.minnumf", [](const double *x) { return std::fmin(x[0], x[1]); }},
      {"arith.select", [](const double *x) { return x[0] != 0 ? x[1] : x[2]; }},
      {"math.fma", [](const double *x) { return std::fma(x[0], x[1], x[2]); }},
      {"math.absf", [](const double *x) { return std::fabs(x[0]); }},
      {"math.exp", [](const double *x) { return std::exp(x[0]); }},
      {"math.exp2", [](const double *x) { return std::exp2(x[0]); }},
      {"math.expm1", [](const double *x) { return std::expm1(x[0]); }},
      {"math.log", [](const double *x) { return std::log(x[0]); }},
      {"math.log1p", [](const double *x) { return std::log1p(x[0]); }},
      {"math.log2", [](const double *x) { return std::log2(x[0]); }},
      {"math.sqrt", [](const double *x) { return std::sqrt(x[0]); }},
      {"math.rsqrt", [](const double *x) { return 1 / std::sqrt(x[0]); }},
      {"math.powf", [](const double *x) { return std::pow(x[0], x[1]); }},
      {"math.tanh", [](const double *x) { return std::tanh(x[0]); }},
      {"math.sin", [](const double *x) { return std::sin(x[0]); }},
      {"math.cos", [](const double *x) { return std::cos(x[0]); }},
      {"math.erf", [](const double *x) { return std::erf(x[0]); }},
  };
  return table;
}

static const llvm::StringMap<bool (*)(const double *x)> &truths() {
  static const llvm::StringMap<bool (*)(const double *x)> table = {
      {"arith.andi", [](const double *x) { return x[0] != 0 && x[1] != 0; }},
      {"arith.ori", [](const double *x) { return x[0] != 0 || x[1] != 0; }},
      {"arith.xori", [](const double *x) { return (x[0] != 0) != (x[1] != 0); }},
      {"arith.cmpf false", [](const double *) { return false; }},
      {"arith.cmpf oeq", [](const double *x) { return x[0] == x[1]; }},
      {"arith.cmpf ogt", [](const double *x) { return x[0] > x[1]; }},
      {"arith.cmpf oge", [](const double *x) { return x[0] >= x[1]; }},
      {"arith.cmpf olt", [](const double *x) { return x[0] < x[1]; }},
      {"arith.cmpf ole", [](const double *x) { return x[0] <= x[1]; }},
      {"arith.cmpf one", [](const double *x) { return x[0] < x[1] || x[0] > x[1]; }},
      {"arith.cmpf ord", [](const double *x) { return !unordered(x); }},
      {"arith.cmpf ueq", [](const double *x) { return unordered(x) || x[0] == x[1]; }},
      {"arith.cmpf ugt", [](const double *x) { return unordered(x) || x[0] > x[1]; }},
      {"arith.cmpf uge", [](const double *x) { return unordered(x) || x[0] >= x[1]; }},
      {"arith.cmpf ult", [](const double *x) { return unordered(x) || x[0] < x[1]; }},
      {"arith.cmpf ule", [](const double *x) { return unordered(x) || x[0] <= x[1]; }},
      {"arith.cmpf une", [](const double *x) { return x[0] != x[1]; }},
      {"arith.cmpf uno", [](const double *x) { return unordered(x); }},
      {"arith.cmpf true", [](const double *) { return true; }},
  };
  return table;
}

unsigned ScalarFunction::addConstant(double value) {
  steps.push_back({nullptr, nullptr, {}, value});
  return places++;
}

llvm::Expected<unsigned> ScalarFunction::addOp(llvm::StringRef name,
                                               llvm::ArrayRef<unsigned> operands) {
  Step step{numbers().lookup(name), truths().lookup(name)};
  if (!step.number && !step.truth)
    return llvm::createStringError("expected a scalar op that the reference knows, got '%s'",
                                   name.str().c_str());
  step.operands.assign(operands.begin(), operands.end());
  steps.push_back(step);
  return places++;
}

llvm::SmallVector<double> ScalarFunction::operator()(llvm::ArrayRef<double> arguments) const {
  llvm::SmallVector<double> values(arguments);
  llvm::SmallVector<double, 3> x;
  for (const Step &step : steps) {
    x.clear();
    for (unsigned operand : step.operands)
      x.push_back(values[operand]);
    values.push_back(step.number  ? step.number(x.data())
                     : step.truth ? step.truth(x.data())
                                  : step.constant);
  }
  return llvm::map_to_vector(results, [&](unsigned place) { return values[place]; });
}

} // namespace dsa::reference
