// Adding up launches by name and printing them.
#include "runtime/Profile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/Format.h"
#include <tuple>

namespace dsa {

void Profile::record(llvm::StringRef name, double seconds, int64_t flops, int64_t bytes) {
  auto [found, inserted] = numbers.try_emplace(name, rows.size());
  if (inserted)
    rows.emplace_back().name = name.str();
  ProfileEntry &row = rows[found->second];
  ++row.launches;
  row.seconds += seconds;
  row.flops += flops;
  row.bytes += bytes;
}

double Profile::totalSeconds() const {
  double total = 0;
  for (const ProfileEntry &row : rows)
    total += row.seconds;
  return total;
}

void Profile::print(llvm::raw_ostream &os) const {
  auto order = llvm::map_to_vector(rows, [](const ProfileEntry &row) { return &row; });
  llvm::sort(order, [](const ProfileEntry *a, const ProfileEntry *b) {
    return std::tuple(-a->seconds, a) < std::tuple(-b->seconds, b);
  });
  double total = totalSeconds();
  os << "  share         ms  launches   GFLOP/s      GB/s  kernel\n";
  for (const ProfileEntry *row : order) {
    double seconds = row->seconds > 0 ? row->seconds : 1e-12;
    os << llvm::format("%6.1f%% %10.3f %9lld %9.1f %9.1f  ",
                       total > 0 ? 100 * row->seconds / total : 0.0, 1e3 * row->seconds,
                       static_cast<long long>(row->launches), row->flops / seconds / 1e9,
                       row->bytes / seconds / 1e9)
       << row->name << '\n';
  }
}

} // namespace dsa
