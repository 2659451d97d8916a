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

#endif // DSA_PASSES_TD
