// The identity, which leaves nothing behind on any target.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-opt %s --dsa-graph-pipeline | FileCheck %s --check-prefix=IR
// CHECK: y f32[3] = [2, -4, 0]
// IR-NOT: dsa.detach
// IR-COUNT-1: dsa.launch
// IR-NOT: dsa.launch
func.func @values() -> (tensor<3xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[1.0, -2.0, 0.0]> : tensor<3xf32>
  %d = dsa.detach %x : (tensor<3xf32>) -> tensor<3xf32>
  %y = dsa.scale %d {factor = 2.0 : f64} : (tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}
