// Gradients of the rows and of the weight of every expert.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @grouped_linear(%x: tensor<5x3xf64> {dsa.role = "parameter", dsa.name = "x"}, %w: tensor<4x6x3xf64> {dsa.role = "parameter", dsa.name = "w"}, %e: tensor<5x2xi32> {dsa.range = array<i64: 0, 4>}, %t: tensor<10xi32> {dsa.range = array<i64: 0, 6>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 4} : (tensor<5x3xf64>, tensor<5x2xi32>) -> (tensor<10x3xf64>, tensor<5xi32>, tensor<10xi32>, tensor<5x2xi32>)
  %y = dsa.grouped_linear %rows, %w, %offsets : (tensor<10x3xf64>, tensor<4x6x3xf64>, tensor<5xi32>) -> tensor<10x6xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<10x6xf64>, tensor<10xi32>) -> (tensor<f64>, tensor<10xf64>, tensor<10xf64>)
  return %loss : tensor<f64>
}
