// Gradients of queries, keys and values: shared heads, offsets, packed documents, dropout.
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
func.func @plain(%q: tensor<2x5x2x3xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x5x2x3xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x5x2x4xf64> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<2x5x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %norm = dsa.attention %q, %k, %v {causal, scale = 0.7 : f64} : (tensor<2x5x2x3xf64>, tensor<2x5x2x3xf64>, tensor<2x5x2x4xf64>) -> (tensor<2x5x2x4xf64>, tensor<2x2x5xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x5x2x4xf64>, tensor<2x5x2xi32>) -> (tensor<f64>, tensor<2x5x2xf64>, tensor<2x5x2xf64>)
  return %loss : tensor<f64>
}

func.func @shared_heads(%q: tensor<1x4x4x3xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x6x2x3xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x6x2x5xf64> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x4x4xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %norm = dsa.attention %q, %k, %v {scale = 0.7 : f64} : (tensor<1x4x4x3xf64>, tensor<1x6x2x3xf64>, tensor<1x6x2x5xf64>) -> (tensor<1x4x4x5xf64>, tensor<1x4x4xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<1x4x4x5xf64>, tensor<1x4x4xi32>) -> (tensor<f64>, tensor<1x4x4xf64>, tensor<1x4x4xf64>)
  return %loss : tensor<f64>
}

func.func @packed_and_offset(%q: tensor<2x3x2x4xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x8x1x4xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x8x1x4xf64> {dsa.role = "parameter", dsa.name = "v"}, %offset: tensor<i32> {dsa.range = array<i64: 0, 9>}, %qs: tensor<2x3xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x8xi32> {dsa.range = array<i64: 0, 2>}, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %norm = dsa.attention %q, %k, %v offset(%offset) segments(%qs, %ks) {causal, scale = 0.7 : f64} : (tensor<2x3x2x4xf64>, tensor<2x8x1x4xf64>, tensor<2x8x1x4xf64>, tensor<i32>, tensor<2x3xi32>, tensor<2x8xi32>) -> (tensor<2x3x2x4xf64>, tensor<2x2x3xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x4xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @dropped(%q: tensor<2x4x2x3xf64> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x5x2x3xf64> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x5x2x4xf64> {dsa.role = "parameter", dsa.name = "v"}, %key: tensor<4xi32>, %t: tensor<2x4x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %norm = dsa.attention %q, %k, %v key(%key) {scale = 0.7 : f64, dropout = 0.3 : f64} : (tensor<2x4x2x3xf64>, tensor<2x5x2x3xf64>, tensor<2x5x2x4xf64>, tensor<4xi32>) -> (tensor<2x4x2x4xf64>, tensor<2x2x4xf64>)
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x4x2x4xf64>, tensor<2x4x2xi32>) -> (tensor<f64>, tensor<2x4x2xf64>, tensor<2x4x2xf64>)
  return %loss : tensor<f64>
}
