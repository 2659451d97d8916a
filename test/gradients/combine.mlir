// Gradients of the rows and of their weights.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @combine(%x: tensor<5x3xf64> {dsa.role = "parameter", dsa.name = "x"}, %w: tensor<5x2xf64> {dsa.role = "parameter", dsa.name = "w"}, %e: tensor<5x2xi32> {dsa.range = array<i64: 0, 4>}, %t: tensor<5xi32> {dsa.range = array<i64: 0, 3>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 4} : (tensor<5x3xf64>, tensor<5x2xi32>) -> (tensor<10x3xf64>, tensor<5xi32>, tensor<10xi32>, tensor<5x2xi32>)
  %y = dsa.combine %rows, %w, %positions : (tensor<10x3xf64>, tensor<5x2xf64>, tensor<5x2xi32>) -> tensor<5x3xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<5x3xf64>, tensor<5xi32>) -> (tensor<f64>, tensor<5xf64>, tensor<5xf64>)
  return %loss : tensor<f64>
}
