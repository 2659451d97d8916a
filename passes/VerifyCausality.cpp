// Proves that no logit has seen the token it predicts, or shows a row that has.
#include "passes/CausalClaims.h"
#include "passes/Passes.h"

#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace dsa {
#define GEN_PASS_DEF_VERIFYCAUSALITY
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {

/// A row that sees a token it may not see.
struct Leak {
  Cause cause;
  int64_t row, token;
};

} // namespace

/// The first row t that sees more than the tokens up to t + last, if `seen` does; `relative` to the
/// row.
static std::optional<Leak> leakBeyond(int64_t last, const Bound &seen, bool relative) {
  int64_t row = std::max<int64_t>(0, -last - 1), token = row + last + 1;
  int64_t lastSeen = relative && seen.any() ? row + seen.last : seen.last;
  if (!seen.any() || lastSeen < token)
    return std::nullopt;
  return Leak{seen.cause, row, seen.exact ? lastSeen : token};
}

/// What `claim` forbids and `flow` cannot exclude; nothing if the claim is proved.
static std::optional<Leak> findLeak(const CausalClaim &claim, const TokenFlow &flow) {
  TokenFact seen = flow.rowFact(claim.logits, claim.rows, 1, claim.op);
  if (seen.permutation)
    seen = seen.widened({claim.op, "its rows are in dispatched order"});
  // Row t of the axis `target` predicts token t + target->reach.last.
  std::optional<TokenAxis> target;
  if (claim.targets && flow.fact(claim.targets).any())
    target = flow.rowFact(claim.targets, claim.rows, 1, claim.op).axes.front();
  auto lastOf = [&](int64_t home) { return target ? target->reach.last - 1 : home; };

  SmallVector<Leak> leaks;
  for (const TokenAxis &axis : seen.axes) {
    if (target && (axis.stride != target->stride || axis.length != target->length)) {
      TokenFact other;
      other.axes.push_back(axis);
      seen.everywhere.join(
          other.widest({claim.op, "its logits and targets differ in token order"}));
    } else if (auto leak = leakBeyond(lastOf(axis.home), axis.reach, /*relative=*/true)) {
      leaks.push_back(*leak);
    }
  }
  int64_t home = seen.axes.empty() ? 0 : seen.axes.front().home;
  if (auto leak = leakBeyond(lastOf(home), seen.everywhere, /*relative=*/false))
    leaks.push_back(*leak);
  if (leaks.empty())
    return std::nullopt;
  // The tokens that came first are the reason for the others.
  return *llvm::min_element(leaks, [](const Leak &a, const Leak &b) {
    return b.cause.op && (!a.cause.op || a.cause.op->isBeforeInBlock(b.cause.op));
  });
}

/// An error at `op` in the form of emitOpError, or the same text as a warning.
static InFlightDiagnostic report(Operation *op, bool acknowledged) {
  if (!acknowledged)
    return op->emitOpError();
  return op->emitWarning() << "'" << op->getName() << "' op ";
}

static void describe(const Leak &leak, const CausalClaim &claim, bool acknowledged) {
  if (!leak.cause.op) {
    report(claim.op, acknowledged)
        << "lets row t = " << leak.row << " see its own target, token s = " << leak.token
        << ": inputs and targets are not shifted";
    return;
  }
  InFlightDiagnostic diagnostic = report(leak.cause.op, acknowledged);
  diagnostic << "lets row t = " << leak.row << " see token s = " << leak.token << ": "
             << leak.cause.why;
  if (isa_and_nonnull<TopKOp>(leak.cause.selection))
    diagnostic.attachNote(leak.cause.selection->getLoc())
        << "a row with fewer than k keys s <= t is filled up with keys s > t here";
  if (leak.cause.op != claim.op)
    diagnostic.attachNote(claim.op->getLoc())
        << "row t = " << leak.row << " may see only tokens before the one it predicts here";
}

/// A copy of `function` in which the ops of each kernel stand in place of its launches.
static OwningOpRef<func::FuncOp> withoutLaunches(func::FuncOp function) {
  OwningOpRef<func::FuncOp> copy(function.clone());
  for (LaunchOp launch : llvm::to_vector(copy->getOps<LaunchOp>())) {
    auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(function, launch.getKernelAttr());
    Block &body = kernel.getBody().front();
    IRMapping inside;
    inside.map(body.getArguments(), launch.getInputs());
    OpBuilder builder(launch);
    for (Operation &op : body.without_terminator())
      builder.clone(op, inside);
    for (auto [output, yielded] :
         llvm::zip_equal(launch.getOutputs(), body.getTerminator()->getOperands()))
      output.replaceAllUsesWith(inside.lookup(yielded));
    launch.erase();
  }
  return copy;
}

namespace {
struct VerifyCausality : dsa::impl::VerifyCausalityBase<VerifyCausality> {
  using VerifyCausalityBase::VerifyCausalityBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    BlockArgument tokens = tokenArgument(function);
    if (!tokens)
      return;
    if (!function.getBody().hasOneBlock()) {
      function.emitOpError("expected one block to follow tokens through, got ")
          << function.getBody().getBlocks().size();
      return signalPassFailure();
    }
    OwningOpRef<func::FuncOp> copy;
    if (!function.getOps<LaunchOp>().empty()) {
      copy = withoutLaunches(function);
      function = *copy;
      tokens = function.getArgument(tokens.getArgNumber());
    }
    TokenFlow flow(tokens);
    for (Operation &op : function.front().without_terminator()) {
      flow.transfer(&op);
      ++ops;
      if (printFacts)
        remark(op, flow);
    }
    prove(function, flow);
  }

  void prove(func::FuncOp function, const TokenFlow &flow) {
    bool acknowledged = function->hasAttr(kAcknowledgeLeakAttr);
    for (const CausalClaim &claim : causalClaims(function)) {
      if (claim.targets && !areTokens(claim, flow)) {
        claim.op->emitOpError(
            "expected targets cut from the tokens, got values computed from them");
        signalPassFailure();
        continue;
      }
      std::optional<Leak> leak = findLeak(claim, flow);
      if (!leak) {
        ++proved;
        continue;
      }
      ++leaks;
      describe(*leak, claim, acknowledged);
      if (!acknowledged)
        signalPassFailure();
    }
  }

  /// Whether each target is one token of its row, or none of the tracked tokens.
  static bool areTokens(const CausalClaim &claim, const TokenFlow &flow) {
    const TokenFact &fact = flow.fact(claim.targets);
    return !fact.any() || (fact.axes.size() == 1 && fact.axes.front().reach.exact &&
                           !fact.everywhere.any() && !fact.permutation);
  }

  static void remark(Operation &op, const TokenFlow &flow) {
    std::string text;
    llvm::raw_string_ostream os(text);
    llvm::interleaveComma(op.getResults(), os, [&](Value result) {
      flow.fact(result).print(os);
      if (std::optional<int64_t> range = flow.range(result))
        os << " of keys s <= t + " << *range;
    });
    op.emitRemark(text);
  }
};
} // namespace
