// The meaning of the scalar ops that the body of dsa.map is made of, in double.
#pragma once

#include "runtime/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dsa::reference {

/// Applies the scalar op `name` ("math.tanh"; a comparison with its predicate, "arith.cmpf olt") to
/// the elements at each place of `operands`, f64 tensors of one shape. A truth is 1 or 0. Fails on
/// a name that is not known.
llvm::Expected<Tensor> mapScalar(llvm::StringRef name, llvm::ArrayRef<Tensor> operands);

} // namespace dsa::reference
