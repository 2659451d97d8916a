// dsa-run: runs functions of a module on a target, and compares targets.
#include "frontend/RunTool.h"
#include "frontend/ToolMain.h"

int main(int argc, char **argv) {
  return dsa::toolMain("dsa-run", argc, argv, dsa::runRunTool);
}
