// From an arm and the settings of a study to a network.
#include "experiments/Arms.h"

#include "experiments/ModelFiles.h"

using namespace dsa;

llvm::Expected<ModelConfig> dsa::loadArmModel(const Arm &arm) {
  return loadModelConfig(modelDescription(arm.model));
}

llvm::Expected<ModelConfig> dsa::modelOf(const StudySettings &settings, const Arm &arm,
                                         int64_t length) {
  auto model = loadArmModel(arm);
  if (!model)
    return model.takeError();
  if (model->latent) {
    LatentConfig &latent = *model->latent;
    for (int64_t *columns :
         {&latent.rank, &latent.queryRank, &latent.nope, &latent.rope, &latent.value})
      *columns = *columns * settings.width / model->width;
  }
  model->vocab = settings.vocabulary;
  model->length = length;
  model->batch = settings.batchAt(length) / settings.accumulate;
  model->width = settings.width;
  model->layers = settings.layers;
  if (settings.expertWidth)
    model->moe.width = settings.expertWidth;
  model->dropout = settings.dropout;
  model->dtype = *parseDType(settings.dtype);
  if (llvm::Error error = model->validate())
    return error;
  return model;
}
