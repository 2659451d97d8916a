// Kernel ops: what outlining leaves behind, one function-like kernel per distinct body and one launch per use.
#ifndef DSA_KERNEL_OPS_TD
#define DSA_KERNEL_OPS_TD

include "dialect/Dialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def DSA_KernelOp : Op<Dsa_Dialect, "kernel", [FunctionOpInterface, IsolatedFromAbove, Symbol]> {
  let summary = "a group of ops that one launch executes: a producer, a fold and their pointwise neighbours";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
      OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
  }];
}

def DSA_LaunchOp : Op<Dsa_Dialect, "launch", [Pure, DeclareOpInterfaceMethods<DSA_CostInterface>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "executes a kernel on values of the graph";
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<DSA_AnyTensor>:$inputs,
      OptionalAttr<DenseI64ArrayAttr>:$offsets);
  let results = (outs Variadic<DSA_AnyTensor>:$outputs);
  let assemblyFormat = "$kernel `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
}

def DSA_YieldOp : Op<Dsa_Dialect, "yield", [Pure, Terminator, ReturnLike, HasParent<"KernelOp">]> {
  let summary = "the results of a kernel";
  let arguments = (ins Variadic<DSA_AnyTensor>:$results);
  let assemblyFormat = "attr-dict ($results^ `:` type($results))?";
  let hasVerifier = 1;
}

#endif // DSA_KERNEL_OPS_TD
