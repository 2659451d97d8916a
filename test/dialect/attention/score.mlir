// Score bodies: printed and read again, beside values of the same names outside, on every type of tensor.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s
// RUN: dsa-opt %s --mlir-print-op-generic | dsa-opt | FileCheck %s

// CHECK-LABEL: func.func @attention
// CHECK: dsa.attention %{{.*}} {scale = 1.000000e+00 : f64} : {{.*}} score {
// CHECK-NEXT: ^bb0(%[[SCORE:score.*]]: f32, %[[QUERY:query.*]]: f32, %key: f32, %head: f32):
// CHECK-NEXT: %[[NEW:.*]] = arith.addf %[[SCORE]], %[[QUERY]] : f32
// CHECK-NEXT: dsa.yield %[[NEW]] : f32
// CHECK-NEXT: }
func.func @attention(%score: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>) {
  %y:2 = dsa.attention %score, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.addf %score, %query : f32
    dsa.yield %new : f32
  }
  return
}

// CHECK-LABEL: func.func @sparse_attention
// CHECK: dsa.sparse_attention %{{.*}} {scale = 1.000000e+00 : f64} : {{.*}} score {
// CHECK-NEXT: ^bb0(%[[SCORE:score.*]]: f32, %[[QUERY:query.*]]: f32, %key: f32, %head: f32):
// CHECK-NEXT: %[[NEW:.*]] = arith.addf %[[SCORE]], %[[QUERY]] : f32
// CHECK-NEXT: dsa.yield %[[NEW]] : f32
// CHECK-NEXT: }
func.func @sparse_attention(%score: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>) {
  %y:2 = dsa.sparse_attention %score, %k, %v, %i {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.addf %score, %query : f32
    dsa.yield %new : f32
  }
  return
}

// CHECK-LABEL: func.func @attention_grad
// CHECK: dsa.attention_grad %{{.*}} {scale = 1.000000e+00 : f64} : {{.*}} score {
// CHECK-NEXT: ^bb0(%[[SCORE:score.*]]: f32, %[[QUERY:query.*]]: f32, %key: f32, %head: f32):
// CHECK-NEXT: %[[NEW:.*]] = arith.addf %[[SCORE]], %[[QUERY]] : f32
// CHECK-NEXT: dsa.yield %[[NEW]], %[[SCORE]] : f32, f32
// CHECK-NEXT: }
func.func @attention_grad(%g: tensor<1x3x2x4xf32>, %score: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %l: tensor<1x2x3xf32>) {
  %y:3 = dsa.attention_grad %g, %score, %k, %v, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.addf %score, %query : f32
    dsa.yield %new, %score : f32, f32
  }
  return
}

// CHECK-LABEL: func.func @sparse_attention_grad
// CHECK: dsa.sparse_attention_grad %{{.*}} {scale = 1.000000e+00 : f64} : {{.*}} score {
// CHECK-NEXT: ^bb0(%[[SCORE:score.*]]: f32, %[[QUERY:query.*]]: f32, %key: f32, %head: f32):
// CHECK-NEXT: %[[NEW:.*]] = arith.addf %[[SCORE]], %[[QUERY]] : f32
// CHECK-NEXT: dsa.yield %[[NEW]], %[[SCORE]] : f32, f32
// CHECK-NEXT: }
func.func @sparse_attention_grad(%g: tensor<1x3x2x4xf32>, %score: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>, %l: tensor<1x2x3xf32>) {
  %y:3 = dsa.sparse_attention_grad %g, %score, %k, %v, %i, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.addf %score, %query : f32
    dsa.yield %new, %score : f32, f32
  }
  return
}

// CHECK-LABEL: func.func @narrow
// CHECK: tensor<1x2x3xf32>) score {
// CHECK-NEXT: ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
func.func @narrow(%q: tensor<1x3x2x4xbf16>, %k: tensor<1x3x1x4xbf16>, %v: tensor<1x3x1x4xbf16>) {
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xbf16>, tensor<1x3x1x4xbf16>, tensor<1x3x1x4xbf16>) -> (tensor<1x3x2x4xbf16>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    dsa.yield %score : f32
  }
  return
}

// CHECK-LABEL: func.func @wide
// CHECK-NEXT: dsa.attention
// CHECK-NEXT: ^bb0(%score: f64, %query: f64, %key: f64, %head: f64):
func.func @wide(%q: tensor<1x3x2x4xf64>, %k: tensor<1x3x1x4xf64>, %v: tensor<1x3x1x4xf64>) {
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf64>, tensor<1x3x1x4xf64>, tensor<1x3x1x4xf64>) -> (tensor<1x3x2x4xf64>, tensor<1x2x3xf64>) score {
    ^bb0(%score: f64, %query: f64, %key: f64, %head: f64):
    dsa.yield %score : f64
  }
  return
}
