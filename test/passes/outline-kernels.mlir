// Fusion around anchors: epilogues, absorbed views, several results, convexity, equal kernels once.
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion --dsa-outline-kernels --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion --dsa-outline-kernels --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-outline-kernels
// COUNT-NEXT: 19 kernels
// COUNT-NEXT: 20 launches
// COUNT: dsa-plan-fusion
// COUNT-NEXT: 8 fused-ops

// Two layers of one shape share a kernel; the residual chain joins the linear map.
// CHECK: dsa.kernel @linear_0(%[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x8xf32>, %[[KEY:.*]]: tensor<4xi32>) -> tensor<4x8xf32>
// CHECK-NEXT: %[[Y:.*]] = dsa.linear %[[X]], %[[W]]
// CHECK-NEXT: %[[D:.*]] = dsa.dropout %[[Y]] key(%[[KEY]])
// CHECK-NEXT: %[[Z:.*]] = dsa.add %[[X]], %[[D]]
// CHECK-NEXT: dsa.yield %[[Z]]
// CHECK-NOT: dsa.kernel
// CHECK-LABEL: func.func @residual
// CHECK-NEXT: %[[FIRST:.*]] = dsa.launch @linear_0(%arg0, %arg1, %arg3)
// CHECK-NEXT: %[[SECOND:.*]] = dsa.launch @linear_0(%[[FIRST]], %arg2, %arg3)
// CHECK-NEXT: return %[[SECOND]]
func.func @residual(%x: tensor<4x8xf32>, %w1: tensor<8x8xf32>, %w2: tensor<8x8xf32>, %key: tensor<4xi32>) -> tensor<4x8xf32> {
  %a = dsa.linear %x, %w1 : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %b = dsa.dropout %a key(%key) {p = 0.1 : f64} : (tensor<4x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  %c = dsa.add %x, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %d = dsa.linear %c, %w2 : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %e = dsa.dropout %d key(%key) {p = 0.1 : f64} : (tensor<4x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  %f = dsa.add %c, %e : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %f : tensor<4x8xf32>
}

// -----

// Slices and reshapes between launches are cloned into their readers; nothing is copied.
// CHECK: dsa.kernel @linear_0
// CHECK: dsa.kernel @attention_0(%[[QKV:.*]]: tensor<2x4x24xf32>) -> tensor<2x4x2x4xf32>
// CHECK: tensor.extract_slice %[[QKV]][0, 0, 0]
// CHECK: tensor.extract_slice %[[QKV]][0, 0, 8]
// CHECK: tensor.extract_slice %[[QKV]][0, 0, 16]
// CHECK: dsa.attention
// CHECK: dsa.kernel @linear_1(%[[O:.*]]: tensor<2x4x2x4xf32>, %{{.*}}: tensor<8x8xf32>)
// CHECK-NEXT: tensor.collapse_shape %[[O]]
// CHECK-NEXT: dsa.linear
// CHECK-LABEL: func.func @views
// CHECK-COUNT-3: dsa.launch
// CHECK-NEXT: return
func.func @views(%x: tensor<2x4x8xf32>, %w: tensor<24x8xf32>, %wo: tensor<8x8xf32>) -> tensor<2x4x8xf32> {
  %qkv = dsa.linear %x, %w : (tensor<2x4x8xf32>, tensor<24x8xf32>) -> tensor<2x4x24xf32>
  %q0 = tensor.extract_slice %qkv[0, 0, 0] [2, 4, 8] [1, 1, 1] : tensor<2x4x24xf32> to tensor<2x4x8xf32>
  %k0 = tensor.extract_slice %qkv[0, 0, 8] [2, 4, 8] [1, 1, 1] : tensor<2x4x24xf32> to tensor<2x4x8xf32>
  %v0 = tensor.extract_slice %qkv[0, 0, 16] [2, 4, 8] [1, 1, 1] : tensor<2x4x24xf32> to tensor<2x4x8xf32>
  %q = tensor.expand_shape %q0 [[0], [1], [2, 3]] output_shape [2, 4, 2, 4] : tensor<2x4x8xf32> into tensor<2x4x2x4xf32>
  %k = tensor.expand_shape %k0 [[0], [1], [2, 3]] output_shape [2, 4, 2, 4] : tensor<2x4x8xf32> into tensor<2x4x2x4xf32>
  %v = tensor.expand_shape %v0 [[0], [1], [2, 3]] output_shape [2, 4, 2, 4] : tensor<2x4x8xf32> into tensor<2x4x2x4xf32>
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.5 : f64}
      : (tensor<2x4x2x4xf32>, tensor<2x4x2x4xf32>, tensor<2x4x2x4xf32>) -> (tensor<2x4x2x4xf32>, tensor<2x2x4xf32>)
  %flat = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<2x4x2x4xf32> into tensor<2x4x8xf32>
  %y = dsa.linear %flat, %wo : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

// The pre-activation is read again later, so the kernel yields both; the gradient ops form one pointwise kernel.
// CHECK: dsa.kernel @linear_0
// CHECK: %[[Y:.*]] = dsa.linear
// CHECK: %[[A:.*]] = dsa.silu %[[Y]]
// CHECK: dsa.yield %[[Y]], %[[A]]
// CHECK: dsa.kernel @pointwise_0(
// CHECK-NEXT: %[[M:.*]] = dsa.mul
// CHECK-NEXT: %[[G:.*]] = dsa.silu_grad %[[M]]
// CHECK-NEXT: dsa.yield %[[G]]
// CHECK-LABEL: func.func @both
// CHECK: %[[BOTH:.*]]:2 = dsa.launch @linear_0
// CHECK: dsa.launch @pointwise_0(%{{.*}}, %[[BOTH]]#1, %[[BOTH]]#0)
func.func @both(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %g: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %a = dsa.silu %y : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %n = dsa.argmax %a : (tensor<4x8xf32>) -> tensor<4xi32>
  %e = dsa.embedding %w, %n : (tensor<8x8xf32>, tensor<4xi32>) -> tensor<4x8xf32>
  %m = dsa.mul %e, %a : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %d = dsa.silu_grad %m, %y : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %a, %d : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// The sum reads the linear map directly and through a norm: joining would make a cycle.
// CHECK: dsa.kernel @linear_0
// CHECK-NEXT: dsa.linear
// CHECK-NEXT: dsa.yield
// CHECK: dsa.kernel @rms_norm_0
// CHECK-NEXT: dsa.rms_norm
// CHECK-NEXT: dsa.add
// CHECK-LABEL: func.func @convex
func.func @convex(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %gain: tensor<8xf32>) -> tensor<4x8xf32> {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %n = dsa.rms_norm %y, %gain {eps = 1.0e-6 : f64} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  %z = dsa.add %y, %n : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}

// -----

// A reshape between anchor and epilogue stays inside when rows remain rows; here columns change, so it does not.
// CHECK: dsa.kernel @linear_0
// CHECK-NEXT: dsa.linear
// CHECK-NEXT: tensor.collapse_shape
// CHECK-NEXT: dsa.silu
// CHECK: dsa.kernel @linear_1
// CHECK-NEXT: dsa.linear
// CHECK-NEXT: dsa.yield
// CHECK: dsa.kernel @pointwise_0
// CHECK-NEXT: tensor.expand_shape
// CHECK-NEXT: dsa.silu
// CHECK-LABEL: func.func @reshaped
func.func @reshaped(%x: tensor<2x4x8xf32>, %w: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x2x4xf32>) {
  %y = dsa.linear %x, %w : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  %r = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x4x8xf32> into tensor<8x8xf32>
  %a = dsa.silu %r : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %z = dsa.linear %a, %w : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %h = tensor.expand_shape %z [[0], [1, 2]] output_shape [8, 2, 4] : tensor<8x8xf32> into tensor<8x2x4xf32>
  %b = dsa.silu %h : (tensor<8x2x4xf32>) -> tensor<8x2x4xf32>
  return %a, %b : tensor<8x8xf32>, tensor<8x2x4xf32>
}

// -----

// Copies remain where they must: a returned view, a slice that its reader cannot address, a constant, a second return.
// CHECK-DAG: dsa.kernel @copy_0(%{{.*}}: tensor<4x8xf32>) -> tensor<4x4xf32>
// CHECK-DAG: dsa.kernel @argmax_0(%{{.*}}: tensor<4x4xf32>) -> tensor<4xi32>
// CHECK-LABEL: func.func @copies
// CHECK: %[[S:.*]] = dsa.launch @copy_0(%arg0)
// CHECK: %[[I:.*]] = dsa.launch @argmax_0(%[[S]])
// CHECK: %[[AGAIN:.*]] = dsa.launch @copy_1(%[[I]])
// CHECK: %[[C:.*]] = dsa.launch @copy_2(%cst)
// CHECK: return %[[S]], %[[I]], %[[AGAIN]], %[[C]]
func.func @copies(%x: tensor<4x8xf32>) -> (tensor<4x4xf32>, tensor<4xi32>, tensor<4xi32>, tensor<f32>) {
  %c = arith.constant dense<1.0> : tensor<f32>
  %s = tensor.extract_slice %x[0, 2] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
  %i = dsa.argmax %s : (tensor<4x4xf32>) -> tensor<4xi32>
  return %s, %i, %i, %c : tensor<4x4xf32>, tensor<4xi32>, tensor<4xi32>, tensor<f32>
}

// -----

func.func @err_family(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @+1 {{expected an op that anchors a kernel family, a view or a constant}}
  %y = arith.negf %x : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// A plan by hand: one kernel of two ops, one of the third.
// CHECK: dsa.kernel @pointwise_0
// CHECK-NEXT: dsa.silu %{{[a-z0-9]*}} :
// CHECK-NEXT: dsa.scale %{{[a-z0-9]*}} {factor = 2.0
// CHECK-NEXT: dsa.yield
// CHECK: dsa.kernel @pointwise_1
// CHECK-NEXT: dsa.scale %{{[a-z0-9]*}} {factor = 3.0
// CHECK-LABEL: func.func @by_hand
func.func @by_hand(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %a = dsa.silu %x {dsa.fused = 7 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %b = dsa.scale %a {dsa.fused = 7 : i64, factor = 2.0 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %c = dsa.scale %b {factor = 3.0 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %c : tensor<4x8xf32>
}

// -----

// A weight is read by all rows: no product computes it.
func.func @err_group(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %a = dsa.silu %w {dsa.fused = 0 : i64} : (tensor<8x8xf32>) -> tensor<8x8xf32>
  // expected-error @+1 {{expected dsa.fused 0 : i64 to be a group that one kernel can express, got dsa.silu apart from it}}
  %y = dsa.linear %x, %a {dsa.fused = 0 : i64} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
