// The instruction sets that kernels are written for.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace dsa::cpu {

/// What the emitters must know of an instruction set. A machine that has one has the narrower ones
/// too.
struct VectorIsa {
  llvm::StringRef name = "avx2";
  int64_t lanes = 8;                       ///< f32 values of one vector register
  int64_t registers = 16;                  ///< vector registers
  bool fused = true;                       ///< a multiply-add is one instruction and rounds once
  llvm::StringRef processor = "x86-64-v3"; ///< LLVM's least processor that has it
  /// Products of bf16 sum pairs in one instruction, `vdpbf16ps`. Zen is said to do twice the work
  /// of f32 with it, not measured; Sapphire Rapids does half, so that only whoever names
  /// "avx512bf16" gets it there.
  bool dotsPairs = false;

  /// All of them, widest first: avx512, avx2, sse; without what only some machines add.
  static llvm::ArrayRef<VectorIsa> all();
  /// The widest that this machine has.
  static VectorIsa ofHost();
  /// The one called `name`, or "avx512bf16", on a machine whose widest is `host`; empty: `host`. An
  /// error if there is none or the machine lacks it.
  static llvm::Expected<VectorIsa> named(llvm::StringRef name, VectorIsa host = ofHost());
};

} // namespace dsa::cpu
