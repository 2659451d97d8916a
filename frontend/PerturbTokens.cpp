// Judges causality by running: a changed token must leave every row before it as it was.
#include "frontend/PerturbTokens.h"

#include "dialect/Dialect.h"
#include "passes/CausalClaims.h"
#include "passes/Signature.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cstring>
#include <random>

using namespace mlir;
using namespace dsa;

template <typename... Args> static llvm::Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...));
}

namespace {

/// A result with one row for each token of each sequence, and when which row has moved.
struct Watched {
  int64_t result;
  int64_t claim;     ///< whose targets say what a row predicts
  bool readsTargets; ///< a row may move with the token it predicts
  int64_t rows;      ///< per sequence
  std::string name;
};

/// Row `row` of sequence `sequence` moved when token `token` changed.
struct Move {
  int64_t row, token, sequence, watched;
};

/// A function that yields what it owes to causality, and one set of its arguments.
class Experiment {
public:
  static llvm::Expected<Experiment> create(func::FuncOp function, const NamedTensors &given,
                                           const CompilerOptions &compiler, uint64_t seed);

  int64_t sequences() const { return arguments[tokens].shape()[0]; }
  int64_t length() const { return arguments[tokens].shape()[1]; }
  llvm::Error start(ThreadPool &pool) { return run(arguments[tokens], pool, original); }
  /// Gives token `s` of every sequence another value, runs, and notes what has moved.
  llvm::Error perturb(int64_t s, std::mt19937_64 &random, ThreadPool &pool);
  /// The first row that moved with a token that it may not have seen.
  std::optional<Move> firstLeak() const;
  std::string describe(const Move &leak) const;

private:
  llvm::Error watch(func::FuncOp copy, ArrayRef<CausalClaim> claims);
  llvm::Error run(const Tensor &changed, ThreadPool &pool, SmallVector<Tensor> &results);
  llvm::Expected<Tensor> changedTokens(int64_t s, std::mt19937_64 &random) const;
  /// The first row of `sequence` in result `result` that is not what it was, or -1.
  int64_t firstMoved(int64_t result, int64_t rows, int64_t sequence,
                     ArrayRef<Tensor> results) const;

  std::unique_ptr<Executable> executable;
  SmallVector<Tensor> arguments, original;
  int64_t tokens = 0; ///< number of that argument
  SmallVector<Watched> watched;
  SmallVector<int64_t> targets; ///< the result that holds the targets of each claim, or -1
  SmallVector<std::optional<int64_t>> ahead; ///< how far ahead the targets of each claim are
  SmallVector<Move> moves;
};

} // namespace

/// Makes the logits and targets of `claims` results of `copy`, and watches them and what else has
/// one row for each token.
llvm::Error Experiment::watch(func::FuncOp copy, ArrayRef<CausalClaim> claims) {
  int64_t batch = cast<RankedTensorType>(copy.getArgument(tokens).getType()).getDimSize(0);
  int64_t length = cast<RankedTensorType>(copy.getArgument(tokens).getType()).getDimSize(1);
  for (auto [number, claim] : llvm::enumerate(claims)) {
    if (!claim.targets && claim.rows != batch * length)
      return fail("expected {0} rows of logits, one for each token, got {1}", batch * length,
                  claim.rows);
    if (claim.rows % batch)
      return fail("expected as many rows of logits for each of {0} sequences, got {1} in all",
                  batch, claim.rows);
    std::string name = "logits of '" + claim.op->getName().getStringRef().str() + "'";
    watched.push_back(
        {copy.getNumResults(), static_cast<int64_t>(number), false, claim.rows / batch, name});
    appendResult(copy, claim.logits, "claim." + Twine(number) + ".logits");
    targets.push_back(-1);
    if (!claim.targets)
      continue;
    targets.back() = copy.getNumResults();
    appendResult(copy, claim.targets, "claim." + Twine(number) + ".targets");
  }
  ahead.resize(claims.size());
  for (unsigned number = 0; number < copy.getNumResults(); ++number) {
    auto name = copy.getResultAttrOfType<StringAttr>(number, kNameAttr);
    auto type = dyn_cast<RankedTensorType>(copy.getResultTypes()[number]);
    bool isLoss = name && name.getValue() == "token_loss";
    if ((isLoss || (name && name.getValue() == "prediction")) && type && type.getRank() == 2 &&
        type.getDimSize(0) == batch)
      watched.push_back({number, 0, isLoss, type.getDimSize(1), name.str()});
  }
  return llvm::Error::success();
}

llvm::Expected<Experiment> Experiment::create(func::FuncOp function, const NamedTensors &given,
                                              const CompilerOptions &compiler, uint64_t seed) {
  BlockArgument tokens = tokenArgument(function);
  if (!tokens || !function.getBody().hasOneBlock())
    return fail("expected one block and an integer input [B, N], got none");
  OwningOpRef<ModuleOp> module(function->getParentOfType<ModuleOp>().clone());
  auto copy = module->lookupSymbol<func::FuncOp>(function.getName());
  for (auto other : llvm::to_vector(module->getOps<func::FuncOp>()))
    if (other != copy)
      other.erase();
  auto claims = causalClaims(copy);
  if (claims.empty())
    return fail("expected a loss, a choice of tokens or a result 'logits', got none");
  Experiment experiment;
  experiment.tokens = tokens.getArgNumber();
  if (llvm::Error error = experiment.watch(copy, claims))
    return std::move(error);
  // The forward pass says it all, and what the proof thinks of it is not asked here.
  copy->removeAttr(kTrainAttr);
  copy->setAttr(kAcknowledgeLeakAttr, UnitAttr::get(copy.getContext()));
  ScopedDiagnosticHandler silence(copy.getContext(), [](Diagnostic &) { return success(); });
  if (auto error = compile(*module, copy.getName(), compiler).moveInto(experiment.executable))
    return std::move(error);
  auto arguments = makeArguments(copy.getName(), experiment.executable->arguments(), given, seed);
  if (!arguments)
    return arguments.takeError();
  experiment.arguments = std::move(*arguments);
  return experiment;
}

llvm::Error Experiment::run(const Tensor &changed, ThreadPool &pool, SmallVector<Tensor> &results) {
  // A run may update its arguments in place.
  auto copies = llvm::map_to_vector(arguments, [](const Tensor &tensor) { return tensor.clone(); });
  copies[tokens] = changed;
  return executable->run(copies, results, {&pool});
}

llvm::Expected<Tensor> Experiment::changedTokens(int64_t s, std::mt19937_64 &random) const {
  Tensor changed = arguments[tokens].clone();
  std::pair<int64_t, int64_t> range = {0, 0};
  for (int64_t i = 0; i < changed.numElements(); ++i)
    range.second = std::max(range.second, static_cast<int64_t>(changed.at(i)) + 1);
  range = executable->arguments()[tokens].range.value_or(range);
  uint64_t values = range.second - range.first;
  if (values < 2)
    return fail("expected tokens of two values at least, got one");
  for (int64_t b = 0; b < sequences(); ++b) {
    int64_t place = b * length() + s, old = static_cast<int64_t>(changed.at(place)) - range.first;
    changed.set(place, range.first + (old + 1 + random() % (values - 1)) % values);
  }
  return changed;
}

int64_t Experiment::firstMoved(int64_t result, int64_t rows, int64_t sequence,
                               ArrayRef<Tensor> results) const {
  int64_t bytes = original[result].bytes() / (sequences() * rows);
  const char *before = static_cast<const char *>(original[result].data()),
             *after = static_cast<const char *>(results[result].data());
  for (int64_t row = 0; row < rows; ++row) {
    int64_t at = (sequence * rows + row) * bytes;
    if (std::memcmp(before + at, after + at, bytes) != 0)
      return row;
  }
  return -1;
}

llvm::Error Experiment::perturb(int64_t s, std::mt19937_64 &random, ThreadPool &pool) {
  auto changed = changedTokens(s, random);
  if (!changed)
    return changed.takeError();
  SmallVector<Tensor> results;
  if (llvm::Error error = run(*changed, pool, results))
    return error;
  for (auto [number, what] : llvm::enumerate(watched))
    for (int64_t b = 0; b < sequences(); ++b) {
      int64_t row = firstMoved(what.result, what.rows, b, results);
      if (row >= 0)
        moves.push_back({row, s, b, static_cast<int64_t>(number)});
      int64_t place = targets[what.claim];
      int64_t predicts = place < 0 ? -1 : firstMoved(place, what.rows, b, results);
      if (predicts >= 0)
        ahead[what.claim] = s - predicts;
    }
  return llvm::Error::success();
}

std::optional<Move> Experiment::firstLeak() const {
  std::optional<Move> first;
  for (const Move &move : moves) {
    const Watched &what = watched[move.watched];
    // Targets that are no tokens count as the next ones.
    int64_t last = move.token - ahead[what.claim].value_or(1) - what.readsTargets;
    if (move.row <= last &&
        (!first || std::tie(move.row, move.token) < std::tie(first->row, first->token)))
      first = move;
  }
  return first;
}

std::string Experiment::describe(const Move &leak) const {
  return llvm::formatv("row t = {0} of sequence {1} that moves with token s = {2} ({3})", leak.row,
                       leak.sequence, leak.token, watched[leak.watched].name);
}

/// Positions of [0, length) in the order in which they are tried.
static SmallVector<int64_t> positions(int64_t length, std::mt19937_64 &random) {
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq(length));
  for (int64_t last = length - 1; last > 0; --last)
    std::swap(order[last], order[random() % (last + 1)]);
  // Where a mask or a shift errs by one it shows at the ends.
  for (int64_t end : {length - 1, std::min<int64_t>(1, length - 1)})
    std::rotate(order.begin(), llvm::find(order, end), llvm::find(order, end) + 1);
  return order;
}

llvm::Error dsa::perturbTokens(func::FuncOp function, const NamedTensors &given,
                               const CompilerOptions &compiler, const PerturbOptions &options,
                               llvm::raw_ostream &output) {
  auto experiment = Experiment::create(function, given, compiler, options.seed);
  if (!experiment)
    return experiment.takeError();
  ThreadPool pool(threadCount(compiler));
  if (llvm::Error error = experiment->start(pool))
    return error;
  std::mt19937_64 random(options.seed);
  SmallVector<int64_t> order = positions(experiment->length(), random);
  for (int64_t trial = 0; trial < options.trials; ++trial)
    if (llvm::Error error = experiment->perturb(order[trial % order.size()], random, pool))
      return error;
  if (std::optional<Move> leak = experiment->firstLeak())
    return fail("expected no row to move with a token that it may not see, got {0}",
                experiment->describe(*leak));
  output << llvm::formatv(
      "@{0}: {1} of {2} tokens changed, {3} runs: no row before the changed token moved\n",
      function.getName(), std::min<int64_t>(options.trials, order.size()), order.size(),
      options.trials);
  return llvm::Error::success();
}
