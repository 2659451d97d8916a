// Gradients of the scores for queries, keys and head weights.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.k f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @index_scores(%q: tensor<2x3x2x5xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x7x5xf64> {dsa.role = "parameter", dsa.name = "k"}, %w: tensor<2x3x2xf64> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<2x3xi32> {dsa.range = array<i64: 0, 7>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.index_scores %q, %k, %w {scale = 0.7 : f64} : (tensor<2x3x2x5xf64>, tensor<2x7x5xf64>, tensor<2x3x2xf64>) -> tensor<2x3x7xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x7xf64>, tensor<2x3xi32>) -> (tensor<f64>, tensor<2x3xf64>, tensor<2x3xf64>)
  return %loss : tensor<f64>
}
