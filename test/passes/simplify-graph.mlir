// Ops that do nothing, say the same twice, or are read by nobody leave the graph; distinct draws stay distinct.
// RUN: dsa-opt %s -dsa-simplify-graph | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-simplify-graph --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-simplify-graph
// COUNT-NEXT: 8 removed ops that were folded, merged or not needed
// COUNT-NEXT: 24 kept ops that are left

// CHECK-LABEL: func.func @merge
// CHECK-SAME: (%[[X:.*]]: tensor<4x8xf32>)
func.func @merge(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[A:.*]] = dsa.silu %[[X]]
  // CHECK-NEXT: %[[D:.*]] = dsa.mul %[[A]], %[[A]]
  // CHECK-NEXT: return %[[D]]
  %a = dsa.silu %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %b = dsa.silu %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %d = dsa.mul %a, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %d : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @draws
func.func @draws(%x: tensor<4x8xf32>, %k: tensor<4xi32>, %l: tensor<4xi32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[ONE:.*]] = dsa.dropout {{.*}} key(%{{.*}})
  // CHECK-NEXT: %[[OTHER:.*]] = dsa.dropout {{.*}} key(%{{.*}})
  // CHECK-NEXT: return %[[ONE]], %[[ONE]], %[[OTHER]]
  %a = dsa.dropout %x key(%k) {p = 0.1 : f64} : (tensor<4x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  %b = dsa.dropout %x key(%k) {p = 0.1 : f64} : (tensor<4x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  %c = dsa.dropout %x key(%l) {p = 0.1 : f64} : (tensor<4x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  return %a, %b, %c : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @unread
// CHECK-NEXT: return
func.func @unread(%s: tensor<1x4x4xf32>) {
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  return
}

// CHECK-LABEL: func.func @there_and_back
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>)
// CHECK-NEXT: return %[[X]]
func.func @there_and_back(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %c = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
  %e = tensor.expand_shape %c [[0, 1], [2]] output_shape [2, 3, 4] : tensor<6x4xf32> into tensor<2x3x4xf32>
  return %e : tensor<2x3x4xf32>
}

// Two selections that differ only in what they may hold are not the same.
// CHECK-LABEL: func.func @two_selections
// CHECK-COUNT-2: dsa.top_k
func.func @two_selections(%s: tensor<1x4x4xf32>) -> (tensor<1x4x2xi32>, tensor<1x4x2xi32>) {
  %a = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %b = dsa.top_k %s {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  return %a, %b : tensor<1x4x2xi32>, tensor<1x4x2xi32>
}

// Functions of one's own are merged when their bodies are equal, and only then.
// CHECK-LABEL: func.func @two_functions
// CHECK-NEXT: %[[EXP:.*]] = dsa.map
// CHECK-NEXT: math.exp
// CHECK-NEXT: dsa.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[SIN:.*]] = dsa.map
// CHECK-NEXT: math.sin
// CHECK-NEXT: dsa.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[EXP]], %[[SIN]], %[[EXP]]
func.func @two_functions(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %a = dsa.map (%e = %x) : tensor<4x8xf32> {
    %r = math.exp %e : f32
    dsa.yield %r : f32
  }
  %b = dsa.map (%e = %x) : tensor<4x8xf32> {
    %r = math.sin %e : f32
    dsa.yield %r : f32
  }
  %c = dsa.map (%e = %x) : tensor<4x8xf32> {
    %r = math.exp %e : f32
    dsa.yield %r : f32
  }
  return %a, %b, %c : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}
