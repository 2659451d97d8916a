// Gradients of the weights and of the probabilities for the logits, also under noise.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.z f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.z f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.z f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @weights(%z: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "z"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 2>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %e, %p = dsa.route %z {k = 2} : (tensor<3x5xf64>) -> (tensor<3x2xf64>, tensor<3x2xi32>, tensor<3x5xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x2xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

func.func @probabilities(%z: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "z"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %w, %e, %y = dsa.route %z {k = 2} : (tensor<3x5xf64>) -> (tensor<3x2xf64>, tensor<3x2xi32>, tensor<3x5xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

func.func @noise(%z: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "z"}, %key: tensor<4xi32>, %t: tensor<3xi32> {dsa.range = array<i64: 0, 3>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %e, %p = dsa.route %z key(%key) {k = 3, noise = 0.5 : f64} : (tensor<3x5xf64>, tensor<4xi32>) -> (tensor<3x3xf64>, tensor<3x3xi32>, tensor<3x5xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x3xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}
