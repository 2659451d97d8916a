// Splits tokens into windows and draws batches from them.
#include "experiments/Windows.h"

#include "experiments/DataStream.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <numeric>

using namespace dsa;

namespace {

constexpr int64_t kHeldOutShare = 10; // one window in ten, as published

llvm::Error tooShort(llvm::StringRef part, int64_t expected, int64_t got) {
  return llvm::createStringError(
      llvm::inconvertibleErrorCode(),
      llvm::formatv("expected at least {0} tokens in the {1} text, got {2}", expected, part, got));
}

/// Starts first, first + stride, ... of windows of `span` tokens that end at or before `end`.
std::vector<int64_t> startsIn(int64_t first, int64_t end, int64_t span, int64_t stride) {
  std::vector<int64_t> starts;
  for (int64_t start = first; start + span <= end; start += stride)
    starts.push_back(start);
  return starts;
}

/// Fisher-Yates with the data stream.
void shuffle(std::vector<int64_t> &values, uint64_t seed) {
  for (size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[drawBelow(i, seed, /*step=*/0, /*row=*/i)]);
}

} // namespace

llvm::Expected<Windows> Windows::make(std::vector<int32_t> ids, int64_t trainingTokens,
                                      int64_t length, Split split, uint64_t splitSeed) {
  const int64_t span = length + 1, total = static_cast<int64_t>(ids.size());
  Windows windows;
  windows.windowLength = length;
  if (split == Split::Ranges) {
    // The gap of one window keeps the held-out text away from the text that training has seen.
    if (trainingTokens < span)
      return tooShort("training", span, trainingTokens);
    if (total - trainingTokens < 2 * span)
      return tooShort("held-out", 2 * span, total - trainingTokens);
    windows.training = startsIn(0, trainingTokens, span, 1);
    windows.heldOut = startsIn(trainingTokens + span, total, span, length);
  } else {
    std::vector<int64_t> starts = startsIn(0, total, span, 1);
    int64_t held = static_cast<int64_t>(starts.size()) / kHeldOutShare;
    if (held < 1)
      return tooShort("whole", span + kHeldOutShare - 1, total);
    shuffle(starts, splitSeed);
    windows.heldOut.assign(starts.begin(), starts.begin() + held);
    windows.training.assign(starts.begin() + held, starts.end());
  }
  windows.tokens = std::move(ids);
  return windows;
}

TokenBatch Windows::gather(llvm::ArrayRef<int64_t> starts) const {
  TokenBatch batch{static_cast<int64_t>(starts.size()), windowLength, {}};
  batch.ids.reserve(starts.size() * (windowLength + 1));
  for (int64_t start : starts)
    batch.ids.insert(batch.ids.end(), tokens.begin() + start,
                     tokens.begin() + start + windowLength + 1);
  return batch;
}

TokenBatch Windows::trainingBatch(int64_t step, int64_t rows, uint64_t seed) const {
  std::vector<int64_t> starts(rows);
  for (int64_t row = 0; row < rows; ++row)
    starts[row] = training[drawBelow(training.size(), seed, step, row)];
  return gather(starts);
}

TokenBatch Windows::heldOutBatch(int64_t count) const {
  const int64_t available = static_cast<int64_t>(heldOut.size());
  count = std::min(count, available);
  std::vector<int64_t> starts(count);
  for (int64_t i = 0; i < count; ++i)
    starts[i] = heldOut[i * available / count];
  return gather(starts);
}

int64_t Windows::sharedTokens() const {
  std::vector<int8_t> seen(tokens.size() + 1, 0);
  for (int64_t start : training)
    std::fill_n(seen.begin() + start, windowLength + 1, 1);
  int64_t shared = 0;
  for (int64_t start : heldOut)
    for (int64_t at = start; at <= start + windowLength; ++at)
      if (seen[at] == 1) {
        seen[at] = 2;
        ++shared;
      }
  return shared;
}
