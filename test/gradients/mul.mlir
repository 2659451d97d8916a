// Gradients of both factors, and of a square.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.y f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @mul(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %y: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "y"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %z = dsa.mul %x, %y : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

func.func @square(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %z = dsa.mul %x, %x : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}
