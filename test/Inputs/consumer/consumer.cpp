// Builds a linear map, compiles it for this machine and runs it, with an installed dsa only.
#include "codegen/Registration.h"
#include "frontend/Compiler.h"
#include "frontend/Graph.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

int main() {
  mlir::DialectRegistry registry;
  dsa::registerDialects(registry);
  mlir::MLIRContext context(registry);
  mlir::OwningOpRef<mlir::ModuleOp> module(mlir::ModuleOp::create(mlir::UnknownLoc::get(&context)));
  dsa::Graph graph(*module, "main");
  mlir::Value x = graph.input("x", {2, 3}, mlir::Float32Type::get(&context));
  graph.result("y", graph.linear(x, graph.parameter("w", {1, 3})));
  graph.finish();
  auto executable = dsa::compile(*module, "main");
  if (!executable) {
    llvm::errs() << llvm::toString(executable.takeError()) << '\n';
    return 1;
  }
  dsa::Tensor rows(dsa::DType::F32, {2, 3}), weight(dsa::DType::F32, {1, 3});
  for (int64_t i = 0; i < 6; ++i)
    rows.set(i, static_cast<double>(i));
  for (int64_t i = 0; i < 3; ++i)
    weight.set(i, static_cast<double>(i + 1));
  llvm::SmallVector<dsa::Tensor> results;
  if (llvm::Error error = (*executable)->run({rows, weight}, results, {})) {
    llvm::errs() << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  // (0, 1, 2) . (1, 2, 3) and (3, 4, 5) . (1, 2, 3).
  llvm::outs() << llvm::formatv("y = {0:f0}, {1:f0}\n", results[0].at(0), results[0].at(1));
}
