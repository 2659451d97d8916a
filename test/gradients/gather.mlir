// Gradients of rows that are gathered several times, once or never.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @gather(%x: tensor<2x5x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %i: tensor<2x3x2xi32> {dsa.range = array<i64: -1, 5>}, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.gather %x, %i : (tensor<2x5x4xf64>, tensor<2x3x2xi32>) -> tensor<2x3x2x4xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x4xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @heads(%x: tensor<1x5x2x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %i: tensor<1x3x2xi32> {dsa.range = array<i64: -1, 5>}, %t: tensor<1x3x2x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.gather %x, %i : (tensor<1x5x2x4xf64>, tensor<1x3x2xi32>) -> tensor<1x3x2x2x4xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<1x3x2x2x4xf64>, tensor<1x3x2x2xi32>) -> (tensor<f64>, tensor<1x3x2x2xf64>, tensor<1x3x2x2xf64>)
  return %loss : tensor<f64>
}
