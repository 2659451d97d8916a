// Lifetimes of launch results and their places in one arena.
#include "passes/Liveness.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dsa;

LogicalResult dsa::verifyLaunches(func::FuncOp func) {
  if (!func.getBody().hasOneBlock())
    return func.emitOpError("expected one block, got ") << func.getBody().getBlocks().size();
  for (Operation &op : func.getBody().front().without_terminator())
    if (!isa<LaunchOp, arith::ConstantOp>(op))
      return op.emitOpError("expected launches and constants only; outline kernels first");
  return success();
}

SmallVector<LaunchOp> dsa::launchesOf(func::FuncOp func) {
  return llvm::to_vector(func.getBody().front().getOps<LaunchOp>());
}

Value dsa::updatedArgument(func::FuncOp func, unsigned number) {
  auto updates = func.getResultAttrOfType<IntegerAttr>(number, kUpdatesAttr);
  return updates ? func.getArgument(updates.getInt()) : Value();
}

static int64_t storageBytes(Type type) {
  auto shaped = cast<ShapedType>(type);
  int64_t bytes = shaped.getNumElements() * llvm::divideCeil(shaped.getElementTypeBitWidth(), 8);
  return llvm::alignTo(bytes, kArenaAlignment);
}

SmallVector<Lifetime> dsa::lifetimesOf(func::FuncOp func, ArrayRef<LaunchOp> order) {
  llvm::DenseMap<Operation *, int64_t> position;
  for (auto [number, launch] : llvm::enumerate(order))
    position[launch] = number;
  Operation *end = func.getBody().front().getTerminator();
  SmallVector<Lifetime> lifetimes;
  for (LaunchOp launch : order)
    for (OpResult value : launch->getResults()) {
      if (llvm::is_contained(value.getUsers(), end))
        continue;
      Lifetime lifetime{value, storageBytes(value.getType()), position[launch], position[launch]};
      for (Operation *user : value.getUsers())
        lifetime.last = std::max(lifetime.last, position.lookup(user));
      lifetimes.push_back(lifetime);
    }
  return lifetimes;
}

SmallVector<int64_t> dsa::bytesAlive(ArrayRef<Lifetime> lifetimes, size_t launches) {
  SmallVector<int64_t> change(launches + 1, 0);
  for (const Lifetime &lifetime : lifetimes) {
    change[lifetime.first] += lifetime.bytes;
    change[lifetime.last + 1] -= lifetime.bytes;
  }
  for (size_t number = 1; number < launches; ++number)
    change[number] += change[number - 1];
  change.resize(launches);
  return change;
}

/// The offset of the smallest gap of at least `bytes` bytes between `neighbours`, ascending by
/// offset; the end of the last one if there is none.
static int64_t bestGap(ArrayRef<const Lifetime *> neighbours, int64_t bytes) {
  int64_t end = 0, best = -1, bestSize = 0;
  for (const Lifetime *neighbour : neighbours) {
    int64_t size = neighbour->offset - end;
    if (size >= bytes && (best < 0 || size < bestSize)) {
      best = end;
      bestSize = size;
    }
    end = std::max(end, neighbour->offset + neighbour->bytes);
  }
  return best < 0 ? end : best;
}

int64_t dsa::assignOffsets(MutableArrayRef<Lifetime> lifetimes) {
  SmallVector<Lifetime *> bySize =
      llvm::map_to_vector(lifetimes, [](Lifetime &each) { return &each; });
  llvm::sort(bySize, [](const Lifetime *a, const Lifetime *b) {
    return a->bytes != b->bytes ? a->bytes > b->bytes : a < b;
  });
  int64_t arena = 0;
  SmallVector<const Lifetime *> placed; // ascending by offset
  for (Lifetime *lifetime : bySize) {
    SmallVector<const Lifetime *> neighbours;
    llvm::copy_if(placed, std::back_inserter(neighbours),
                  [&](const Lifetime *other) { return other->overlaps(*lifetime); });
    lifetime->offset = bestGap(neighbours, lifetime->bytes);
    arena = std::max(arena, lifetime->offset + lifetime->bytes);
    placed.insert(llvm::upper_bound(
                      placed, lifetime,
                      [](const Lifetime *a, const Lifetime *b) { return a->offset < b->offset; }),
                  lifetime);
  }
  return arena;
}
