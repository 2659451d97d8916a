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
  let description = [{
    What one launch executes: an anchor op, its pointwise neighbours and views, closed over nothing. It reads its arguments
    and nothing else; constants come as arguments, so that layers of one shape share one kernel.

    Constraints:
    * (C1) the body is one block.
    * (C2) arguments and results are statically shaped tensors.
    * (C3) the body holds ops of dsa (no launch), tensor, arith and math only.
    * (C4) the block ends with `dsa.yield`.

    Example:
    ```mlir
    dsa.kernel private @linear_silu(%x: tensor<32x64xf32>, %w: tensor<128x64xf32>) -> tensor<32x128xf32> {
      %0 = dsa.linear %x, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
      %1 = dsa.silu %0 : (tensor<32x128xf32>) -> tensor<32x128xf32>
      dsa.yield %1 : tensor<32x128xf32>
    }
    ```
  }];
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
  let description = [{
    `outputs = kernel(inputs)`. `offsets`, set by buffer planning, says where in the arena each output lives. Its cost is
    the work of the kernel and the bytes at its border; inside nothing touches memory.

    Constraints:
    * (C1) `kernel` names a `dsa.kernel`.
    * (C2) the inputs have the types of its arguments.
    * (C3) the outputs have the types of its results.
    * (C4) `offsets`, if present, has one entry for each output.

    Example:
    ```mlir
    %y = dsa.launch @linear_silu(%x, %w) : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<DSA_AnyTensor>:$inputs,
      OptionalAttr<DenseI64ArrayAttr>:$offsets);
  let results = (outs Variadic<DSA_AnyTensor>:$outputs);
  let assemblyFormat = "$kernel `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
}

def DSA_YieldOp : Op<Dsa_Dialect, "yield", [Pure, Terminator, ReturnLike, ParentOneOf<["KernelOp", "MapOp",
    "AttentionOp", "AttentionGradOp", "SparseAttentionOp", "SparseAttentionGradOp"]>]> {
  let summary = "the results of a kernel, of the body of a map, or of a score body";
  let description = [{
    Ends a kernel and names its results, ends the body of a `dsa.map` and names its number, or ends the score body of
    attention and names the new score, in a gradient op its derivative besides.

    Constraints:
    * (C1) in a kernel, the operands have the result types of the kernel.
    * (C2) in a map, the one operand has the element type of the result.
    * (C3) in a score body, the one operand has the type of its numbers, in that of a gradient the two have.

    Example:
    ```mlir
    dsa.yield %0, %1 : tensor<32x128xf32>, tensor<32xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$results);
  let assemblyFormat = "attr-dict ($results^ `:` type($results))?";
  let hasVerifier = 1;
}

#endif // DSA_KERNEL_OPS_TD
