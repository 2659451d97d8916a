// Where the time of a run went: seconds, operations and bytes of each kernel.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>
#include <vector>

namespace dsa {

/// The sum over all launches of one name.
struct ProfileEntry {
  std::string name;
  int64_t launches = 0;
  double seconds = 0;
  int64_t flops = 0, bytes = 0;
};

/// Collects launches over any number of runs; entries stand in the order of their first launch.
class Profile {
public:
  void record(llvm::StringRef name, double seconds, int64_t flops, int64_t bytes);

  llvm::ArrayRef<ProfileEntry> entries() const { return rows; }
  double totalSeconds() const;
  /// A table, longest first: share, milliseconds, launches, GFLOP/s, GB/s, name.
  void print(llvm::raw_ostream &os) const;

private:
  std::vector<ProfileEntry> rows;
  llvm::StringMap<size_t> numbers;
};

} // namespace dsa
