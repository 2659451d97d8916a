// A loss takes the linear map before it and all that reads the logits, or nothing of it, and says why not.
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion=explain --dsa-outline-kernels --verify-diagnostics | FileCheck %s

// The logits and their gradient never leave the kernel.
// CHECK: dsa.kernel @linear_cross_entropy_0(%[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<16x8xf32>, %[[T:.*]]: tensor<4xi32>, %[[G:.*]]: tensor<f32>) -> (tensor<f32>, tensor<4xi32>, tensor<4x8xf32>, tensor<16x8xf32>)
// CHECK-NEXT: %[[Y:.*]] = dsa.linear %[[X]], %[[W]]
// CHECK-NEXT: %[[LOSS:.*]], %{{.*}}, %[[LSE:.*]] = dsa.cross_entropy %[[Y]], %[[T]]
// CHECK-NEXT: %[[BEST:.*]] = dsa.argmax %[[Y]]
// CHECK-NEXT: %[[DY:.*]] = dsa.cross_entropy_grad %[[G]], %[[Y]], %[[T]], %[[LSE]]
// CHECK-NEXT: %[[DX:.*]] = dsa.linear_grad_input %[[DY]], %[[W]]
// CHECK-NEXT: %[[DW:.*]] = dsa.linear_grad_weight %[[DY]], %[[X]]
// CHECK-NEXT: dsa.yield %[[LOSS]], %[[BEST]], %[[DX]], %[[DW]]
// An element-wise reader of a gradient stays outside.
// CHECK: dsa.kernel @pointwise_0
// CHECK-NOT: dsa.kernel
func.func @step(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %t: tensor<4xi32>, %g: tensor<f32>) -> (tensor<f32>, tensor<4xi32>, tensor<4x8xf32>, tensor<16x8xf32>) {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // expected-remark @+1 {{fused with dsa.linear}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  %best = dsa.argmax %y : (tensor<4x16xf32>) -> tensor<4xi32>
  %dy = dsa.cross_entropy_grad %g, %y, %t, %lse : (tensor<f32>, tensor<4x16xf32>, tensor<4xi32>, tensor<4xf32>) -> tensor<4x16xf32>
  %dx = dsa.linear_grad_input %dy, %w : (tensor<4x16xf32>, tensor<16x8xf32>) -> tensor<4x8xf32>
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<4x16xf32>, tensor<4x8xf32>) -> tensor<16x8xf32>
  // expected-remark @+1 {{not fused with dsa.linear_grad_input: its kernel has no place for what would join}}
  %s = dsa.scale %dx {factor = 2.0 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %loss, %best, %s, %dw : tensor<f32>, tensor<4xi32>, tensor<4x8xf32>, tensor<16x8xf32>
}

// -----

// CHECK: dsa.kernel @linear_0
// CHECK: dsa.kernel @cross_entropy_0
func.func @logits_read(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %t: tensor<4xi32>) -> (tensor<f32>, tensor<4x16xf32>) {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // expected-remark @+1 {{not fused with dsa.linear: its result is also read elsewhere}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss, %y : tensor<f32>, tensor<4x16xf32>
}

// -----

// CHECK: dsa.kernel @linear_0
// CHECK: dsa.kernel @cross_entropy_0
// CHECK: dsa.kernel @cross_entropy_grad_0
func.func @gradient_read(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %t: tensor<4xi32>, %g: tensor<f32>) -> (tensor<f32>, tensor<4x8xf32>, tensor<4x16xf32>) {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // expected-remark @+1 {{not fused with dsa.linear: what another reader makes of it is read elsewhere}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  %dy = dsa.cross_entropy_grad %g, %y, %t, %lse : (tensor<f32>, tensor<4x16xf32>, tensor<4xi32>, tensor<4xf32>) -> tensor<4x16xf32>
  %dx = dsa.linear_grad_input %dy, %w : (tensor<4x16xf32>, tensor<16x8xf32>) -> tensor<4x8xf32>
  return %loss, %dx, %dy : tensor<f32>, tensor<4x8xf32>, tensor<4x16xf32>
}

// -----

// The gradient of the weight reads the gradient of the logits where a product expects its other factor.
// CHECK: dsa.kernel @linear_0
func.func @both_factors(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %t: tensor<4xi32>, %g: tensor<f32>) -> (tensor<f32>, tensor<16x16xf32>) {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // expected-remark @+1 {{not fused with dsa.linear: what another reader makes of it is read elsewhere}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  %dy = dsa.cross_entropy_grad %g, %y, %t, %lse : (tensor<f32>, tensor<4x16xf32>, tensor<4xi32>, tensor<4xf32>) -> tensor<4x16xf32>
  %dw = dsa.linear_grad_weight %dy, %dy : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<16x16xf32>
  return %loss, %dw : tensor<f32>, tensor<16x16xf32>
}

// -----

// Two losses of the same logits.
// CHECK: dsa.kernel @linear_0
func.func @twice(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %t: tensor<4xi32>, %g: tensor<f32>, %h: tensor<f32>) -> (tensor<f32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // expected-remark @+1 {{not fused with dsa.linear: two of its readers are alike}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  %d1 = dsa.cross_entropy_grad %g, %y, %t, %lse : (tensor<f32>, tensor<4x16xf32>, tensor<4xi32>, tensor<4xf32>) -> tensor<4x16xf32>
  %d2 = dsa.cross_entropy_grad %h, %y, %t, %lse : (tensor<f32>, tensor<4x16xf32>, tensor<4xi32>, tensor<4xf32>) -> tensor<4x16xf32>
  %a = dsa.linear_grad_input %d1, %w : (tensor<4x16xf32>, tensor<16x8xf32>) -> tensor<4x8xf32>
  %b = dsa.linear_grad_input %d2, %w : (tensor<4x16xf32>, tensor<16x8xf32>) -> tensor<4x8xf32>
  return %loss, %a, %b : tensor<f32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// Targets that the logits choose themselves.
// CHECK: dsa.kernel @linear_0
func.func @own_targets(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>) -> tensor<f32> {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %t = dsa.argmax %y : (tensor<4x16xf32>) -> tensor<4xi32>
  // expected-remark @+1 {{not fused with dsa.linear: one of its readers needs the result of another}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// A gradient that begins with the loss itself: the way from one to the other leaves the kernel.
// CHECK: dsa.kernel @linear_0
func.func @scaled_by_loss(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %t: tensor<4xi32>) -> (tensor<f32>, tensor<4x8xf32>) {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // expected-remark @+1 {{not fused with dsa.linear: a path between its readers leaves the kernel}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  // expected-remark @+1 {{not fused with dsa.cross_entropy: its kernel has no place for what would join}}
  %g = dsa.scale %loss {factor = 2.0 : f64} : (tensor<f32>) -> tensor<f32>
  %dy = dsa.cross_entropy_grad %g, %y, %t, %lse : (tensor<f32>, tensor<4x16xf32>, tensor<4xi32>, tensor<4xf32>) -> tensor<4x16xf32>
  %dx = dsa.linear_grad_input %dy, %w : (tensor<4x16xf32>, tensor<16x8xf32>) -> tensor<4x8xf32>
  return %loss, %dx : tensor<f32>, tensor<4x8xf32>
}
