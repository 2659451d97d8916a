// Gradients of queries, keys and values of selected keys; the selection is a constant.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.k f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.v f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.k f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.v f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.k f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.v f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.k f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.v f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @plain(%q: tensor<2x5x2x3xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x5x2x3xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x5x2x4xf64> {dsa.role = "parameter", dsa.name = "v"}, %s: tensor<2x5x5xf64>, %t: tensor<2x5x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %i = dsa.top_k %s {causal, k = 2} : (tensor<2x5x5xf64>) -> tensor<2x5x2xi32>
  %y, %norm = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.7 : f64} : (tensor<2x5x2x3xf64>, tensor<2x5x2x3xf64>, tensor<2x5x2x4xf64>, tensor<2x5x2xi32>) -> (tensor<2x5x2x4xf64>, tensor<2x2x5xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x5x2x4xf64>, tensor<2x5x2xi32>) -> (tensor<f64>, tensor<2x5x2xf64>, tensor<2x5x2xf64>)
  return %loss : tensor<f64>
}

func.func @shared_heads(%q: tensor<1x4x4x3xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x6x2x3xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x6x2x5xf64> {dsa.role = "parameter", dsa.name = "v"}, %s: tensor<1x4x6xf64>, %t: tensor<1x4x4xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %i = dsa.top_k %s {k = 2} : (tensor<1x4x6xf64>) -> tensor<1x4x2xi32>
  %y, %norm = dsa.sparse_attention %q, %k, %v, %i {scale = 0.7 : f64} : (tensor<1x4x4x3xf64>, tensor<1x6x2x3xf64>, tensor<1x6x2x5xf64>, tensor<1x4x2xi32>) -> (tensor<1x4x4x5xf64>, tensor<1x4x4xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<1x4x4x5xf64>, tensor<1x4x4xi32>) -> (tensor<f64>, tensor<1x4x4xf64>, tensor<1x4x4xf64>)
  return %loss : tensor<f64>
}

func.func @packed_and_offset(%q: tensor<2x3x2x4xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x8x1x4xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x8x1x4xf64> {dsa.role = "parameter", dsa.name = "v"}, %offset: tensor<i32> {dsa.range = array<i64: 0, 9>}, %qs: tensor<2x3xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x8xi32> {dsa.range = array<i64: 0, 2>}, %s: tensor<2x3x8xf64>, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %i = dsa.top_k %s offset(%offset) segments(%qs, %ks) {causal, k = 2} : (tensor<2x3x8xf64>, tensor<i32>, tensor<2x3xi32>, tensor<2x8xi32>) -> tensor<2x3x2xi32>
  %y, %norm = dsa.sparse_attention %q, %k, %v, %i offset(%offset) segments(%qs, %ks) {causal, scale = 0.7 : f64} : (tensor<2x3x2x4xf64>, tensor<2x8x1x4xf64>, tensor<2x8x1x4xf64>, tensor<2x3x2xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x8xi32>) -> (tensor<2x3x2x4xf64>, tensor<2x2x3xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x4xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @dropped(%q: tensor<2x4x2x3xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x5x2x3xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x5x2x4xf64> {dsa.role = "parameter", dsa.name = "v"}, %key: tensor<4xi32>, %s: tensor<2x4x5xf64>, %t: tensor<2x4x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %i = dsa.top_k %s {k = 2} : (tensor<2x4x5xf64>) -> tensor<2x4x2xi32>
  %y, %norm = dsa.sparse_attention %q, %k, %v, %i key(%key) {scale = 0.7 : f64, dropout = 0.3 : f64} : (tensor<2x4x2x3xf64>, tensor<2x5x2x3xf64>, tensor<2x5x2x4xf64>, tensor<2x4x2xi32>, tensor<4xi32>) -> (tensor<2x4x2x4xf64>, tensor<2x2x4xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x4x2x4xf64>, tensor<2x4x2xi32>) -> (tensor<f64>, tensor<2x4x2xf64>, tensor<2x4x2xf64>)
  return %loss : tensor<f64>
}
