// The three truths an op tells about itself: its cost, its derivative, and which tokens its results have seen.
#ifndef DSA_INTERFACES_TD
#define DSA_INTERFACES_TD

include "mlir/IR/OpBase.td"

def DSA_CostInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::dsa";
  let description = [{
    FLOPs and compulsory bytes of one execution. Fusion, rooflines, utilisation and reports all read this one figure.
  }];
  let methods = [
    InterfaceMethod<"Work of one execution, from the static shapes.", "::dsa::Cost", "getCost">
  ];
}

def DSA_DifferentiableInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::dsa";
  let description = [{
    The vector-Jacobian product, written as dsa ops. A selection or an index has no derivative: its gradient is null.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the gradients of the operands from `resultGrads` (one per result, null where the result is not used
      for the loss) at the builder's insertion point. `operandGrads` has one null entry per operand; entries that
      stay null have no derivative.
    }], "::mlir::LogicalResult", "buildVjp",
    (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGrads,
         "::llvm::SmallVectorImpl<::mlir::Value> &":$operandGrads)>
  ];
}

def DSA_TokenFlowInterface : OpInterface<"TokenFlowOpInterface"> {
  let cppNamespace = "::dsa";
  let description = [{
    Which tokens a result depends on, given the facts known of the operands. The causality proof is this data flow.
  }];
  let methods = [
    InterfaceMethod<"Sets the facts of every result from the facts of the operands.", "void", "transferTokenFlow",
    (ins "::dsa::TokenFlow &":$flow)>
  ];
}

#endif // DSA_INTERFACES_TD
