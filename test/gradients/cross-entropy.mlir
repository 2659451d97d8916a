// Gradient of the mean loss for the logits.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @cross_entropy(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %loss, %each, %lse = dsa.cross_entropy %x, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

func.func @rank_3(%x: tensor<2x3x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2x3xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %loss, %each, %lse = dsa.cross_entropy %x, %t : (tensor<2x3x4xf64>, tensor<2x3xi32>) -> (tensor<f64>, tensor<2x3xf64>, tensor<2x3xf64>)
  return %loss : tensor<f64>
}
