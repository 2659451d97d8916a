// Kernels that were outlined beforehand, or written by hand, are compiled as they are.
// RUN: dsa-opt %root/test/ops/linear.mlir --dsa-plan-fusion --dsa-outline-kernels | dsa-run - --against=reference
// RUN: dsa-opt %root/test/ops/views.mlir --dsa-graph-pipeline | dsa-run - --against=reference
// RUN: dsa-run %root/test/ops/launch.mlir --against=reference
// RUN: dsa-model emit %root/test/gradients/Inputs/sparse-moe.json --train | dsa-opt --dsa-graph-pipeline > %t.planned.mlir
// RUN: dsa-run %t.planned.mlir --against=reference

// The graph pipeline has nothing to add to what it made.
// RUN: dsa-opt %t.planned.mlir --dsa-graph-pipeline | diff %t.planned.mlir -

// What no kernel of the target can be is an error, not a result that nobody computes.
// RUN: not dsa-run %s --entry=two_anchors 2>&1 | FileCheck %s --check-prefix=ANCHORS
// ANCHORS: 'dsa.linear' op expected an op that the kernels of dsa.linear have a place for
// RUN: not dsa-run %s --entry=mixed 2>&1 | FileCheck %s --check-prefix=MIXED
// MIXED: 'dsa.launch' op expected a function of launches or of ops to outline, got both

dsa.kernel @twice(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = dsa.linear %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %z = dsa.linear %x, %y : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  dsa.yield %z : tensor<4x4xf32>
}

func.func private @two_anchors(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = dsa.launch @twice(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

dsa.kernel @doubled(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.add %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}

func.func private @mixed(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.launch @doubled(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %z = dsa.add %y, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %z : tensor<4xf32>
}
