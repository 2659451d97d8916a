// Gradient through a cast to a narrower type and back, which the reference computes in f64 all the same.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @cast(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.cast %x : (tensor<3x5xf64>) -> tensor<3x5xf32>
  %z = dsa.silu %y : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %logits = dsa.cast %z : (tensor<3x5xf32>) -> tensor<3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %logits, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}
