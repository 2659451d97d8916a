// Arguments for any graph function: from a file where it names them, else drawn from a seed.
#pragma once

#include "runtime/Executable.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>
#include <string>

namespace dsa {

/// Argument attribute: `[low, high)` as an i64 array, from which generated values are drawn
/// uniformly.
inline constexpr llvm::StringLiteral kRangeAttr = "dsa.range";

/// Tensors by name.
using NamedTensors = std::map<std::string, Tensor>;

/// One tensor for each of `specs`, the arguments of `function` (which may know fewer). `given` wins
/// and must fit the type; a name in `given` that no argument has is an error. Everything else is a
/// pure function of `seed` and the argument's number: uniform in dsa.range where given; else inputs
/// 0.5 N(0, 1) or integers of [0, 4), parameters N(0, 1 / columns) or 1 + 0.1 N(0, 1) for vectors,
/// state U(0, 0.01), learning rate 1e-3, step 1, `seed` itself.
llvm::Expected<llvm::SmallVector<Tensor>> makeArguments(mlir::func::FuncOp function,
                                                        llvm::ArrayRef<TensorSpec> specs,
                                                        const NamedTensors &given, uint64_t seed);

} // namespace dsa
