// Judges causality by running: a changed token must leave every row before it as it was.
#pragma once

#include "frontend/Compiler.h"
#include "frontend/GraphInputs.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// How often which tokens are changed.
struct PerturbOptions {
  int64_t trials = 32; ///< changes of one token position of every sequence, each with a run
  uint64_t seed = 0;   ///< of the arguments, the positions and the new tokens
};

/// The twin of `--dsa-verify-causality`, which it neither trusts nor asks: runs `function`, which
/// has one integer input [B, N], changes token s of every sequence, runs again, and compares bit
/// for bit. Where row t of the logits of a loss predicts token t + c (seen in its targets, which
/// move as well), no row t <= s - c may move, and of `token_loss` no row t < s - c. Without a loss
/// row t belongs to token t and no row t < s of the logits may move. Positions 1 and N - 1 come
/// first, then the others in an order drawn from the seed, then all again with other tokens. Prints
/// one line; the leak of the first row is an error.
llvm::Error perturbTokens(mlir::func::FuncOp function, const NamedTensors &given,
                          const CompilerOptions &compiler, const PerturbOptions &options,
                          llvm::raw_ostream &output);

} // namespace dsa
