// Every graph pass, grouped by phase: what it does, why it runs where it runs, its options and statistics.
#ifndef DSA_PASSES_TD
#define DSA_PASSES_TD

include "mlir/Pass/PassBase.td"

def SimplifyGraph : Pass<"dsa-simplify-graph"> {
  let summary = "fold, canonicalise and deduplicate the graph";
  let description = [{
    Folds and canonicalises every op, merges ops that compute the same value, and drops what no result needs, until
    nothing changes. Merging is right even for random ops: they are pure functions of their key, so two draws with
    one key are one draw; draws that must differ carry different keys.

    Before:
    ```mlir
    %a = dsa.silu %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %b = dsa.silu %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %d = dsa.mul %a, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
    After:
    ```mlir
    %a = dsa.silu %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %d = dsa.mul %a, %a : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    ```

    *Why here*: before any proof or gradient, so that neither sees an op that does nothing; and again after
    differentiation, which recomputes what the forward ops already have and leaves gradients that nobody reads.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"removed", "removed", "ops that were folded, merged or not needed">,
    Statistic<"kept", "kept", "ops that are left">
  ];
}

def VerifyCausality : Pass<"dsa-verify-causality", "::mlir::func::FuncOp"> {
  let summary = "prove that no logit has seen the token it predicts";
  let description = [{
    A forward data flow (`dialect/TokenFlow.h`) follows the tokens of the one integer input [B, N] (role "input")
    through every op. Per tracked token axis a value has seen: nothing (*none*), token t + c (*own*), the tokens up
    to t + c (*past*), those of a *pair* (t, s), or, whatever its row, all tokens up to some s (*all*). Rows that a
    dispatch reordered are *own under a permutation* until the combine of the same dispatch. An index set carries two
    facts: its range (may it hold s > t?) and its dependence (what has the choice read?). Intersecting a set that was
    chosen from future scores with a causal mask does not make it causal.

    What is constrained:
    * the logits of every `dsa.cross_entropy`: where the target of row t is token t + c, the row may have seen only
      tokens before it, s < t + c. Targets that are not cut from the tokens count as the next token, c = 1;
    * in a function without a loss, results with `dsa.name = "logits"` and operands of `dsa.argmax`: the row of
      token t may have seen tokens s <= t only.

    Nothing else is: the balance loss legally sees all tokens. Segment ids and caches are taken as given. Launches are
    followed into their kernels, so outlining hides nothing.

    The rejection is an error at the op where the future entered, with a counter-example row computed from the shapes:
    `'dsa.attention' op lets row t = 0 see token s = 1: every query attends to every key`. The unit attribute
    `dsa.acknowledge_leak` on the function turns it into a warning.

    *Why here*: on the simplified forward graph, before differentiation: a gradient sums over tokens, so afterwards
    there is nothing per token left to prove, and a leaking model should not cost a compilation.
  }];
  let options = [
    Option<"printFacts", "print-facts", "bool", "false", "say at every op, as a remark, what its results have seen">
  ];
  let statistics = [
    Statistic<"ops", "ops", "ops the tokens were followed through">,
    Statistic<"proved", "proved", "values proved causal">,
    Statistic<"leaks", "leaks", "values that see the future">
  ];
}

def VerifyGradientFlow : Pass<"dsa-verify-gradient-flow", "::mlir::func::FuncOp"> {
  let summary = "prove that each loss trains the parameters of its own group only";
  let description = [{
    Parameters carry a group (`dsa.group`, none is a group of its own), and a minimised result says with the same
    attribute which group it trains. In a function with `dsa.train` the gradient of every minimised result is followed
    from op to op, through the derivatives that differentiation will build and no others: `dsa.detach`, a selection and
    the attention that an index loss imitates end it. Rejected is a loss that reaches a parameter of another group, so
    the index loss trains the indexer only and the language-model loss never does; the error stands at the op nearest
    to the loss that hands the gradient to that group alone:
    `'dsa.linear' op lets the gradient of 'index_loss', which trains group 'indexer', reach parameter 'embed' of no
    group through operand #0`.

    A parameter is frozen if no minimised result reaches it and no result updates it. In any function a frozen
    parameter that has moments, arguments of role "state" named "m." or "v." and its name, is rejected as well.

    *Why here*: before differentiation, because the losses are still apart there: afterwards one sum of gradients is
    left; and once more behind it, where it shows that what is frozen received no state.
  }];
  let statistics = [
    Statistic<"proved", "proved", "losses proved to keep to their group">,
    Statistic<"frozen", "frozen", "parameters that are not trained">
  ];
}

def DifferentiateGraph : Pass<"dsa-differentiate-graph", "::mlir::ModuleOp"> {
  let summary = "turn an annotated forward function into a training step";
  let description = [{
    Reverse mode over every function with `dsa.train`: the minimised results are seeded with their weights, each op
    contributes its vector-Jacobian product, sibling slices that tile an axis become one concatenation. Then one
    global clip for each group of parameters (`dsa.group`) and one optimizer step per parameter; moments and
    accumulators become arguments with role "state", and every new value updates its argument in place. A group with
    a name counts its own updates: its steps read the argument "step.<group>", which is appended. A parameter that no
    minimised result depends on is frozen: it gets no gradient and no state. `accumulate = n` writes the micro step @f
    and the step @f_apply. At last every `dsa.detach` of the module is dropped, in functions that do not train too.

    Before: `func @f(%w {parameter}, %x) -> (loss {dsa.minimize = 1.0}) attributes {dsa.train = {optimizer = "adam"}}`
    After: `func @f(%w, %x, %m.w, %v.w) -> (loss, w {dsa.updates = 0}, m.w {dsa.updates = 2}, v.w {dsa.updates = 3})`

    *Why here*: on whole ops, before fusion, because a derivative is known of `attention`, not of its loops; after
    simplification, so that nothing dead is differentiated.
  }];
  let dependentDialects = ["::dsa::DsaDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"differentiated", "differentiated", "parameters that received a gradient">];
}

def ExposeChoices : Pass<"dsa-expose-choices", "::mlir::func::FuncOp"> {
  let summary = "make every discrete choice of a function a named result, a named input, or both";
  let description = [{
    The choices are the indices of each `dsa.top_k` and the experts of each `dsa.route` that chooses. Their names count
    in program order: `choice.top_k.0`, `choice.top_k.1`, `choice.route.0`; in a model the number is that of the layer.
    Three options, in any combination:
    * `capture`: what each op chooses becomes a result of that name;
    * `replay`: an input of that name takes the place of each choice. The op itself stays only where its own choice or
      its scores are still wanted. Weights of a replayed route are those of the given experts;
    * `scores`: what a choice ranked becomes a result, `<name>.scores` of a top-k and `<name>.probabilities` of a
      route, except where the function was given these numbers, and where segments hide some: there a choice is exact.
      Scores that a causal op may not see are -inf.

    capture writes a file, replay reads it, and all three together make the function that judges the choices of
    another target and goes on with them.

    Before: `%i = dsa.top_k %s {causal, k = 2 : i64}`, `dsa.sparse_attention %q, %k, %v, %i`
    After: (with replay) `dsa.sparse_attention %q, %k, %v, %given`, the argument `%given {dsa.name = "choice.top_k.0"}`

    *Why here*: after the proof, which must see how the choice is made, and after differentiation, for which a choice is
    a constant: the backward ops then read the same input. Before kernels, which may hide a choice.
  }];
  let options = [
    Option<"capture", "capture", "bool", "true", "append what each op chooses to the results">,
    Option<"replay", "replay", "bool", "false", "take each choice from an input">,
    Option<"scores", "scores", "bool", "false", "append what each choice ranked, unless it was given">
  ];
  let statistics = [Statistic<"choices", "choices", "choices that received a name">];
}

def DecomposeLatentAttention : Pass<"dsa-decompose-latent-attention", "::mlir::func::FuncOp"> {
  let summary = "write latent attention out in its form, expanded or absorbed";
  let description = [{
    Replaces `dsa.latent_attention` and its gradient by linear maps, views and attention. The form is the op's, or the
    one with fewer FLOPs: with few keys a query, or short latents, the absorbed one, whose key and value rows are shared
    by all heads. A gradient writes the forward part again; deduplication then makes one of both, so that what the
    forward step has is saved and not recomputed.

    Before: `%o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, scale = 0.5 : f64}`
    After: (absorbed)
    ```mlir
    %content = dsa.head_linear %q_nope, %u {transposed}
    %query = tensor.concat dim(3) %content, %q_rope
    %keys = tensor.concat dim(2) %c, %r                  // one head; its first columns are the values
    %context, %lse = dsa.attention %query, %keys, %values {causal, scale = 0.5 : f64}
    %o = dsa.head_linear %context, %v
    ```

    *Why here*: after the proof and after differentiation, which know the op whole; before fusion, for which the parts
    are ordinary products and folds.
  }];
  let options = [
    Option<"form", "form", "std::string", "\"\"", "expanded or absorbed, where the op leaves it open; empty: the one with fewer FLOPs">
  ];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"expanded", "expanded", "ops written out with keys and values of every head">,
    Statistic<"absorbed", "absorbed", "ops written out with one row for all heads">
  ];
}

def RecomputeScores : Pass<"dsa-recompute-scores", "::mlir::func::FuncOp"> {
  let summary = "give index losses scores of their own, so that no kernel reads those of all pairs";
  let description = [{
    The loss of an indexer and its gradient read a [queries, keys] tensor of scores. Each gets a copy of the
    `dsa.index_scores` instead, and its kernel makes the scores that it compares, tile by tile. When nobody else needs
    the tensor, it never exists, and neither does its gradient.
    * A loss on a selection looks at the selected keys only: where a row selects at most one of `keys-per-selected`
      keys, for more of them reading the scores again is cheaper.
    * A loss over all keys, that of the warm-up stage, always, unless its target is read elsewhere too. The target is a
      third tensor of all pairs, so the gradient makes it again from the attention. Repeated are 2 (H_I D_I + H D) FLOPs
      a pair, for H heads of attention and H_I of the indexer: less than what loss and gradient cost anyway,
      2 H D + 8 H_I D_I, so that the time is bounded by a constant factor. Saved are 12 bytes a pair, which no constant
      bounds.

    Before: `%i = dsa.top_k %s`, `%l = dsa.index_kl %s, ... indices(%i)`
    After: `%s1 = dsa.index_scores ...`, `%l = dsa.index_kl %s1, ... indices(%i)`, and `%s` is read by `dsa.top_k` alone

    Before: `%l, %rows, %p = dsa.index_kl %s, %q, %k, %lse`, `%ds = dsa.index_kl_grad %g, %s, %p`
    After: `%l, %rows, %p = dsa.index_kl %s1, %q, %k, %lse`, `%ds = dsa.index_kl_grad %g, %s2 attention(%q, %k, %lse)`

    *Why here*: after simplification, which would merge the copies; before outlining, which takes each into the kernel
    of its reader.
  }];
  let options = [
    Option<"keysPerSelected", "keys-per-selected", "int64_t", "4",
        "recompute where there are at least so many keys for each selected one">
  ];
  let statistics = [
    Statistic<"recomputed", "recomputed", "losses and gradients with scores of their own">
  ];
}

def PlanFusion : Pass<"dsa-plan-fusion", "::mlir::func::FuncOp"> {
  let summary = "choose which ops share a kernel";
  let description = [{
    Gives the ops that are to become one kernel the same number, `dsa.fused`. A group grows in steps that a row of
    `KernelFamilies` allows and that leave no path out of the group and back: an element-wise op joins the kernel of a
    producer, as its epilogue, or further element-wise producers; a fold takes what computes its operand, with all that
    reads it. `dsa.top_k` then makes the scores that it ranks tile by tile, `dsa.index_kl` those that it compares,
    `dsa.index_scores_grad` those and the gradient of the loss for them, `dsa.cross_entropy` the logits, the argmax,
    their gradient and the two products behind that: no [queries, keys] or [tokens, classes] tensor is left. A product
    takes the kernel of a norm or of element-wise ops that makes its factor, if nobody else reads that, as its prologue:
    `dsa.linear` then normalises the rows of a block where it packs them, again for every share of columns that an item
    has to itself.

    Steps are tried in program order. Where a step may stand in the way of another, `beam` plans go on, those of the
    least predicted time on `machine`: a roofline of each kernel's FLOPs and of the bytes that cross its border.
    `budget` bounds how often the search may branch; it counts steps and not seconds, so that a plan does not depend on
    how busy the compiling machine is. `explain` says at each reader what a step spares, or why it was not taken.
    A function with a `dsa.fused` somewhere has its plan already, by hand, and stays as it is.

    Before: `%y = dsa.linear %x, %w`, `%z = dsa.silu %y`, `%n = dsa.rms_norm %z, %g`
    After: `%y = dsa.linear %x, %w {dsa.fused = 0}`, `%z = dsa.silu %y {dsa.fused = 0}`, `%n = dsa.rms_norm %z, %g`

    *Why here*: after differentiation, so that forward values which the gradients need are known to be read; before
    outlining, which obeys the numbers.
  }];
  let options = [
    Option<"machine", "machine", "std::string", "\"host\"", "whose predicted time counts: host, a100, h100 or b200">,
    ListOption<"only", "only", "std::string", "families whose kernels may grow; none named: all">,
    ListOption<"without", "without", "std::string", "families whose kernels must not grow">,
    Option<"prologues", "prologues", "bool", "true", "whether products may compute what stands before them">,
    Option<"beam", "beam", "unsigned", "8", "plans that are followed at once">,
    Option<"budget", "budget", "unsigned", "4096", "steps at which the search may branch">,
    Option<"explain", "explain", "bool", "false", "say, as a remark at each reader, what a step spares or why it is not taken">
  ];
  let statistics = [
    Statistic<"fused", "fused-ops", "element-wise ops that joined another kernel">,
    Statistic<"produced", "produced", "producers, and other readers of them, that joined the kernel of a fold or a product">,
    Statistic<"tried", "tried", "steps that were tried both ways">
  ];
}

def ExploreFusion : Pass<"dsa-explore-fusion", "::mlir::ModuleOp"> {
  let summary = "list the plans that a function could have, with predicted costs";
  let description = [{
    Plans every function in several ways and prints a table to standard error: kernels and launches, FLOPs, bytes that
    cross the border of a kernel, the planned arena, and the predicted time on `machine`. The plans are what the compiler
    chooses, nothing fused, epilogues only, folds only, each family left out that took part, prologues left out, and both
    forms of latent attention where the op leaves it open. `html` names a folder that gets one offline page a function,
    which draws two plans beside each other. The module stays as it is.

    *Why here*: before the plan, on the graph that it would be made for; nothing depends on it.
  }];
  let dependentDialects = ["::dsa::DsaDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"machine", "machine", "std::string", "\"host\"", "host, a100, h100 or b200">,
    Option<"html", "html", "std::string", "\"\"", "folder for a page of each function; empty: none">
  ];
}

def OutlineKernels : Pass<"dsa-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "move every group of ops into a kernel";
  let description = [{
    Ops with the same `dsa.fused`, and every other op alone, become a `dsa.kernel` and a `dsa.launch`. The kernel takes
    along the views it reads through. A value that is also read elsewhere is yielded besides. Constants are operands.
    Equal kernels are written once. A group that no family in `KernelFamilies` can express is an error. A function of
    launches already stays as it is.

    Before: `%y = dsa.linear %x, %w {dsa.fused = 0}`, `%d = dsa.dropout %y {dsa.fused = 0}`, `%z = dsa.add %x, %d {dsa.fused = 0}`
    After: `%z = dsa.launch @linear_0(%x, %w, %key)`

    *Why here*: after the plan; before scheduling, which orders launches.
  }];
  let dependentDialects = ["::dsa::DsaDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"kernels", "kernels", "distinct kernels">,
    Statistic<"launches", "launches", "launches of kernels">
  ];
}

def ScheduleKernels : Pass<"dsa-schedule-kernels", "::mlir::func::FuncOp"> {
  let summary = "order launches so that few bytes are alive at once";
  let description = [{
    A topological order of the launches in which whatever frees bytes of the arena runs as soon as it can, the most
    bytes first, and everything else in program order; the program's own order stays where its peak is lower. Readers
    of an argument come before the launch whose result updates it; a cycle through such an update is an error.

    Before: `%big = launch @a`, `%other = launch @b`, `%small = launch @c(%big)`
    After: `%big = launch @a`, `%small = launch @c(%big)`, `%other = launch @b`

    *Why here*: on launches, because only they own storage; before buffers are planned, which need an order.
  }];
  let statistics = [Statistic<"bytesSaved", "bytes-saved", "peak bytes saved against the program's order">];
}

def RecomputeValues : Pass<"dsa-recompute-values", "::mlir::func::FuncOp"> {
  let summary = "compute values again where keeping them needs more memory than allowed";
  let description = [{
    While the arena would be larger than `memory-limit`, takes a value that is alive at the peak, though nobody reads it
    there, and repeats the launch that makes it in front of its next reader: the value that spares the most bytes above
    the limit, over all launches, for each FLOP. Launches are pure, and the random ones draw by coordinate, so that a
    second run gives the same bits; one that reads an argument which has been updated in the meantime is not repeated.
    An error when nothing lowers the peak any more.

    Before: `%a = launch @norm(%x)`, `%b = launch @big(%a)`, `%c = launch @last(%b, %a)`
    After: `%a = launch @norm(%x)`, `%b = launch @big(%a)`, `%again = launch @norm(%x)`, `%c = launch @last(%b, %again)`

    *Why here*: after scheduling, which fixes the peak; before buffers are planned.
  }];
  let options = [Option<"memoryLimit", "memory-limit", "int64_t", "0", "bytes of the arena of each function; 0: any number">];
  let statistics = [Statistic<"repeated", "repeated", "launches that run again">];
}

def PlanBuffers : Pass<"dsa-plan-buffers", "::mlir::ModuleOp"> {
  let summary = "give every launch result its storage";
  let description = [{
    Sets `offsets` on every launch, one per result: n >= 0 is a byte offset in the arena, a multiple of 64; -1 - r is
    the storage of function result r, which is the buffer of argument a where the result carries `dsa.updates = a`.
    `dsa.arena_bytes` on the function is the size of the arena. Results that are alive together never overlap; the
    largest are placed first, each into the smallest gap that fits.

    A launch may read the argument it updates only element by element; no later launch may read it. A result that
    updates an argument must come from a launch of its own; any other that no launch writes, an argument say, is
    copied by whoever runs the function.

    Before: `%y = dsa.launch @k(%x)`
    After: `%y = dsa.launch @k(%x) {offsets = array<i64: 128>}`

    *Why here*: last, because it fixes the order of launches.
  }];
  let options = [Option<"reported", "report", "bool", "false", "print the memory timeline to standard error">];
  let statistics = [Statistic<"arenaBytes", "arena-bytes", "bytes of all arenas">];
}

#endif // DSA_PASSES_TD
