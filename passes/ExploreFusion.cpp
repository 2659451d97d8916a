// Lists the plans that a function could have, and what each would cost.
#include "dialect/Dialect.h"
#include "passes/FusionExplorer.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/FileSystem.h"

namespace dsa {
#define GEN_PASS_DEF_EXPLOREFUSION
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {
struct ExploreFusion : dsa::impl::ExploreFusionBase<ExploreFusion> {
  using ExploreFusionBase::ExploreFusionBase;

  void runOnOperation() override {
    const Machine *judge = findMachine(machine);
    if (!judge) {
      getOperation().emitError("expected machine to be ")
          << machineNames() << ", got '" << machine << "'";
      return signalPassFailure();
    }
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && failed(explore(function.getName(), *judge)))
        return signalPassFailure();
  }

  LogicalResult explore(StringRef entry, const Machine &judge) {
    auto plans = explorePlans(getOperation(), entry, judge);
    if (failed(plans))
      return failure();
    llvm::errs() << "@" << entry << " on " << judge.name << '\n';
    printPlans(llvm::errs(), *plans);
    if (html.empty())
      return success();
    std::string path = html + "/" + entry.str() + ".html";
    std::error_code code = llvm::sys::fs::create_directories(html);
    llvm::raw_fd_ostream page(path, code);
    if (!code) {
      writeFusionPage(page, *plans, entry, judge.name);
      page.close();
      code = page.error();
      page.clear_error();
    }
    if (code)
      return getOperation().emitError("expected a writable file ")
             << path << ", got: " << code.message();
    return success();
  }
};
} // namespace
