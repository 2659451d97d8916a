// Runs a function under every plan that the explorer lists, and holds prediction against
// measurement.
#include "experiments/ModelFiles.h"
#include "experiments/Options.h"
#include "experiments/Provenance.h"
#include "experiments/Question.h"
#include "experiments/ResultFile.h"
#include "experiments/Statistics.h"

#include "codegen/HostMachine.h"
#include "codegen/Registration.h"
#include "frontend/Compiler.h"
#include "frontend/GraphInputs.h"
#include "frontend/Session.h"
#include "models/Transformer.h"
#include "passes/FusionExplorer.h"
#include "runtime/Profile.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <chrono>
#include <cmath>

using namespace dsa;

namespace {

struct FusionOptions {
  std::string model = "sparse-moe-trained", graph, entry, html;
  int64_t vocab = 4096, length = 64, batch = 16, threads = 2, runs = 5;
};

/// The plans of a function, measured.
struct FusionBenchmark {
  std::string entry;
  std::vector<FusionPlan> plans;
  double planError = 0;   ///< median over the plans of |predicted / measured - 1|
  double kernelError = 0; ///< likewise over the kernels of the chosen plan
};

/// The graph of a file, or the training step of a model.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> loadGraph(mlir::MLIRContext &context,
                                                            FusionOptions &options) {
  if (options.graph.empty()) {
    auto config = loadModelConfig(modelDescription(options.model));
    if (!config)
      return config.takeError();
    std::tie(config->vocab, config->length, config->batch) =
        std::tie(options.vocab, options.length, options.batch);
    auto build = onlyFunction(*config, kStepEntry);
    if (!build)
      return build.takeError();
    options.entry = kStepEntry.str();
    return buildModel(context, *config, *build);
  }
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(options.graph, &context);
  if (!module)
    return llvm::createStringError("expected --graph to name a module that parses, got '" +
                                   options.graph + "'");
  for (auto function : module->getOps<mlir::func::FuncOp>())
    if (options.entry.empty() && !function.isExternal())
      options.entry = function.getName().str();
  return module;
}

double errorOf(double predicted, double measured) {
  return std::abs(predicted / measured - 1);
}

/// The error of the prediction for each kernel of `plan` that `profile` has timed.
std::vector<double> kernelErrors(const FusionPlan &plan, const Profile &profile) {
  std::vector<double> errors;
  for (const ProfileEntry &entry : profile.entries())
    for (const PlannedLaunch &launch : plan.launches)
      if (launch.kernel == entry.name) {
        errors.push_back(
            errorOf(launch.seconds, entry.seconds / static_cast<double>(entry.launches)));
        break;
      }
  return errors;
}

/// Times every plan; the plans take turns, so that a busy neighbour slows them alike.
llvm::Error measure(mlir::ModuleOp module, const FusionOptions &options, ThreadPool &pool,
                    FusionBenchmark &benchmark) {
  std::vector<std::unique_ptr<Executable>> executables;
  for (const FusionPlan &plan : benchmark.plans) {
    CompilerOptions compiler;
    compiler.threads = static_cast<int>(options.threads);
    compiler.plan = plan.options;
    auto executable = compile(module, options.entry, compiler);
    if (!executable)
      return executable.takeError();
    executables.push_back(std::move(*executable));
  }
  auto arguments = makeArguments(options.entry, executables.front()->arguments(), {}, 0);
  if (!arguments)
    return arguments.takeError();
  std::vector<std::vector<double>> seconds(executables.size());
  Profile profile;
  for (int64_t run = 0; run <= options.runs; ++run)
    for (auto [number, executable] : llvm::enumerate(executables)) {
      llvm::SmallVector<Tensor> results;
      bool isProfiled = number == 0 && run > 0;
      auto begin = std::chrono::steady_clock::now();
      if (auto error =
              executable->run(*arguments, results, {&pool, isProfiled ? &profile : nullptr}))
        return error;
      std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
      if (run > 0)
        seconds[number].push_back(spent.count());
    }
  std::vector<double> errors;
  for (auto [plan, times] : llvm::zip_equal(benchmark.plans, seconds)) {
    plan.measured = medianOf(times);
    errors.push_back(errorOf(plan.seconds, plan.measured));
  }
  benchmark.planError = medianOf(errors);
  benchmark.kernelError = medianOf(kernelErrors(benchmark.plans.front(), profile));
  return llvm::Error::success();
}

llvm::Expected<FusionBenchmark> benchmarkFusion(FusionOptions options) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = loadGraph(context, options);
  if (!module)
    return module.takeError();
  ThreadPool pool(static_cast<int>(options.threads));
  FusionBenchmark benchmark;
  benchmark.entry = options.entry;
  auto plans = explorePlans(**module, options.entry, measureMachine(pool));
  if (failed(plans))
    return llvm::createStringError("expected a function '" + options.entry +
                                   "' that can be planned, got the errors above");
  benchmark.plans = std::move(*plans);
  if (auto error = measure(**module, options, pool, benchmark))
    return error;
  return benchmark;
}

llvm::json::Value toJson(const FusionBenchmark &benchmark) {
  llvm::json::Array rows;
  for (const FusionPlan &plan : benchmark.plans)
    rows.push_back(llvm::json::Object{{"plan", plan.name},
                                      {"launches", plan.launches.size()},
                                      {"flops", plan.cost.flops()},
                                      {"bytes", plan.cost.readBytes + plan.cost.writeBytes},
                                      {"arena_bytes", plan.arenaBytes},
                                      {"predicted_seconds", plan.seconds},
                                      {"measured_seconds", plan.measured}});
  return llvm::json::Object{{"machine", machineName()},
                            {"entry", benchmark.entry},
                            {"rows", std::move(rows)},
                            {"median_plan_error", benchmark.planError},
                            {"median_kernel_error", benchmark.kernelError}};
}

void print(const FusionBenchmark &benchmark) {
  llvm::outs() << machineName() << "\n@" << benchmark.entry << "\n\n";
  printPlans(llvm::outs(), benchmark.plans);
  llvm::outs() << llvm::formatv("\nmedian error of the prediction: {0:f0} % of a plan, {1:f0} % of "
                                "a kernel of the chosen plan\n",
                                100 * benchmark.planError, 100 * benchmark.kernelError);
}

llvm::Error writePage(const FusionBenchmark &benchmark, llvm::StringRef path) {
  std::string page;
  llvm::raw_string_ostream stream(page);
  writeFusionPage(stream, benchmark.plans, benchmark.entry, machineName());
  return writeResult(path, page);
}

} // namespace

llvm::Expected<int> dsa::answerFusion(llvm::ArrayRef<llvm::StringRef> arguments) {
  FusionOptions settings;
  bool json = false, help = false;
  Options options;
  options.text("model", "NAME", "model whose training step is planned", settings.model);
  options.integer("vocab", "classes of the model", settings.vocab, 16, 1 << 20);
  options.integer("length", "tokens of a sequence", settings.length, 2, 1 << 20);
  options.integer("batch", "sequences of a step", settings.batch, 1, 1 << 16);
  options.text("graph", "FILE", "module to plan instead of a model", settings.graph);
  options.text("entry", "NAME", "its function, by default the last", settings.entry);
  options.integer("threads", "cores that compute", settings.threads, 1, 1024);
  options.integer("runs", "timed runs, of which the median counts", settings.runs, 1, 1000);
  options.text("html", "FILE", "page that draws two plans beside each other", settings.html);
  options.flag("json", "print one JSON object with rows", json);
  options.flag("help", "print this", help);
  std::string described = options.help();
  if (llvm::Error error = options.parse(arguments))
    return error;
  if (help) {
    llvm::outs() << "usage: dsa-lab fusion [options]\n\n"
                    "Plans one function in several ways (as chosen, unfused, without each family "
                    "that took part),\nruns every plan, and prints predicted beside measured "
                    "time.\n\noptions:\n"
                 << described
                 << "\nexamples:\n  dsa-lab fusion --vocab=512 --batch=2 --html=plans.html\n"
                    "  dsa-lab fusion --graph=test/tutorial/first-steps.mlir --entry=layer\n";
    return 0;
  }
  auto benchmark = benchmarkFusion(settings);
  if (!benchmark)
    return benchmark.takeError();
  if (!settings.html.empty())
    if (llvm::Error error = writePage(*benchmark, settings.html))
      return error;
  if (json)
    llvm::outs() << llvm::formatv("{0:2}\n", toJson(*benchmark));
  else
    print(*benchmark);
  return 0;
}
