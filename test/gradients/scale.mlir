// Gradient of a product with a constant.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @scale(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.scale %x {factor = -0.7 : f64} : (tensor<3x5xf64>) -> tensor<3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}
