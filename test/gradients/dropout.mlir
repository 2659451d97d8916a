// Gradients through the same elements that the forward pass kept.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @dropout(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %key: tensor<4xi32>, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.dropout %x key(%key) {p = 0.3 : f64} : (tensor<3x5xf64>, tensor<4xi32>) -> tensor<3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

func.func @rows(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %key: tensor<4xi32>, %rows: tensor<3xi32>, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.dropout %x key(%key) rows(%rows) {p = 0.3 : f64} : (tensor<3x5xf64>, tensor<4xi32>, tensor<3xi32>) -> tensor<3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}
