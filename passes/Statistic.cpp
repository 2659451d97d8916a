// The sums of all statistics of the process, by pass and name.
#include "passes/Statistic.h"

#include "mlir/Pass/Pass.h"
#include "llvm/Support/Format.h"

#include <atomic>
#include <deque>
#include <mutex>

namespace dsa {

/// What all instances of one pass have counted under one name.
struct Statistic::Sum {
  std::string pass, name, description;
  std::atomic<int64_t> value = 0;
  std::atomic<bool> counted = false; // whether anything was added, be it nothing
};

namespace {

/// Every statistic that a pass of this process has declared; a sum never moves.
struct Registry {
  std::mutex mutex;
  std::deque<Statistic::Sum> sums;

  Statistic::Sum &find(llvm::StringRef pass, llvm::StringRef name, llvm::StringRef description) {
    std::lock_guard lock(mutex);
    for (Statistic::Sum &sum : sums)
      if (sum.pass == pass && sum.name == name)
        return sum;
    return sums.emplace_back(pass.str(), name.str(), description.str());
  }
};

Registry &registry() {
  static Registry shared;
  return shared;
}

} // namespace

// A statistic is a member of the class that TableGen writes, which knows the pass's argument.
Statistic::Statistic(mlir::Pass *owner, const char *name, const char *description)
    : sum(registry().find(owner->getArgument(), name, description)) {}

Statistic &Statistic::operator+=(int64_t amount) {
  sum.value += amount;
  sum.counted = true;
  return *this;
}

void printStatistics(llvm::raw_ostream &os) {
  Registry &all = registry();
  std::lock_guard lock(all.mutex);
  llvm::StringRef printed;
  for (const Statistic::Sum &sum : all.sums) {
    auto counts = [&](const Statistic::Sum &other) {
      return other.pass == sum.pass && other.counted;
    };
    if (llvm::none_of(all.sums, counts))
      continue;
    if (printed != sum.pass)
      os << (printed = sum.pass) << '\n';
    os << llvm::format("%12lld  %-16s", static_cast<long long>(sum.value), sum.name.c_str())
       << sum.description << '\n';
  }
}

} // namespace dsa
