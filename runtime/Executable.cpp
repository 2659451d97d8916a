// The part that all executables share: names, the check of the arguments, storage for the results.
#include "runtime/Executable.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

namespace dsa {

Executable::Executable(std::vector<TensorSpec> arguments, std::vector<TensorSpec> results)
    : argumentSpecs(std::move(arguments)), resultSpecs(std::move(results)) {}

Executable::~Executable() = default;

static int64_t numberOf(llvm::ArrayRef<TensorSpec> specs, llvm::StringRef name) {
  auto *found = llvm::find_if(specs, [&](const TensorSpec &spec) { return spec.name == name; });
  return found == specs.end() ? -1 : found - specs.begin();
}

int64_t Executable::findArgument(llvm::StringRef name) const {
  return numberOf(argumentSpecs, name);
}
int64_t Executable::findResult(llvm::StringRef name) const {
  return numberOf(resultSpecs, name);
}

llvm::Error Executable::checkArguments(llvm::ArrayRef<Tensor> arguments) const {
  if (arguments.size() != argumentSpecs.size())
    return llvm::createStringError("expected %zu arguments, got %zu", argumentSpecs.size(),
                                   arguments.size());
  for (auto [index, spec, tensor] : llvm::enumerate(argumentSpecs, arguments)) {
    if (tensor && tensor.dtype() == spec.dtype && tensor.shape() == llvm::ArrayRef(spec.shape))
      continue;
    return llvm::createStringError("argument %zu '%s': expected %s, got %s", index,
                                   spec.name.c_str(), describe(spec.dtype, spec.shape).c_str(),
                                   tensor ? describe(tensor.dtype(), tensor.shape()).c_str()
                                          : "no tensor");
  }
  if (llvm::Error error = checkRanges(arguments))
    return error;
  return checkAliases(arguments);
}

llvm::Error Executable::checkRanges(llvm::ArrayRef<Tensor> arguments) const {
  for (auto [spec, tensor] : llvm::zip_equal(argumentSpecs, arguments)) {
    if (!spec.range || isFloat(spec.dtype))
      continue;
    for (int64_t index = 0, end = tensor.numElements(); index < end; ++index) {
      double value = tensor.at(index);
      if (value < spec.range->first || value >= spec.range->second)
        return llvm::createStringError(llvm::formatv(
            "argument '{0}': expected integers of [{1}, {2}), got {3} at element {4}", spec.name,
            spec.range->first, spec.range->second, static_cast<int64_t>(value), index));
    }
  }
  return llvm::Error::success();
}

llvm::Error Executable::checkAliases(llvm::ArrayRef<Tensor> arguments) const {
  llvm::SmallVector<bool, 64> updated(arguments.size());
  for (const TensorSpec &result : resultSpecs)
    if (result.updates >= 0)
      updated[result.updates] = true;
  llvm::SmallDenseMap<void *, size_t, 64> owners;
  for (auto [index, tensor] : llvm::enumerate(arguments)) {
    auto [owner, inserted] = owners.try_emplace(tensor.data(), index);
    if (inserted || (!updated[index] && !updated[owner->second]))
      continue;
    size_t changing = updated[index] ? index : owner->second;
    size_t other = updated[index] ? owner->second : index;
    return llvm::createStringError(
        "argument %zu '%s': expected a buffer of its own, got that of '%s', which is updated",
        other, argumentSpecs[other].name.c_str(), argumentSpecs[changing].name.c_str());
  }
  return llvm::Error::success();
}

void Executable::prepareResults(llvm::ArrayRef<Tensor> arguments,
                                llvm::SmallVectorImpl<Tensor> &results) const {
  results.resize(resultSpecs.size());
  for (auto [spec, tensor] : llvm::zip_equal(resultSpecs, results)) {
    if (spec.updates >= 0)
      tensor = arguments[spec.updates];
    else if (!tensor || !tensor.isUnique() || tensor.dtype() != spec.dtype ||
             tensor.shape() != llvm::ArrayRef(spec.shape))
      tensor = Tensor(spec.dtype, spec.shape);
  }
}

} // namespace dsa
