// The questions that dsa-lab answers, by name.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dsa {

/// What ends a question that was interrupted: 128 + SIGINT.
inline constexpr int kInterrupted = 130;

struct Question {
  llvm::StringRef name;
  llvm::StringRef summary; ///< One line for the list of questions.
  /// Answers the question with the arguments after its name and gives the exit code.
  llvm::Expected<int> (*answer)(llvm::ArrayRef<llvm::StringRef> arguments);
};

llvm::Expected<int> answerSparseVsClassic(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerLatentSparse(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerStatus(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerRandomTokens(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerKernels(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerFusion(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerSpeed(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerPeers(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Expected<int> answerHistory(llvm::ArrayRef<llvm::StringRef> arguments);

/// All questions, in the order of their list.
llvm::ArrayRef<Question> questions();

} // namespace dsa
