// Gradients of the rows and of the gain.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.g f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @rms_norm(%x: tensor<2x3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %g: tensor<5xf64> {dsa.role = "parameter", dsa.name = "g"}, %t: tensor<2x3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.rms_norm %x, %g {eps = 0.01 : f64} : (tensor<2x3x5xf64>, tensor<5xf64>) -> tensor<2x3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x5xf64>, tensor<2x3xi32>) -> (tensor<f64>, tensor<2x3xf64>, tensor<2x3xf64>)
  return %loss : tensor<f64>
}
