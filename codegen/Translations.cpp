// Translations of whole modules: every kernel, printed in the language of a target.
#include "codegen/Diagnostics.h"
#include "codegen/Registration.h"
#include "codegen/cpu/Jit.h"
#include "passes/Pipeline.h"

#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;

namespace dsa {
namespace {

/// Plans the module unless it holds kernels already, then prints each kernel once.
LogicalResult printKernels(Operation *op, llvm::raw_ostream &os, bool assembly) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module)
    return op->emitOpError("expected a module to translate");
  if (module.getOps<KernelOp>().empty()) {
    PassManager manager(module.getContext());
    buildGraphPipeline(manager);
    if (failed(manager.run(module)))
      return failure();
  }
  for (KernelOp kernel : module.getOps<KernelOp>()) {
    llvm::Expected<std::string> text = cpu::printKernel(kernel, assembly);
    if (!text)
      return kernel.emitOpError(llvm::toString(text.takeError()));
    os << (assembly ? "# @" : "; @") << kernel.getName() << "\n" << *text << "\n";
  }
  return success();
}

} // namespace

void registerTranslations() {
  auto dialects = [](DialectRegistry &registry) { registerDialects(registry); };
  static const TranslateFromMLIRRegistration toLlvm(
      "dsa-to-llvmir", "print the LLVM IR of every kernel on this machine",
      [](Operation *op, llvm::raw_ostream &os) { return printKernels(op, os, false); }, dialects);
  static const TranslateFromMLIRRegistration toAssembly(
      "dsa-to-assembly", "print the assembly of every kernel on this machine",
      [](Operation *op, llvm::raw_ostream &os) { return printKernels(op, os, true); }, dialects);
}

} // namespace dsa
