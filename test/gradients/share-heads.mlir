// A row that all heads share, and the sum of all heads, are each the other's derivative.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @shared(%x: tensor<2x3x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2x3x3xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.share_heads %x {heads = 3 : i64} : (tensor<2x3x4xf64>) -> tensor<2x3x3x4xf64>
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x3x3x4xf64>, tensor<2x3x3xi32>) -> (tensor<f64>, tensor<2x3x3xf64>, tensor<2x3x3xf64>)
  return %loss : tensor<f64>
}

func.func @summed(%x: tensor<2x3x3x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2x3xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.sum_heads %x : (tensor<2x3x3x4xf64>) -> tensor<2x3x4xf64>
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x3x4xf64>, tensor<2x3xi32>) -> (tensor<f64>, tensor<2x3xf64>, tensor<2x3xf64>)
  return %loss : tensor<f64>
}
