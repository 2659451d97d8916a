// Gradient through the probabilities; the choice of experts is a constant.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.z f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @balance_loss(%z: tensor<5x4xf64> {dsa.role = "parameter", dsa.name = "z"}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<5x4xf64>) -> (tensor<5x2xf64>, tensor<5x2xi32>, tensor<5x4xf64>)
  %loss = dsa.balance_loss %p, %e {coefficient = 0.3 : f64} : (tensor<5x4xf64>, tensor<5x2xi32>) -> tensor<f64>
  return %loss : tensor<f64>
}
