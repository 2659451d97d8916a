// Gradient of the scores: on all past keys, on selected keys, in packed documents, and through the indexer itself.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: @dense
// CHECK: grad.s f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @dense(%s: tensor<2x5x5xf64> {dsa.role = "parameter", dsa.name = "s"}, %q: tensor<2x5x4x3xf64>, %k: tensor<2x5x2x3xf64>)
    -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %k {causal, scale = 0.7 : f64} : (tensor<2x5x4x3xf64>, tensor<2x5x2x3xf64>, tensor<2x5x2x3xf64>) -> (tensor<2x5x4x3xf64>, tensor<2x4x5xf64>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.7 : f64} : (tensor<2x5x5xf64>, tensor<2x5x4x3xf64>, tensor<2x5x2x3xf64>, tensor<2x4x5xf64>) -> (tensor<f64>, tensor<2x5xf64>, tensor<2x5x5xf64>)
  return %loss : tensor<f64>
}

// CHECK: @selected
// CHECK: grad.s f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @selected(%s: tensor<2x5x7xf64> {dsa.role = "parameter", dsa.name = "s"}, %n: tensor<2x5x7xf64>, %q: tensor<2x5x2x3xf64>, %k: tensor<2x7x2x3xf64>, %offset: tensor<i32> {dsa.range = array<i64: -2, 0>})
    -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64}) attributes {dsa.train = {gradients}} {
  %i = dsa.top_k %n offset(%offset) {causal, k = 3 : i64} : (tensor<2x5x7xf64>, tensor<i32>) -> tensor<2x5x3xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i offset(%offset) {causal, scale = 0.7 : f64} : (tensor<2x5x2x3xf64>, tensor<2x7x2x3xf64>, tensor<2x7x2x3xf64>, tensor<2x5x3xi32>, tensor<i32>) -> (tensor<2x5x2x3xf64>, tensor<2x2x5xf64>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) offset(%offset) {causal, scale = 0.7 : f64} : (tensor<2x5x7xf64>, tensor<2x5x2x3xf64>, tensor<2x7x2x3xf64>, tensor<2x2x5xf64>, tensor<2x5x3xi32>, tensor<i32>) -> (tensor<f64>, tensor<2x5xf64>, tensor<2x5x3xf64>)
  return %loss : tensor<f64>
}

// CHECK: @packed
// CHECK: grad.s f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @packed(%s: tensor<2x5x6xf64> {dsa.role = "parameter", dsa.name = "s"}, %q: tensor<2x5x2x3xf64>, %k: tensor<2x6x1x3xf64>, %qs: tensor<2x5xi32> {dsa.range = array<i64: 0, 3>}, %ks: tensor<2x6xi32> {dsa.range = array<i64: 0, 3>})
    -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %k segments(%qs, %ks) {scale = 0.7 : f64} : (tensor<2x5x2x3xf64>, tensor<2x6x1x3xf64>, tensor<2x6x1x3xf64>, tensor<2x5xi32>, tensor<2x6xi32>) -> (tensor<2x5x2x3xf64>, tensor<2x2x5xf64>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse segments(%qs, %ks) {scale = 0.7 : f64} : (tensor<2x5x6xf64>, tensor<2x5x2x3xf64>, tensor<2x6x1x3xf64>, tensor<2x2x5xf64>, tensor<2x5xi32>, tensor<2x6xi32>) -> (tensor<f64>, tensor<2x5xf64>, tensor<2x5x6xf64>)
  return %loss : tensor<f64>
}

// CHECK: @indexer
// CHECK: grad.iq f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.ik f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.iw f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @indexer(%iq: tensor<2x5x2x3xf64> {dsa.role = "parameter", dsa.name = "iq"}, %ik: tensor<2x5x3xf64> {dsa.role = "parameter", dsa.name = "ik"}, %iw: tensor<2x5x2xf64> {dsa.role = "parameter", dsa.name = "iw"}, %q: tensor<2x5x2x3xf64>, %k: tensor<2x5x2x3xf64>)
    -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64}) attributes {dsa.train = {gradients}} {
  %s = dsa.index_scores %iq, %ik, %iw {scale = 0.5 : f64} : (tensor<2x5x2x3xf64>, tensor<2x5x3xf64>, tensor<2x5x2xf64>) -> tensor<2x5x5xf64>
  %o, %lse = dsa.attention %q, %k, %k {causal, scale = 0.7 : f64} : (tensor<2x5x2x3xf64>, tensor<2x5x2x3xf64>, tensor<2x5x2x3xf64>) -> (tensor<2x5x2x3xf64>, tensor<2x2x5xf64>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.7 : f64} : (tensor<2x5x5xf64>, tensor<2x5x2x3xf64>, tensor<2x5x2x3xf64>, tensor<2x2x5xf64>) -> (tensor<f64>, tensor<2x5xf64>, tensor<2x5x5xf64>)
  return %loss : tensor<f64>
}
