// Random valid graphs: ops of every family in every form that the dialect allows, at odd sizes.
#pragma once

#include "frontend/GraphInputs.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace dsa {

/// How large a random graph may be. The graph is a pure function of all three.
struct RandomGraphOptions {
  uint64_t seed = 1;
  int64_t ops = 10;  ///< at most so many groups of ops are written, at least one
  int64_t size = 40; ///< largest extent of an axis
};

/// Appends a random function `graph` to `module`. It acknowledges leaks, because most random
/// selections see the future. Some are annotated as training steps.
mlir::func::FuncOp writeRandomGraph(mlir::ModuleOp module, const RandomGraphOptions &options);

/// Arguments for `function`, a random graph or what differentiation made of it. With an even seed
/// all inputs and parameters are multiples of 1/8, so that equal scores and exact zeros abound;
/// otherwise they are real numbers, and only structure makes ties.
llvm::Expected<llvm::SmallVector<Tensor>>
drawArguments(mlir::func::FuncOp function, llvm::ArrayRef<TensorSpec> specs, uint64_t seed);

} // namespace dsa
