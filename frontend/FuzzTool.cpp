// The command line of dsa-fuzz: random graphs, each judged in every form.
#include "frontend/FuzzTool.h"

#include "codegen/Registration.h"
#include "codegen/Target.h"
#include "dialect/Dialect.h"
#include "frontend/FormComparison.h"
#include "frontend/GraphShrinker.h"
#include "frontend/RandomGraph.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/PrettyStackTrace.h"

#include <chrono>

using namespace mlir;
using namespace dsa;

static constexpr const char *kHelp =
    R"(dsa-fuzz: judges random graphs in every form in which they can run

usage: dsa-fuzz [options]

Each graph is compiled one op a kernel, where the reference judges each op on the operands that it had, and
fused, which must give the same bits on one thread and on three; every fourth in the narrowest vectors. The first
failure is shrunk and printed as a test.

  --graphs=N    how many, with consecutive seeds [200]
  --seed=N      of the first [1]; even seeds draw multiples of 1/8, so that ties abound
  --seconds=N   stop after so long
  --ops=N       most groups of ops in one graph [6]
  --size=N      largest extent of an axis [40]

examples:
  dsa-fuzz --graphs=3 --ops=2
      three small graphs
  dsa-fuzz --graphs=1 --seed=20 --size=9
      the graph of one seed, as a failure names it
)";

template <typename... Args> static llvm::Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...));
}

namespace {

struct FuzzOptions {
  int64_t graphs = 200, seed = 1, seconds = 0;
  RandomGraphOptions graph = {1, 6, 40};
};

/// The kernels of one graph, which most of its forms share: a folder that is erased at the end.
class KernelFolder {
public:
  KernelFolder() { (void)llvm::sys::fs::createUniqueDirectory("dsa-fuzz", path); }
  ~KernelFolder() { llvm::sys::fs::remove_directories(path); }
  std::string str() const { return path.str().str(); }

private:
  llvm::SmallString<128> path;
};

/// Draws and judges graphs in one context.
class Fuzzer {
public:
  Fuzzer(FuzzOptions options, llvm::raw_ostream &output);
  llvm::Error run();

private:
  static StringRef vectorOf(uint64_t seed) { return seed % 4 == 3 ? "sse" : ""; }
  llvm::Error compare(const FailingRun &run);
  bool fails(const FailingRun &run);
  llvm::Error judge(const RandomGraphOptions &graph, FailingRun &failing);
  void findSmaller(uint64_t seed, FailingRun &failing);
  void printTest(FailingRun failing, uint64_t seed, StringRef sentence);
  void printKinds();

  FuzzOptions options;
  llvm::raw_ostream &output;
  DialectRegistry registry;
  std::optional<MLIRContext> context; ///< anew for each graph: a context keeps every attribute
  std::optional<ScopedDiagnosticHandler> quiet;
  llvm::StringSet<> judged;
  int64_t ops = 0;
};

} // namespace

Fuzzer::Fuzzer(FuzzOptions options, llvm::raw_ostream &output) : options(options), output(output) {
  registerDialects(registry);
}

llvm::Error Fuzzer::compare(const FailingRun &run) {
  KernelFolder folder;
  CompilerOptions compiler;
  compiler.cacheDirectory = folder.str();
  compiler.vector = vectorOf(run.seed);
  return compareForms(*run.module, run.entry, run.arguments, compiler);
}

bool Fuzzer::fails(const FailingRun &run) {
  llvm::Error error = compare(run);
  bool failed = bool(error);
  llvm::consumeError(std::move(error));
  return failed;
}

/// Judges every function of one graph; on an error `failing` is the one that differs.
llvm::Error Fuzzer::judge(const RandomGraphOptions &graph, FailingRun &failing) {
  llvm::PrettyStackTraceFormat trace(
      "--graphs=1 --seed=%llu --ops=%lld --size=%lld", static_cast<unsigned long long>(graph.seed),
      static_cast<long long>(graph.ops), static_cast<long long>(graph.size));
  failing.seed = graph.seed;
  failing.module = ModuleOp::create(UnknownLoc::get(&*context));
  writeRandomGraph(*failing.module, graph);
  if (llvm::Error error = differentiateGraph(*failing.module))
    return error;
  for (auto function : failing.module->getOps<func::FuncOp>()) {
    failing.entry = function.getName();
    auto signature = signatureOf(*failing.module, failing.entry);
    if (!signature)
      return signature.takeError();
    auto arguments = drawArguments(function, signature->first, graph.seed);
    if (!arguments)
      return arguments.takeError();
    failing.arguments = *arguments;
    if (llvm::Error error = compare(failing))
      return error;
    function.walk([&](Operation *op) {
      ops += isa<DsaDialect>(op->getDialect());
      judged.insert(op->getName().getStringRef());
    });
  }
  return llvm::Error::success();
}

/// Looks for a failing graph of few ops and short axes near `seed`.
void Fuzzer::findSmaller(uint64_t seed, FailingRun &failing) {
  for (int64_t size : {3, 9, 17})
    for (int64_t most : {1, 2, 4})
      for (uint64_t other = seed; other < seed + 8; ++other) {
        FailingRun smaller;
        if (llvm::Error error = judge({other, most, size}, smaller)) {
          llvm::consumeError(std::move(error));
          failing = std::move(smaller);
          return;
        }
      }
}

/// Prints the smallest failure that was found as a test that lit can run.
void Fuzzer::printTest(FailingRun failing, uint64_t seed, StringRef sentence) {
  findSmaller(seed, failing);
  if (failing.entry.empty()) {
    output << "// Every form compiles (seed " << seed << ": " << sentence << ").\n"
           << "// RUN: dsa-run %s --every-form\n"
           << *failing.module << '\n';
    return;
  }
  auto stillFails = [&](const FailingRun &run) { return fails(run); };
  if (fails(failing))
    shrink(failing, stillFails);
  FailingRun constant = withConstants(failing);
  bool keeps = fails(constant);
  output << "// Every form agrees (seed " << seed << ": " << sentence << ").\n"
         << "// RUN: dsa-run %s --every-form";
  if (StringRef vector = vectorOf(failing.seed); !vector.empty())
    output << " --vector=" << vector;
  output << '\n';
  if (!keeps)
    output << "// The failure needs other arguments than dsa-run draws.\n";
  for (auto function : (keeps ? constant : failing).module->getOps<func::FuncOp>())
    if (function.getName() == failing.entry)
      output << function << '\n';
}

/// Says how many ops were judged, and which no graph had. Kernels come later, and a detach is gone
/// once the gradients are written.
void Fuzzer::printKinds() {
  std::string missing;
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (StringRef text = name.getStringRef();
        name.getDialectNamespace() == "dsa" && !judged.contains(text) &&
        !is_contained({"dsa.kernel", "dsa.launch", "dsa.yield", "dsa.detach"}, text))
      missing += " " + text.str();
  output << ops << " ops judged; never drawn:" << (missing.empty() ? " none" : missing) << '\n';
}

llvm::Error Fuzzer::run() {
  auto start = std::chrono::steady_clock::now();
  int64_t number = 0, wrong = 0;
  for (int64_t seconds = 0; number < options.graphs; ++number) {
    quiet.reset();
    context.emplace(registry, MLIRContext::Threading::DISABLED);
    context->loadDialect<DsaDialect, func::FuncDialect>();
    quiet.emplace(&*context, [](Diagnostic &diagnostic) {
      return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
    });
    seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start)
            .count();
    if (options.seconds && seconds >= options.seconds)
      break;
    if (number && number % 1000 == 0)
      output << llvm::formatv("{0} graphs, {1} s, {2} wrong\n", number, seconds, wrong);
    output.flush();
    RandomGraphOptions graph = options.graph;
    graph.seed = options.seed + number;
    FailingRun failing;
    llvm::Error error = judge(graph, failing);
    if (!error)
      continue;
    std::string sentence = llvm::toString(std::move(error));
    output << "seed " << graph.seed << ": " << sentence << '\n';
    if (wrong++ == 0)
      printTest(std::move(failing), graph.seed, sentence);
  }
  printKinds();
  if (wrong)
    return fail("expected the forms of {0} graphs to agree, got {1} graphs whose forms differ",
                number, wrong);
  output << number << " graphs agree in every form\n";
  return llvm::Error::success();
}

llvm::Error dsa::runFuzzTool(llvm::ArrayRef<const char *> words, llvm::raw_ostream &output) {
  FuzzOptions options;
  std::pair<StringRef, int64_t *> numbers[] = {{"--graphs=", &options.graphs},
                                               {"--seed=", &options.seed},
                                               {"--seconds=", &options.seconds},
                                               {"--ops=", &options.graph.ops},
                                               {"--size=", &options.graph.size}};
  for (StringRef word : words) {
    if (word == "--help" || word == "-h") {
      output << kHelp;
      return llvm::Error::success();
    }
    auto *number =
        llvm::find_if(numbers, [&](auto &entry) { return word.starts_with(entry.first); });
    if (number == std::end(numbers))
      return fail("expected an option (see --help), got '{0}'", word);
    StringRef text = word.drop_front(number->first.size());
    if (text.getAsInteger(10, *number->second) || *number->second < 1)
      return fail("expected {0} to be followed by an integer >= 1, got '{1}'",
                  number->first.drop_back(), text);
  }
  return Fuzzer(options, output).run();
}
