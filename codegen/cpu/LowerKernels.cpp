// Writes the loops of every kernel, then takes them to the LLVM dialect.
#include "codegen/cpu/LowerKernels.h"
#include "codegen/cpu/Families.h"
#include "passes/KernelFamilies.h"
#include "passes/Pipeline.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
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

  LogicalResult lower(KernelOp kernel, cpu::VectorIsa isa) {
    Operation *anchor = anchorOf(kernel);
    cpu::Emitter emit = cpu::emitterFor(anchor);
    if (!emit)
      return anchor->emitOpError("has no kernel on the cpu target");
    OpBuilder builder(kernel->getContext());
    builder.setInsertionPointAfter(kernel);
    auto module = ModuleOp::create(builder, kernel.getLoc(), (kernel.getName() + "_cpu").str());
    cpu::KernelBuilder kernelBuilder(kernel, module, isa);
    if (failed(emit(kernelBuilder, anchor)))
      return failure();
    module->setAttr(cpu::kWorkspaceAttr, builder.getI64IntegerAttr(kernelBuilder.workspaceBytes()));
    module->setAttr(cpu::kScratchAttr, builder.getI64IntegerAttr(kernelBuilder.scratchBytes()));
    ++kernels;
    phases += kernelBuilder.phases().size();
    return success();
  }

  void runOnOperation() override {
    cpu::VectorIsa isa = cpu::VectorIsa::ofHost();
    if (lanes)
      isa = {lanes, lanes == 16 ? 32 : 16};
    for (KernelOp kernel : llvm::to_vector(getOperation().getOps<KernelOp>()))
      if (failed(lower(kernel, isa)))
        return signalPassFailure();
  }
};

/// Gives every phase an entry with the signature of dsa::KernelFunction.
struct AddEntries : PassWrapper<AddEntries, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(AddEntries)

  void runOnOperation() override {
    for (auto phase : llvm::to_vector(getOperation().getOps<LLVM::LLVMFuncOp>()))
      if (!phase.isExternal())
        addEntry(phase);
  }

  void addEntry(LLVM::LLVMFuncOp phase) {
    ImplicitLocOpBuilder b(phase.getLoc(), phase->getContext());
    b.setInsertionPointAfter(phase);
    Type pointer = LLVM::LLVMPointerType::get(b.getContext()), i64 = b.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                            {pointer, pointer, pointer, pointer, i64, i64});
    auto entry = LLVM::LLVMFuncOp::create(b, (phase.getName() + "_entry").str(), type);
    Block *block = entry.addEntryBlock(b);
    b.setInsertionPointToStart(block);
    int64_t buffers = static_cast<int64_t>(phase.getNumArguments()) - 5;
    SmallVector<Value> operands;
    for (int32_t number = 0; number < buffers; ++number) {
      Value slot = LLVM::GEPOp::create(b, pointer, pointer, block->getArgument(0),
                                       ArrayRef<LLVM::GEPArg>{number});
      operands.push_back(LLVM::LoadOp::create(b, pointer, slot));
    }
    for (unsigned number = 1; number < 6; ++number)
      operands.push_back(block->getArgument(number));
    LLVM::CallOp::create(b, phase, operands);
    LLVM::ReturnOp::create(b, ValueRange{});
    phase.setLinkage(LLVM::Linkage::Internal);
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
  manager.addPass(std::make_unique<AddEntries>());
}

void cpu::buildCpuPipeline(OpPassManager &manager) {
  buildGraphPipeline(manager);
  manager.addPass(createLowerKernelsToCpu());
  buildPhasesToLlvm(manager.nest<ModuleOp>());
}
