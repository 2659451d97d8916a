// Runs functions of a module on a target, and compares the target with another.
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dsa {

/// What to run, on what, and what to say about it.
struct RunGraphOptions {
  std::string file;                ///< a module; "-" is standard input
  std::string entry;               ///< empty: every public function in turn
  std::string target = "cpu";      ///< name of a target
  std::string vector;              ///< instruction set of the cpu target; empty: the widest
  std::string against;             ///< name of the target that judges; empty: none
  int64_t memoryLimit = 0;         ///< bytes of the cpu target's arena; 0: any number
  std::optional<double> tolerance; ///< instead of that of the element type
  std::string inputs;              ///< safetensors file with arguments by name; empty: none
  std::string capture;             ///< safetensors file that receives all choices; empty: none
  std::string replay;              ///< safetensors file with all choices of the run; empty: none
  std::string outputs;         ///< safetensors file that receives the results by name; empty: none
  uint64_t seed = 0;           ///< of the arguments that the file does not name
  int threads = 1;             ///< of the run
  bool profile = false;        ///< print where the time went
  std::string trace;           ///< receives a timeline of compiling and running; empty: none
  bool print = false;          ///< print the elements of the results
  bool everyForm = false;      ///< compare each op and each form of the plan instead
  bool checkGradients = false; ///< compare gradients with finite differences instead
  bool perturb = false;        ///< change tokens and compare the rows before them instead
  int64_t trials = 32;         ///< of `perturb`, at least 1
};

/// Runs, prints one line per function and per result to `output`, and fails if the targets disagree
/// or anything given is not what it should be.
llvm::Error runGraph(const RunGraphOptions &options, llvm::raw_ostream &output);

} // namespace dsa
