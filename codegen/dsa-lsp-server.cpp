// dsa-lsp-server: tells an editor of .mlir files what is wrong, what a name is and where it is
// from.
#include "codegen/Registration.h"

#include "mlir/Support/LogicalResult.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "llvm/Support/CommandLine.h"

static llvm::cl::extrahelp examples(R"(
examples:
  dsa-lsp-server --log=verbose
      what an editor starts for .mlir files: it speaks the language server protocol over stdin and stdout,
      e.g. `vim.lsp.start({name = 'dsa', cmd = {'dsa-lsp-server'}})` in Neovim
  dsa-lsp-server --lit-test < test/codegen/dsa-lsp-server.test
      a recorded conversation: open a file with a mistake, receive the diagnostic, hover, close
)");

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dsa::registerEverything(registry);
  return failed(mlir::MlirLspServerMain(argc, argv, registry));
}
