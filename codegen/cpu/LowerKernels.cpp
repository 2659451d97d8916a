// Writes the loops of every kernel, then takes them to the LLVM dialect.
#include "codegen/cpu/LowerKernels.h"
#include "codegen/cpu/Families.h"
#include "passes/KernelFamilies.h"
#include "passes/Pipeline.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace dsa {
#define GEN_PASS_DEF_LOWERKERNELSTOCPU
#include "codegen/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {

struct LowerKernelsToCpu : dsa::impl::LowerKernelsToCpuBase<LowerKernelsToCpu> {
  using Base::Base;

  /// Fails at the first op with numbers that no emitter computes with.
  static LogicalResult verifyTypes(KernelOp kernel) {
    for (Operation &op : kernel.getBody().front().without_terminator())
      for (Type type : llvm::concat<Type>(SmallVector<Type>(op.getOperandTypes()),
                                          SmallVector<Type>(op.getResultTypes())))
        if (Type element = getElementTypeOrSelf(type);
            isa<FloatType>(element) && !element.isF32() && !element.isBF16())
          return op.emitOpError("expected f32 or bf16 numbers on the cpu target, got ") << element;
    return success();
  }

  LogicalResult lower(KernelOp kernel, cpu::VectorIsa isa) {
    if (failed(verifyFamily(kernel)))
      return failure();
    Operation *anchor = anchorOf(kernel);
    cpu::Emitter emit = cpu::emitterFor(anchor);
    if (!emit)
      return anchor->emitOpError("has no kernel on the cpu target");
    if (failed(verifyTypes(kernel)))
      return failure();
    OpBuilder builder(kernel->getContext());
    builder.setInsertionPointAfter(kernel);
    auto module = ModuleOp::create(builder, kernel.getLoc(), (kernel.getName() + "_cpu").str());
    cpu::KernelBuilder kernelBuilder(kernel, module, isa);
    if (failed(emit(kernelBuilder, anchor)))
      return failure();
    kernelBuilder.narrowResults();
    module->setAttr(cpu::kWorkspaceAttr, builder.getI64IntegerAttr(kernelBuilder.workspaceBytes()));
    module->setAttr(cpu::kScratchAttr, builder.getI64IntegerAttr(kernelBuilder.scratchBytes()));
    ++kernels;
    phases += kernelBuilder.phases().size();
    return success();
  }

  void runOnOperation() override {
    cpu::VectorIsa isa = cpu::VectorIsa::ofHost();
    for (const cpu::VectorIsa &narrower : cpu::VectorIsa::all())
      if (narrower.lanes == lanes)
        isa = narrower;
    if (lanes != 0)
      isa.dotsPairs = dotsPairs && lanes == 16;
    for (KernelOp kernel : llvm::to_vector(getOperation().getOps<KernelOp>()))
      if (failed(lower(kernel, isa)))
        return signalPassFailure();
  }
};

} // namespace

void cpu::buildPhasesToLlvm(OpPassManager &manager) {
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
  manager.addPass(createSCFToControlFlowPass());
  ConvertVectorToLLVMPassOptions vectors;
  vectors.reassociateFPReductions = false;
  manager.addPass(createConvertVectorToLLVMPass(vectors));
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  manager.addPass(createConvertFuncToLLVMPass(functions));
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createCSEPass());
  manager.addPass(createAddEntries());
}

void cpu::buildCpuPipeline(OpPassManager &manager) {
  buildGraphPipeline(manager);
  manager.addPass(createLowerKernelsToCpu());
  buildPhasesToLlvm(manager.nest<ModuleOp>());
}
