// The table of machines, from the vendors' data sheets; the host's row is a common two-core virtual
// machine.
#include "passes/Machine.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace dsa;

static constexpr int64_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;

static const Machine kMachines[] = {
    // AVX2 at 3.4 GHz: two 8-lane fused multiply-adds a cycle and core.
    {"host", 2, 2 * 108.8e9, 0, 0, 0, 20e9, 100e9, 8 * kGiB, 32 * kMiB, 512 * kKiB, 32 * kKiB, 32,
     1e-6},
    // A100 SXM 80 GB: A100 data sheet and the Ampere tuning guide.
    {"a100", 108, 19.5e12, 156e12, 312e12, 0, 2039e9, 5e12, 80 * kGiB, 40 * kMiB, 192 * kKiB,
     163 * kKiB, 128, 1.5e-6},
    // H100 SXM: H100 data sheet and the Hopper tuning guide.
    {"h100", 132, 66.9e12, 494.7e12, 989.4e12, 1978.9e12, 3352e9, 7e12, 80 * kGiB, 50 * kMiB,
     256 * kKiB, 227 * kKiB, 128, 1.5e-6},
    // B200 SXM: Blackwell data sheet and the Blackwell tuning guide.
    {"b200", 148, 75e12, 1.1e15, 2.25e15, 4.5e15, 8e12, 10e12, 180 * kGiB, 126 * kMiB, 256 * kKiB,
     227 * kKiB, 128, 1.5e-6},
};

llvm::ArrayRef<Machine> dsa::machines() {
  return kMachines;
}

std::string dsa::machineNames() {
  return llvm::join(llvm::map_range(kMachines, [](const Machine &machine) { return machine.name; }),
                    ", ");
}

const Machine *dsa::findMachine(llvm::StringRef name) {
  const auto *found =
      llvm::find_if(kMachines, [&](const Machine &machine) { return machine.name == name; });
  return found == std::end(kMachines) ? nullptr : found;
}
