// What a training step does with the losses of a function: written as attributes that
// differentiation reads.
#pragma once

#include "frontend/Graph.h"

namespace dsa {

/// The update rule and everything around it. The defaults are those of plain Adam.
struct TrainOptions {
  enum class Optimizer { Adam, AdamW };
  Optimizer optimizer = Optimizer::Adam;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weightDecay = 0.0;
  std::optional<double> clip =
      {};                 ///< largest norm of the gradients of a group; absent means no clipping
  int64_t accumulate = 1; ///< micro-batches per update
  bool gradients = false; ///< return the raw gradients as `grad.<name>` and update nothing
};

/// Marks the function under construction, whose losses are declared by `Graph::minimize`, as a
/// training step, and makes sure it has the step count and the learning rate that an update reads.
void setTrainStep(Graph &graph, const TrainOptions &options);

} // namespace dsa
