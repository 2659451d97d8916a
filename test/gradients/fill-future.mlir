// Gradient of what is kept; what is filled passes nothing.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @fill_future(%x: tensor<2x3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2x3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.fill_future %x {value = -3.0 : f64} : (tensor<2x3x5xf64>) -> tensor<2x3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x5xf64>, tensor<2x3xi32>) -> (tensor<f64>, tensor<2x3xf64>, tensor<2x3xf64>)
  return %loss : tensor<f64>
}

func.func @offset(%x: tensor<2x3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %offset: tensor<i32>, %t: tensor<2x3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.fill_future %x offset(%offset) {value = 2.0 : f64} : (tensor<2x3x5xf64>, tensor<i32>) -> tensor<2x3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x5xf64>, tensor<2x3xi32>) -> (tensor<f64>, tensor<2x3xf64>, tensor<2x3xf64>)
  return %loss : tensor<f64>
}
