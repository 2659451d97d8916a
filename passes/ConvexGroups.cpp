// Merging and ordering groups of ops on a Boost.Graph view of their block.
#include "passes/ConvexGroups.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"

#include <set>

using namespace mlir;
using namespace dsa;

ConvexGroups::ConvexGroups(ArrayRef<Operation *> ops,
                           llvm::function_ref<Operation *(Value)> producer)
    : ops(ops), uses(ops.size()), group(ops.size()), members(ops.size()) {
  for (auto [vertex, op] : llvm::enumerate(ops)) {
    vertexOf[op] = group[vertex] = vertex;
    members[vertex] = {static_cast<unsigned>(vertex)};
    for (Value operand : op->getOperands())
      if (Operation *source = producer(operand))
        boost::add_edge(vertexOf.lookup(source), vertex, uses);
  }
}

SmallVector<Operation *> ConvexGroups::opsOf(unsigned number) const {
  return llvm::map_to_vector(members[number], [&](unsigned vertex) { return ops[vertex]; });
}

bool ConvexGroups::reachesThroughOthers(unsigned from, unsigned to) const {
  llvm::BitVector seen(members.size());
  SmallVector<unsigned> open;
  auto visit = [&](unsigned current) {
    for (unsigned vertex : members[current])
      for (unsigned next : llvm::make_range(boost::adjacent_vertices(vertex, uses)))
        if (unsigned other = group[next]; other != current && !seen.test(other)) {
          // The direct step from `from` to `to` is what a merge makes internal.
          if (current == from && other == to)
            continue;
          seen.set(other);
          open.push_back(other);
        }
  };
  visit(from);
  while (!open.empty()) {
    unsigned current = open.pop_back_val();
    if (current == to)
      return true;
    visit(current);
  }
  return false;
}

bool ConvexGroups::merge(unsigned a, unsigned b) {
  if (a == b)
    return true;
  if (reachesThroughOthers(a, b) || reachesThroughOthers(b, a))
    return false;
  unsigned kept = std::min(a, b), gone = std::max(a, b);
  for (unsigned vertex : members[gone])
    group[vertex] = kept;
  llvm::append_range(members[kept], members[gone]);
  members[gone].clear();
  llvm::sort(members[kept]);
  return true;
}

SmallVector<unsigned> ConvexGroups::ordered() const {
  std::vector<std::set<unsigned>> users(members.size());
  SmallVector<unsigned> waiting(members.size(), 0);
  for (auto edge : llvm::make_range(boost::edges(uses))) {
    unsigned from = group[boost::source(edge, uses)], to = group[boost::target(edge, uses)];
    if (from != to && users[from].insert(to).second)
      ++waiting[to];
  }
  std::set<std::pair<unsigned, unsigned>> ready; // last op, group
  auto release = [&](unsigned number) {
    if (!members[number].empty() && waiting[number] == 0)
      ready.insert({members[number].back(), number});
  };
  for (unsigned number = 0; number < members.size(); ++number)
    release(number);
  SmallVector<unsigned> order;
  while (!ready.empty()) {
    unsigned number = ready.begin()->second;
    ready.erase(ready.begin());
    order.push_back(number);
    for (unsigned user : users[number]) {
      --waiting[user];
      release(user);
    }
  }
  return order;
}
