// Instruction sets by name: what a machine lacks is refused, and each has objects of its own.
#include "codegen/cpu/VectorIsa.h"
#include "codegen/Registration.h"
#include "codegen/Target.h"
#include "test/runtime/TemporaryFolder.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace dsa;

TEST(VectorIsa, TheWidestOfTheMachineUnlessAnotherIsNamed) {
  for (const cpu::VectorIsa &host : cpu::VectorIsa::all()) {
    EXPECT_EQ(llvm::cantFail(cpu::VectorIsa::named("", host)).name, host.name);
    EXPECT_EQ(llvm::cantFail(cpu::VectorIsa::named("sse", host)).lanes, 4);
  }
}

TEST(VectorIsa, RefusesWhatTheMachineLacks) {
  const cpu::VectorIsa &host = cpu::VectorIsa::all()[1];
  for (const char *name : {"avx512", "neon"}) {
    auto isa = cpu::VectorIsa::named(name, host);
    ASSERT_FALSE(static_cast<bool>(isa));
    EXPECT_EQ(llvm::toString(isa.takeError()),
              std::string("expected an instruction set of this machine (avx2, sse), got '") + name +
                  "'");
  }
}

/// Objects of one set are never taken for those of another.
TEST(VectorIsa, HasObjectsOfItsOwnInTheCache) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func @main(%x: tensor<5xf32>) -> tensor<5xf32> {\n"
      "  %y = dsa.silu %x : (tensor<5xf32>) -> tensor<5xf32>\n  return %y : tensor<5xf32>\n}\n",
      &context);
  TemporaryFolder folder;
  CompileOptions options;
  options.cacheDirectory = folder.folder();
  size_t sets = 0;
  for (const cpu::VectorIsa &isa : cpu::VectorIsa::all()) {
    if (isa.lanes > cpu::VectorIsa::ofHost().lanes)
      continue;
    ++sets;
    options.vector = isa.name.str();
    for (int again = 0; again < 2; ++again)
      llvm::cantFail(cpuTarget().compile(*module, "main", options));
    EXPECT_EQ(folder.list().size(), sets);
  }
}
