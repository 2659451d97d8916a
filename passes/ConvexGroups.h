// Groups of ops that can run as one: a Boost.Graph view of a block, partitioned without cycles
// between the parts.
#pragma once

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <boost/graph/adjacency_list.hpp>

#include <memory>

namespace dsa {

/// A partition of `ops`, first one group per op. Merging keeps every group convex and the groups
/// acyclic. A copy costs the partition, not the graph.
class ConvexGroups {
public:
  /// `ops` in program order; `producer` names the op of `ops` that makes a value, null for one from
  /// outside.
  ConvexGroups(llvm::ArrayRef<mlir::Operation *> ops,
               llvm::function_ref<mlir::Operation *(mlir::Value)> producer);

  /// The group of `op`, named by the number of its first op.
  unsigned groupOf(mlir::Operation *op) const { return group[block->vertexOf.lookup(op)]; }
  /// The ops of a group in program order.
  llvm::SmallVector<mlir::Operation *> opsOf(unsigned group) const;
  /// Merges groups unless a path leaves them and comes back through another. Returns whether it
  /// did.
  bool merge(llvm::ArrayRef<unsigned> numbers);
  /// All groups in an order in which each comes after what it reads; ties by the last op of each.
  llvm::SmallVector<unsigned> ordered() const;

private:
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  /// What all partitions of one block share.
  struct Ops {
    llvm::SmallVector<mlir::Operation *> ops;
    llvm::DenseMap<mlir::Operation *, unsigned> vertexOf;
    Graph uses;
  };
  bool comesBack(llvm::ArrayRef<unsigned> numbers) const;

  std::shared_ptr<const Ops> block;
  llvm::SmallVector<unsigned> group;
  llvm::SmallVector<llvm::SmallVector<unsigned>> members;
};

} // namespace dsa
