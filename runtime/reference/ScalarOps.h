// The meaning of the scalar ops that bodies of numbers are made of, in double.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dsa::reference {

/// A function of numbers, one scalar op after the other. A truth is 1 or 0. Numbers are called by
/// their place: the arguments first, then what each step adds.
class ScalarFunction {
public:
  explicit ScalarFunction(unsigned arguments) : places(arguments) {}

  /// Adds a constant, and returns its place.
  unsigned addConstant(double value);
  /// Adds the op `name` ("math.tanh"; a comparison with its predicate, "arith.cmpf olt") on the
  /// numbers at `operands`, and returns the place of its result. Fails on a name that is not known.
  llvm::Expected<unsigned> addOp(llvm::StringRef name, llvm::ArrayRef<unsigned> operands);
  /// The numbers at `places` are the results.
  void setResults(llvm::ArrayRef<unsigned> places) { results.assign(places); }

  llvm::SmallVector<double> operator()(llvm::ArrayRef<double> arguments) const;

private:
  /// An op of x[0], x[1], ...; null for a constant.
  struct Step {
    double (*number)(const double *x) = nullptr;
    bool (*truth)(const double *x) = nullptr;
    llvm::SmallVector<unsigned, 3> operands = {};
    double constant = 0;
  };
  unsigned places;
  llvm::SmallVector<Step> steps;
  llvm::SmallVector<unsigned> results;
};

} // namespace dsa::reference
