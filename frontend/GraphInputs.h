// Arguments for any graph function: from a file where it names them, else drawn from a seed.
#pragma once

#include "runtime/Executable.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <string>

namespace dsa {

/// Tensors by name.
using NamedTensors = std::map<std::string, Tensor>;

/// One tensor for each of `specs`, the arguments of the function of that name. `given` wins
/// and must fit the type; a name in `given` that no argument has is an error. Everything else is a
/// pure function of `seed` and the argument's number: uniform in dsa.range where declared; else
/// inputs 0.5 N(0, 1) or integers of [0, 4), parameters N(0, 1 / columns) or 1 + 0.1 N(0, 1) for
/// vectors, state U(0, 0.01), learning rate 1e-3, step 1, `seed` itself.
llvm::Expected<llvm::SmallVector<Tensor>> makeArguments(llvm::StringRef function,
                                                        llvm::ArrayRef<TensorSpec> specs,
                                                        const NamedTensors &given, uint64_t seed);

} // namespace dsa
