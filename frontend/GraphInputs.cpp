// Arguments for any graph function: from a file where it names them, else drawn from a seed.
#include "frontend/GraphInputs.h"

#include "runtime/reference/Random.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dsa;

/// The numbers of argument `number` under `seed`.
static reference::RandomStream streamOf(uint64_t seed, int64_t number) {
  Tensor key(DType::I32, {4});
  uint32_t words[] = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), 0,
                      static_cast<uint32_t>(number)};
  llvm::copy(words, key.data<int32_t>());
  return reference::RandomStream(key);
}

static Tensor uniform(const TensorSpec &spec, const reference::RandomStream &random, double low,
                      double high) {
  Tensor result(spec.dtype, spec.shape);
  for (int64_t i = 0; i < result.numElements(); ++i) {
    double value = low + random.uniform(i) * (high - low);
    result.set(i, isFloat(spec.dtype) ? value : std::floor(value));
  }
  return result;
}

static Tensor normal(const TensorSpec &spec, const reference::RandomStream &random, double mean,
                     double deviation) {
  Tensor result(spec.dtype, spec.shape);
  for (int64_t i = 0; i < result.numElements(); ++i)
    result.set(i, mean + deviation * random.gaussian(i));
  return result;
}

static Tensor generate(const TensorSpec &spec, uint64_t seed, int64_t number) {
  reference::RandomStream random = streamOf(seed, number);
  if (spec.range)
    return uniform(spec, random, spec.range->first, spec.range->second);
  if (spec.role == "seed") {
    Tensor result(spec.dtype, spec.shape);
    *result.data<int64_t>() = static_cast<int64_t>(seed);
    return result;
  }
  if (spec.role == "step")
    return Tensor::scalar(spec.dtype, 1);
  if (spec.role == "learning_rate")
    return Tensor::scalar(spec.dtype, 1e-3);
  if (!isFloat(spec.dtype))
    return uniform(spec, random, 0, spec.dtype == DType::I1 ? 2 : 4);
  if (spec.role == "state")
    return uniform(spec, random, 0, 0.01);
  if (spec.role != "parameter")
    return normal(spec, random, 0, 0.5);
  if (spec.shape.size() < 2)
    return normal(spec, random, 1, 0.1);
  return normal(spec, random, 0, 1 / std::sqrt(static_cast<double>(spec.shape.back())));
}

llvm::Expected<llvm::SmallVector<Tensor>> dsa::makeArguments(llvm::StringRef function,
                                                             llvm::ArrayRef<TensorSpec> specs,
                                                             const NamedTensors &given,
                                                             uint64_t seed) {
  for (const auto &[name, tensor] : given)
    if (llvm::none_of(specs, [&](const TensorSpec &spec) { return spec.name == name; }))
      return llvm::createStringError(
          "expected inputs named like arguments of '%s', got '%s', which is none of them",
          function.str().c_str(), name.c_str());
  llvm::SmallVector<Tensor> arguments;
  for (auto [number, spec] : llvm::enumerate(specs)) {
    auto found = given.find(spec.name);
    Tensor tensor = found == given.end() ? generate(spec, seed, number) : found->second.clone();
    if (tensor.dtype() != spec.dtype || tensor.shape() != llvm::ArrayRef(spec.shape))
      return llvm::createStringError(llvm::formatv("expected input '{0}' to be {1}, got {2}",
                                                   spec.name, describe(spec.dtype, spec.shape),
                                                   describe(tensor.dtype(), tensor.shape())));
    arguments.push_back(tensor);
  }
  return arguments;
}
