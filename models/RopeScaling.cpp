// Rotary positions beyond the trained length: linear, dynamic and YaRN scaling.
#include "models/RopeScaling.h"

#include <cmath>
#include <numbers>

using namespace dsa;

using Kind = RopeScalingConfig::Kind;

/// How much scores grow when positions reach `factor` times as far.
static double growth(const RopeScalingConfig &scaling, double strength) {
  return 0.1 * strength * std::log(scaling.factor) + 1.0;
}

/// The pair, not rounded, that turns `turns` times over the original length.
static double pairOfTurns(const ModelConfig &config, double turns) {
  double length = static_cast<double>(config.ropeScaling->originalLength);
  return static_cast<double>(config.rotatedColumns()) *
         std::log(length / (2 * std::numbers::pi * turns)) / (2 * std::log(config.ropeBase));
}

static double dynamicBase(const ModelConfig &config) {
  const RopeScalingConfig &scaling = *config.ropeScaling;
  if (config.length <= scaling.originalLength)
    return config.ropeBase;
  double reach = static_cast<double>(config.length) / static_cast<double>(scaling.originalLength);
  auto columns = static_cast<double>(config.rotatedColumns());
  return config.ropeBase *
         std::pow(scaling.factor * reach - scaling.factor + 1.0, columns / (columns - 2.0));
}

static std::array<int64_t, 2> yarnRamp(const ModelConfig &config) {
  auto last = static_cast<double>(config.rotatedColumns() - 1);
  double low = std::max(std::floor(pairOfTurns(config, config.ropeScaling->betaFast)), 0.0);
  double high = std::min(std::ceil(pairOfTurns(config, config.ropeScaling->betaSlow)), last);
  return {static_cast<int64_t>(low), static_cast<int64_t>(std::max(low, high))};
}

Rotation dsa::rotationOf(const ModelConfig &config, int64_t first) {
  Rotation rotation{.base = config.ropeBase, .first = first, .width = config.rotatedColumns()};
  if (!config.ropeScaling)
    return rotation;
  const RopeScalingConfig &scaling = *config.ropeScaling;
  if (scaling.kind == Kind::Dynamic) {
    rotation.base = dynamicBase(config);
    return rotation;
  }
  rotation.factor = scaling.factor;
  if (scaling.kind == Kind::Yarn) {
    rotation.ramp = yarnRamp(config);
    rotation.magnitude = growth(scaling, scaling.mscale) / growth(scaling, scaling.mscaleAllDim);
  }
  return rotation;
}

double dsa::softmaxGrowth(const ModelConfig &config) {
  if (!config.ropeScaling || config.ropeScaling->kind != Kind::Yarn)
    return 1.0;
  double m = growth(*config.ropeScaling, config.ropeScaling->mscaleAllDim);
  return m * m;
}
