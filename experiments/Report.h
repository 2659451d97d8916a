// Turns a study into files: summary.json, one JSON-lines file per run, SVG pages and report.html.
#pragma once

#include "experiments/Claims.h"

namespace dsa {

/// The published page: final loss, accuracy and time per step by length, and the loss curves of the
/// greatest length. Needs at least one evaluated run.
std::string comparisonPage(const Study &study);

/// Loss and accuracy where the selection is wider than the past (t < k - 1), and elsewhere.
std::string bucketPage(const Study &study);

/// The health of the indexers by step at the greatest length; empty where none is observed.
std::string indexerPage(const Study &study);

/// One self-contained HTML document: result, table, claims, pages, method, settings.
std::string reportHtml(const Study &study, llvm::ArrayRef<Claim> claims);

/// Writes runs/<name>.jsonl of `run` into `folder`.
llvm::Error writeRun(const RunRecord &run, llvm::StringRef folder);

/// Writes everything but the runs into `folder`; pages and report once there is an evaluated run.
llvm::Error writeStudy(const Study &study, llvm::StringRef folder);

/// The table of `study` for a terminal.
std::string resultTable(const Study &study);

} // namespace dsa
