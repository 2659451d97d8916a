// Hooks of the pass manager that turn passes into spans.
#include "codegen/PassTrace.h"

#include "runtime/Trace.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace dsa {
namespace {

/// Passes nest where a pass runs others; a manager without threads runs one at a time.
class SpanOfPass : public PassInstrumentation {
public:
  SpanOfPass(Trace &trace, int thread) : trace(trace), thread(thread) {}

  void runBeforePass(Pass *pass, Operation *op) override { begins.push_back(trace.now()); }
  void runAfterPass(Pass *pass, Operation *op) override { record(*pass, op); }
  void runAfterPassFailed(Pass *pass, Operation *op) override { record(*pass, op); }

private:
  void record(const Pass &pass, Operation *op) {
    double begin = begins.pop_back_val();
    // The adaptors between nesting levels have no name.
    if (pass.getArgument().empty())
      return;
    auto symbol = op->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
    llvm::StringRef place = symbol ? symbol.getValue() : op->getName().getStringRef();
    trace.record({pass.getArgument().str(), "pass", thread, begin, trace.now(),
                  llvm::json::Object{{"op", place.str()}}});
  }

  Trace &trace;
  int thread;
  llvm::SmallVector<double> begins;
};

} // namespace

void tracePasses(PassManager &manager, Trace *trace, int thread) {
  if (trace)
    manager.addInstrumentation(std::make_unique<SpanOfPass>(*trace, thread));
}

} // namespace dsa
