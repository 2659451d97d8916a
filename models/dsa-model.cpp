// dsa-model: says what a model description means, in numbers or as a module.
#include "frontend/ToolMain.h"
#include "models/ModelTool.h"

int main(int argc, char **argv) {
  return dsa::toolMain("dsa-model", argc, argv, dsa::runModelTool);
}
