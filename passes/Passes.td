// Every graph pass, grouped by phase: what it does, why it runs where it runs, its options and statistics.
#ifndef DSA_PASSES_TD
#define DSA_PASSES_TD

include "mlir/Pass/PassBase.td"

def SimplifyGraph : Pass<"dsa-simplify-graph"> {
  let summary = "fold, canonicalise and deduplicate the graph";
  let description = [{
    *Why here*: before any proof or gradient, so that neither sees an op that does nothing.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def DifferentiateGraph : Pass<"dsa-differentiate-graph", "::mlir::ModuleOp"> {
  let summary = "turn an annotated forward function into a training step";
  let description = [{
    Reverse mode over every function with `dsa.train`: the minimised results are seeded with their weights, each op
    contributes its vector-Jacobian product, sibling slices that tile an axis become one concatenation. Then one
    global clip and one optimizer step per parameter; moments and accumulators become arguments with role "state",
    and every new value updates its argument in place. A parameter that no minimised result depends on is frozen:
    it gets no gradient and no state. `accumulate = n` writes the micro step @f and the step @f_apply.

    Before: `func @f(%w {parameter}, %x) -> (loss {dsa.minimize = 1.0}) attributes {dsa.train = {optimizer = "adam"}}`
    After: `func @f(%w, %x, %m.w, %v.w) -> (loss, w {dsa.updates = 0}, m.w {dsa.updates = 2}, v.w {dsa.updates = 3})`

    *Why here*: on whole ops, before fusion, because a derivative is known of `attention`, not of its loops; after
    simplification, so that nothing dead is differentiated.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"differentiated", "differentiated", "parameters that received a gradient">];
}

def OutlineKernels : Pass<"dsa-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "move every op with its element-wise neighbours into a kernel";
  let description = [{
    Each op that anchors a kernel family becomes a `dsa.kernel` and a `dsa.launch`. The kernel takes along the views it
    reads through and the element-wise ops behind its main result, as far as its row of `KernelFamilies` allows and
    as long as no path leaves the group and comes back. Element-wise ops without such a producer join each other.
    A value that is also read elsewhere is yielded besides. Constants are operands. Equal kernels are written once.

    Before: `%y = dsa.linear %x, %w`, `%d = dsa.dropout %y`, `%z = dsa.add %x, %d`
    After: `%z = dsa.launch @linear_0(%x, %w, %key)`

    *Why here*: after differentiation, so that forward values which the gradients need are known to be yielded; before
    scheduling, which orders launches.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"kernels", "kernels", "distinct kernels">,
    Statistic<"launches", "launches", "launches of kernels">,
    Statistic<"fused", "fused-ops", "element-wise ops that joined another kernel">
  ];
}

def ScheduleKernels : Pass<"dsa-schedule-kernels", "::mlir::func::FuncOp"> {
  let summary = "order launches so that few bytes are alive at once";
  let description = [{
    A topological order of the launches in which whatever frees bytes of the arena runs as soon as it can, the most
    bytes first, and everything else in program order; the program's own order stays where its peak is lower. Readers of an argument come before the launch whose
    result updates it; a cycle through such an update is an error.

    Before: `%big = launch @a`, `%other = launch @b`, `%small = launch @c(%big)`
    After: `%big = launch @a`, `%small = launch @c(%big)`, `%other = launch @b`

    *Why here*: on launches, because only they own storage; before buffers are planned, which need an order.
  }];
  let statistics = [Statistic<"bytesSaved", "bytes-saved", "peak bytes saved against the program's order">];
}

def PlanBuffers : Pass<"dsa-plan-buffers", "::mlir::ModuleOp"> {
  let summary = "give every launch result its storage";
  let description = [{
    Sets `offsets` on every launch, one per result: n >= 0 is a byte offset in the arena, a multiple of 64; -1 - r is
    the storage of function result r, which is the buffer of argument a where the result carries `dsa.updates = a`.
    `dsa.arena_bytes` on the function is the size of the arena. Results that are alive together never overlap; the
    largest are placed first, each into the smallest gap that fits.

    A launch may read the argument it updates only element by element; no later launch may read it. An argument or a
    constant that is returned as it is has no storage of its own and is an error.

    Before: `%y = dsa.launch @k(%x)`
    After: `%y = dsa.launch @k(%x) {offsets = array<i64: 128>}`

    *Why here*: last, because it fixes the order of launches.
  }];
  let options = [Option<"reported", "report", "bool", "false", "print the memory timeline to standard error">];
  let statistics = [Statistic<"arenaBytes", "arena-bytes", "bytes of all arenas">];
}

#endif // DSA_PASSES_TD
