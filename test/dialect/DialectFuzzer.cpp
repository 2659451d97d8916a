// Feeds arbitrary text to the parser and the verifier of modules; a valid one prints as it parses.
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <cstdlib>

using namespace mlir;

static std::string textOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

/// The ops say what they cost whatever they hold.
static void askForCosts(ModuleOp module) {
  module.walk([](dsa::CostOpInterface op) { (void)op.getCost(); });
}

/// A context serves many inputs, as making one takes longer than parsing most of them, and then
/// goes, as it keeps every attribute it has ever seen.
static MLIRContext &contextOfInput() {
  static std::unique_ptr<MLIRContext> context;
  static unsigned inputs = 0;
  if (inputs++ % 1000 == 0) {
    DialectRegistry registry;
    registry
        .insert<dsa::DsaDialect, func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
    context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
    context->loadAllAvailableDialects();
    context->printOpOnDiagnostic(false);
  }
  return *context;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  MLIRContext &context = contextOfInput();
  ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) { return success(); });
  std::string input(reinterpret_cast<const char *>(data), size);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(input, &context);
  if (!module)
    return 0;
  askForCosts(*module);
  std::string text = textOf(*module);
  OwningOpRef<ModuleOp> again = parseSourceString<ModuleOp>(text, &context);
  if (!again || textOf(*again) != text)
    std::abort();
  return 0;
}
