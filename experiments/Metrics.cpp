// Sums token losses into the scores of an evaluation.
#include "experiments/Metrics.h"

#include <algorithm>
#include <cmath>

using namespace dsa;

namespace {

void add(Score &score, double loss, bool hit) {
  ++score.tokens;
  score.loss += loss;
  score.accuracy += hit;
}

void divide(Score &score) {
  double tokens = static_cast<double>(std::max<int64_t>(score.tokens, 1));
  score.loss /= tokens;
  score.accuracy /= tokens;
}

} // namespace

double Score::perplexity() const {
  return std::exp(std::min(loss, 20.0));
}

Evaluation dsa::summarize(const TokenScores &scores, int64_t length, int64_t k, int64_t step) {
  Evaluation evaluation;
  evaluation.step = step;
  for (size_t i = 0; i < scores.losses.size(); ++i) {
    bool hit = scores.hits[i];
    add(evaluation.all, scores.losses[i], hit);
    bool early = static_cast<int64_t>(i) % length < k - 1;
    add(early ? evaluation.early : evaluation.late, scores.losses[i], hit);
  }
  divide(evaluation.all);
  divide(evaluation.early);
  divide(evaluation.late);
  return evaluation;
}
