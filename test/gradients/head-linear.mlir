// Gradients of inputs and weights, by rows and by columns.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @rows(%x: tensor<2x3x2x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %w: tensor<2x5x4xf64> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.head_linear %x, %w : (tensor<2x3x2x4xf64>, tensor<2x5x4xf64>) -> tensor<2x3x2x5xf64>
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x3x2x5xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @columns(%x: tensor<2x3x2x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %w: tensor<2x4x5xf64> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.head_linear %x, %w {transposed} : (tensor<2x3x2x4xf64>, tensor<2x4x5xf64>) -> tensor<2x3x2x5xf64>
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x3x2x5xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}
