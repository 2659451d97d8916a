// Gradient of the table, with ids that repeat.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.table f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @embedding(%table: tensor<5x7xf64> {dsa.role = "parameter", dsa.name = "table"}, %ids: tensor<3x4xi32>, %t: tensor<3x4xi32> {dsa.range = array<i64: 0, 7>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.embedding %table, %ids : (tensor<5x7xf64>, tensor<3x4xi32>) -> tensor<3x4x7xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x4x7xf64>, tensor<3x4xi32>) -> (tensor<f64>, tensor<3x4xf64>, tensor<3x4xf64>)
  return %loss : tensor<f64>
}
