// The table of arms.
#include "experiments/Arms.h"

#include "experiments/ModelFiles.h"

#include "llvm/ADT/STLExtras.h"

using namespace dsa;

llvm::ArrayRef<Arm> dsa::allArms() {
  static constexpr Arm kArms[] = {
      {"classic", "dense causal attention", "classic-moe", "#33658a"},
      {"window", "causal attention to the last k keys", "window-moe", "#8d99ae"},
      {"sparse-random", "causal selection by a frozen random indexer", "sparse-moe", "#2a9d8f",
       /*observes=*/true},
      {"sparse", "causal selection by an indexer trained on the attention", "sparse-moe-trained",
       "#7b5ea7", /*observes=*/true, /*trainsIndexer=*/true},
      {"published", "the published selector, which sees the future", "sparse-moe-published",
       "#e07a3f", /*observes=*/false, /*trainsIndexer=*/false, /*leaks=*/true},
  };
  return kArms;
}

std::vector<std::string> dsa::armNames() {
  std::vector<std::string> names;
  for (const Arm &arm : allArms())
    names.push_back(arm.name.str());
  return names;
}

const Arm &dsa::armNamed(llvm::StringRef name) {
  const Arm *found = llvm::find_if(allArms(), [&](const Arm &arm) { return arm.name == name; });
  assert(found != allArms().end() && "options accept the names of arms only");
  return *found;
}

llvm::Expected<ModelConfig> dsa::loadArmModel(const Arm &arm) {
  return loadModelConfig(modelDescription(arm.model));
}

llvm::Expected<ModelConfig> dsa::modelOf(const StudySettings &settings, const Arm &arm,
                                         int64_t length) {
  auto model = loadArmModel(arm);
  if (!model)
    return model.takeError();
  model->vocab = settings.vocabulary;
  model->length = length;
  model->batch = settings.batch / settings.accumulate;
  model->width = settings.width;
  model->layers = settings.layers;
  model->dropout = settings.dropout;
  if (llvm::Error error = model->validate())
    return error;
  return model;
}
