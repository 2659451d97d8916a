// The tables of a report, as HTML.
#pragma once

#include "experiments/Claims.h"

#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// Loss, accuracy and time of every arm and length, mean and deviation over seeds.
void writeResults(llvm::raw_ostream &out, const Study &study);

/// Every arm against every other: paired differences with their 95 % intervals.
void writeDifferences(llvm::raw_ostream &out, const Study &study);

/// The health of the indexers at the last evaluation; nothing where none is observed.
void writeIndexers(llvm::raw_ostream &out, const Study &study);

/// The published figures and ours, side by side.
void writePublished(llvm::raw_ostream &out, const Study &study);

/// Each published claim with our number, a verdict and its reason.
void writeClaims(llvm::raw_ostream &out, llvm::ArrayRef<Claim> claims);

/// What each run was and cost.
void writeRuns(llvm::raw_ostream &out, const Study &study);

} // namespace dsa
