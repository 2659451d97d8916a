// The target `reference`: interprets graph functions in f64, as the judge of the other targets.
#include "codegen/ReferenceInterpreter.h"
#include "codegen/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"

#include <cstring>

using namespace mlir;

namespace dsa {
namespace {

/// A function that is interpreted; it holds its own copy of the module, in the context of the
/// original.
class InterpretedFunction : public Executable {
public:
  InterpretedFunction(OwningOpRef<ModuleOp> module, func::FuncOp function,
                      std::vector<TensorSpec> arguments, std::vector<TensorSpec> results)
      : Executable(std::move(arguments), std::move(results)), module(std::move(module)),
        function(function) {}

  llvm::Error run(ArrayRef<Tensor> arguments, SmallVectorImpl<Tensor> &results,
                  const RunOptions &options) override {
    if (llvm::Error error = checkArguments(arguments))
      return error;
    auto values = interpret(function.getBody().front(), inDoubles(arguments));
    if (!values)
      return values.takeError();
    prepareResults(arguments, results);
    for (auto [value, result] : llvm::zip_equal(*values, results))
      std::memcpy(result.data(), value.to(result.dtype()).data(), result.bytes());
    return llvm::Error::success();
  }

private:
  static SmallVector<Tensor> inDoubles(ArrayRef<Tensor> tensors) {
    return llvm::map_to_vector(tensors, [](const Tensor &tensor) {
      return isFloat(tensor.dtype()) ? tensor.to(DType::F64) : tensor;
    });
  }

  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};

class ReferenceTarget : public Target {
public:
  StringRef name() const override { return "reference"; }

  llvm::Expected<std::unique_ptr<Executable>>
  compile(ModuleOp module, StringRef entry, const CompileOptions &options) const override {
    OwningOpRef<ModuleOp> copy = module.clone();
    auto signature = signatureOf(*copy, entry);
    if (!signature)
      return signature.takeError();
    auto function = copy->lookupSymbol<func::FuncOp>(entry);
    return std::make_unique<InterpretedFunction>(
        std::move(copy), function, std::move(signature->first), std::move(signature->second));
  }
};

} // namespace

const Target &referenceTarget() {
  static const ReferenceTarget target;
  return target;
}

} // namespace dsa
