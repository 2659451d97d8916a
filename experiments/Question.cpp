// The list of questions.
#include "experiments/Question.h"

using namespace dsa;

llvm::ArrayRef<Question> dsa::questions() {
  static constexpr Question kQuestions[] = {
      {"sparse-vs-classic",
       "Does sparse attention beat classic attention, as published, once it "
       "may not see the future?",
       answerSparseVsClassic},
      {"latent-sparse",
       "What does selection do to latent attention, trained soundly and on equal terms?",
       answerLatentSparse},
      {"status", "How far is an experiment, running or not?", answerStatus},
      {"random-tokens", "Does any arm predict tokens that nothing can predict?",
       answerRandomTokens},
      {"kernels", "How near to the peak of this machine do the compiled kernels run?",
       answerKernels},
      {"fusion", "What does each fusion spare, as predicted and as measured?", answerFusion},
      {"speed", "What do memory and time of a sparse layer do as sequences grow?", answerSpeed},
      {"peers", "How long does a training step take here, and how long in other frameworks?",
       answerPeers},
      {"history", "Is this commit slower than the last one?", answerHistory},
  };
  return kQuestions;
}
