// Merging and ordering groups of ops on a Boost.Graph view of their block.
#include "passes/ConvexGroups.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"

#include <set>

using namespace mlir;
using namespace dsa;

ConvexGroups::ConvexGroups(ArrayRef<Operation *> ops,
                           llvm::function_ref<Operation *(Value)> producer)
    : group(ops.size()), members(ops.size()) {
  auto shared = std::make_shared<Ops>();
  shared->ops.assign(ops.begin(), ops.end());
  shared->uses = Graph(ops.size());
  for (auto [vertex, op] : llvm::enumerate(ops)) {
    shared->vertexOf[op] = group[vertex] = vertex;
    members[vertex] = {static_cast<unsigned>(vertex)};
    for (Value operand : op->getOperands())
      if (Operation *source = producer(operand))
        boost::add_edge(shared->vertexOf.lookup(source), vertex, shared->uses);
  }
  block = std::move(shared);
}

SmallVector<Operation *> ConvexGroups::opsOf(unsigned number) const {
  return llvm::map_to_vector(members[number], [&](unsigned vertex) { return block->ops[vertex]; });
}

/// Whether a path leaves the groups `numbers` together and comes back to one of them.
bool ConvexGroups::comesBack(ArrayRef<unsigned> numbers) const {
  llvm::BitVector inside(members.size()), seen(members.size());
  for (unsigned number : numbers)
    inside.set(number);
  SmallVector<unsigned> open(numbers);
  while (!open.empty()) {
    unsigned current = open.pop_back_val();
    for (unsigned vertex : members[current])
      for (unsigned next : llvm::make_range(boost::adjacent_vertices(vertex, block->uses))) {
        unsigned other = group[next];
        if (inside.test(other) && !inside.test(current))
          return true;
        if (inside.test(other) || seen.test(other))
          continue;
        seen.set(other);
        open.push_back(other);
      }
  }
  return false;
}

bool ConvexGroups::merge(ArrayRef<unsigned> numbers) {
  if (comesBack(numbers))
    return false;
  unsigned kept = *llvm::min_element(numbers);
  for (unsigned gone : numbers) {
    if (gone == kept)
      continue;
    for (unsigned vertex : members[gone])
      group[vertex] = kept;
    llvm::append_range(members[kept], members[gone]);
    members[gone].clear();
  }
  llvm::sort(members[kept]);
  return true;
}

SmallVector<unsigned> ConvexGroups::ordered() const {
  std::vector<std::set<unsigned>> users(members.size());
  SmallVector<unsigned> waiting(members.size(), 0);
  for (auto edge : llvm::make_range(boost::edges(block->uses))) {
    unsigned from = group[boost::source(edge, block->uses)],
             to = group[boost::target(edge, block->uses)];
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
