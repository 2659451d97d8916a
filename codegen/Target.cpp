// The targets by name, and the signature that all of them give to a function.
#include "codegen/Target.h"

#include "dialect/Dialect.h"
#include "runtime/HostProbe.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa {

llvm::Expected<const Target *> lookupTarget(llvm::StringRef name) {
  const Target *targets[] = {&referenceTarget(), &cpuTarget()};
  for (const Target *target : targets)
    if (target->name() == name)
      return target;
  std::string known = llvm::join(llvm::map_range(targets, [](auto *t) { return t->name(); }), ", ");
  return llvm::createStringError("expected a target among %s, got '%s'", known.c_str(),
                                 name.str().c_str());
}

llvm::Expected<DType> dtypeOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  if (std::optional<DType> dtype = parseDType(text))
    return *dtype;
  return llvm::createStringError("expected an element type that the runtime knows, got %s",
                                 text.c_str());
}

/// Fails if `tensor` cannot be in the memory of this machine.
static llvm::Error checkSize(RankedTensorType tensor, DType dtype, const std::string &name) {
  int64_t bytes = size(dtype), limit = memoryBytes();
  for (int64_t dimension : tensor.getShape())
    if (llvm::MulOverflow(bytes, dimension, bytes) || bytes > limit)
      return llvm::createStringError(
          "%s: expected a tensor that fits into the %lld bytes of memory here, got %s",
          name.c_str(), static_cast<long long>(limit), describe(dtype, tensor.getShape()).c_str());
  return llvm::Error::success();
}

/// Type, name and role of one argument or result; `fallback` names it where it has no dsa.name.
static llvm::Expected<TensorSpec> specOf(Type type, DictionaryAttr attributes,
                                         const std::string &fallback) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return llvm::createStringError("%s: expected a statically shaped tensor", fallback.c_str());
  llvm::Expected<DType> dtype = dtypeOf(tensor.getElementType());
  if (!dtype)
    return dtype.takeError();
  if (llvm::Error error = checkSize(tensor, *dtype, fallback))
    return error;
  TensorSpec spec;
  spec.dtype = *dtype;
  spec.shape = tensor.getShape().vec();
  spec.name = fallback;
  if (!attributes)
    return spec;
  if (auto name = attributes.getAs<StringAttr>(kNameAttr))
    spec.name = name.str();
  if (auto role = attributes.getAs<StringAttr>(kRoleAttr))
    spec.role = role.str();
  if (auto updates = attributes.getAs<IntegerAttr>(kUpdatesAttr))
    spec.updates = updates.getInt();
  if (mlir::Attribute attribute = attributes.get(kRangeAttr)) {
    auto range = dyn_cast<DenseI64ArrayAttr>(attribute);
    if (!range || range.size() != 2 || range[0] >= range[1])
      return llvm::createStringError(
          "argument '%s': expected dsa.range = array<i64: low, high> with low < high, got another",
          spec.name.c_str());
    spec.range = {range[0], range[1]};
  }
  return spec;
}

llvm::Expected<std::pair<std::vector<TensorSpec>, std::vector<TensorSpec>>>
signatureOf(ModuleOp module, llvm::StringRef entry) {
  auto function = module.lookupSymbol<func::FuncOp>(entry);
  if (!function || function.isExternal())
    return llvm::createStringError("expected a function '%s' in the module, got none",
                                   entry.str().c_str());
  std::pair<std::vector<TensorSpec>, std::vector<TensorSpec>> signature;
  for (auto [number, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto spec = specOf(type, function.getArgAttrDict(number), "arg" + std::to_string(number));
    if (!spec)
      return spec.takeError();
    if (spec->role.empty())
      spec->role = "input";
    signature.first.push_back(*spec);
  }
  for (auto [number, type] : llvm::enumerate(function.getResultTypes())) {
    auto spec = specOf(type, function.getResultAttrDict(number), "result" + std::to_string(number));
    if (!spec)
      return spec.takeError();
    signature.second.push_back(*spec);
  }
  return signature;
}

} // namespace dsa
