// Gives every phase an entry with the signature of dsa::KernelFunction.
#include "codegen/cpu/LowerKernels.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace dsa {
#define GEN_PASS_DEF_ADDENTRIES
#include "codegen/Passes.h.inc"
} // namespace dsa

using namespace mlir;

namespace {
struct AddEntries : dsa::impl::AddEntriesBase<AddEntries> {
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
    ++entries;
  }
};
} // namespace
