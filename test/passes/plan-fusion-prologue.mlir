// A product takes along the kernel of a norm or of element-wise ops that makes its factor, and says why not.
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion=explain --dsa-outline-kernels --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion=prologues=false --dsa-outline-kernels | FileCheck %s --check-prefix=WITHOUT
// RUN: dsa-opt %s --split-input-file --dsa-graph-pipeline=prologues=false | FileCheck %s --check-prefix=WITHOUT
// WITHOUT-NOT: dsa.kernel @rms_norm_linear
// WITHOUT-NOT: dsa.kernel @rms_norm_grouped
// WITHOUT: dsa.kernel @rms_norm_0
// WITHOUT-NOT: dsa.kernel @rms_norm_linear
// WITHOUT-NOT: dsa.kernel @rms_norm_grouped

// Reshapes that keep the columns do not matter.
// CHECK: dsa.kernel @rms_norm_linear_0(%[[X:.*]]: tensor<2x32x64xf32>, %[[G:.*]]: tensor<64xf32>, %[[W:.*]]: tensor<128x64xf32>) -> tensor<64x128xf32>
// CHECK-NEXT: %[[N:.*]] = dsa.rms_norm %[[X]], %[[G]]
// CHECK-NEXT: %[[R:.*]] = tensor.collapse_shape %[[N]]
// CHECK-NEXT: %[[Y:.*]] = dsa.linear %[[R]], %[[W]]
// CHECK-NEXT: %[[Z:.*]] = dsa.silu %[[Y]]
// CHECK-NEXT: dsa.yield %[[Z]]
// CHECK-NOT: dsa.kernel
// CHECK-LABEL: func.func @norm
func.func @norm(%x: tensor<2x32x64xf32>, %g: tensor<64xf32>, %w: tensor<128x64xf32>) -> tensor<64x128xf32> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<2x32x64xf32>, tensor<64xf32>) -> tensor<2x32x64xf32>
  %r = tensor.collapse_shape %n [[0, 1], [2]] : tensor<2x32x64xf32> into tensor<64x64xf32>
  // expected-remark @+1 {{fused with dsa.rms_norm: 32768 bytes and}}
  %y = dsa.linear %r, %w : (tensor<64x64xf32>, tensor<128x64xf32>) -> tensor<64x128xf32>
  // expected-remark @+1 {{fused with dsa.linear: 65536 bytes and}}
  %z = dsa.silu %y : (tensor<64x128xf32>) -> tensor<64x128xf32>
  return %z : tensor<64x128xf32>
}

// -----

// The residual joins the norm, and both the product. The gradient of a weight takes its other factor along.
// CHECK: dsa.kernel @rms_norm_grouped_linear_0
// CHECK-NEXT: dsa.rms_norm
// CHECK-NEXT: dsa.add
// CHECK-NEXT: dsa.grouped_linear
// CHECK-NEXT: dsa.yield
// CHECK: dsa.kernel @linear_grad_weight_0
// CHECK-NEXT: dsa.silu
// CHECK-NEXT: dsa.linear_grad_weight
// CHECK-NOT: dsa.kernel
// CHECK-LABEL: func.func @chain
func.func @chain(%x: tensor<32x64xf32>, %g: tensor<64xf32>, %w: tensor<2x128x64xf32>, %o: tensor<3xi32>, %d: tensor<32x128xf32>) -> (tensor<32x128xf32>, tensor<128x64xf32>) {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<32x64xf32>, tensor<64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{fused with dsa.rms_norm}}
  %a = dsa.add %n, %x : (tensor<32x64xf32>, tensor<32x64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{fused with dsa.add: 16384 bytes and}}
  %y = dsa.grouped_linear %a, %w, %o : (tensor<32x64xf32>, tensor<2x128x64xf32>, tensor<3xi32>) -> tensor<32x128xf32>
  %s = dsa.silu %x : (tensor<32x64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{fused with dsa.silu: 16384 bytes and}}
  %dw = dsa.linear_grad_weight %d, %s : (tensor<32x128xf32>, tensor<32x64xf32>) -> tensor<128x64xf32>
  return %y, %dw : tensor<32x128xf32>, tensor<128x64xf32>
}

// -----

// The gradient of the weight needs the normed rows too.
// CHECK: dsa.kernel @rms_norm_0
// CHECK: dsa.kernel @linear_0
// CHECK-LABEL: func.func @read_elsewhere
func.func @read_elsewhere(%x: tensor<32x64xf32>, %g: tensor<64xf32>, %w: tensor<128x64xf32>, %d: tensor<32x128xf32>) -> (tensor<32x128xf32>, tensor<128x64xf32>) {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<32x64xf32>, tensor<64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{not fused with dsa.rms_norm: its result is also read elsewhere}}
  %y = dsa.linear %n, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  // expected-remark @+1 {{not fused with dsa.rms_norm: its result is also read elsewhere}}
  %dw = dsa.linear_grad_weight %d, %n : (tensor<32x128xf32>, tensor<32x64xf32>) -> tensor<128x64xf32>
  return %y, %dw : tensor<32x128xf32>, tensor<128x64xf32>
}

// -----

// Both factors are the normed rows.
// CHECK: dsa.kernel @rms_norm_0
// CHECK-LABEL: func.func @both_factors
func.func @both_factors(%x: tensor<64x64xf32>, %g: tensor<64xf32>) -> tensor<64x64xf32> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<64x64xf32>, tensor<64xf32>) -> tensor<64x64xf32>
  // expected-remark @+1 {{not fused with dsa.rms_norm: its result is also read elsewhere}}
  %y = dsa.linear %n, %n : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  return %y : tensor<64x64xf32>
}

// -----

// A slice, and a reshape that makes other columns.
// CHECK: dsa.kernel @rms_norm_0
// CHECK-LABEL: func.func @views
func.func @views(%x: tensor<32x64xf32>, %g: tensor<64xf32>, %v: tensor<128x32xf32>, %w: tensor<32x16xf32>) -> (tensor<32x128xf32>, tensor<128x32xf32>) {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<32x64xf32>, tensor<64xf32>) -> tensor<32x64xf32>
  %s = tensor.extract_slice %n[0, 16] [32, 32] [1, 1] : tensor<32x64xf32> to tensor<32x32xf32>
  // expected-remark @+1 {{not fused with dsa.rms_norm: a view stands between them}}
  %y = dsa.linear %s, %v : (tensor<32x32xf32>, tensor<128x32xf32>) -> tensor<32x128xf32>
  %e = dsa.silu %x : (tensor<32x64xf32>) -> tensor<32x64xf32>
  %r = tensor.expand_shape %e [[0], [1, 2]] output_shape [32, 4, 16] : tensor<32x64xf32> into tensor<32x4x16xf32>
  %c = tensor.collapse_shape %r [[0, 1], [2]] : tensor<32x4x16xf32> into tensor<128x16xf32>
  // expected-remark @+1 {{not fused with dsa.silu: a view stands between them}}
  %z = dsa.linear %c, %w : (tensor<128x16xf32>, tensor<32x16xf32>) -> tensor<128x32xf32>
  return %y, %z : tensor<32x128xf32>, tensor<128x32xf32>
}

// -----

// An activation between two products is the epilogue of the first: it is computed once there.
// CHECK: dsa.kernel @linear_0
// CHECK-NEXT: dsa.linear
// CHECK-NEXT: dsa.silu
// CHECK-LABEL: func.func @between
func.func @between(%x: tensor<32x64xf32>, %v: tensor<64x64xf32>, %w: tensor<128x64xf32>) -> tensor<32x128xf32> {
  %h = dsa.linear %x, %v : (tensor<32x64xf32>, tensor<64x64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{fused with dsa.linear}}
  %s = dsa.silu %h : (tensor<32x64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{not fused with dsa.silu: it has a kernel with other ops}}
  %y = dsa.linear %s, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  return %y : tensor<32x128xf32>
}

// -----

// CHECK: dsa.kernel @pointwise_0
// CHECK-LABEL: func.func @another_value
func.func @another_value(%x: tensor<32x64xf32>, %w: tensor<128x64xf32>) -> (tensor<32x64xf32>, tensor<32x128xf32>) {
  %a = dsa.scale %x {factor = 2.0 : f64} : (tensor<32x64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{fused with dsa.scale}}
  %s = dsa.silu %a : (tensor<32x64xf32>) -> tensor<32x64xf32>
  // expected-remark @+1 {{not fused with dsa.silu: another value of its kernel is read elsewhere}}
  %y = dsa.linear %s, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  return %a, %y : tensor<32x64xf32>, tensor<32x128xf32>
}

// -----

// With few rows, each of eight items that share the columns would compute all of the exponentials again.
// CHECK: dsa.kernel @pointwise_0
// CHECK: dsa.kernel @linear_0
// CHECK-LABEL: func.func @few_rows
func.func @few_rows(%x: tensor<64x4096xf32>, %w: tensor<2048x4096xf32>) -> tensor<64x2048xf32> {
  %s = dsa.silu %x : (tensor<64x4096xf32>) -> tensor<64x4096xf32>
  // expected-remark @+1 {{not fused with dsa.silu: 2097152 bytes and -}}
  %y = dsa.linear %s, %w : (tensor<64x4096xf32>, tensor<2048x4096xf32>) -> tensor<64x2048xf32>
  return %y : tensor<64x2048xf32>
}

// -----

// A loss would rather take the product.
// CHECK: dsa.kernel @rms_norm_0
// CHECK: dsa.kernel @linear_cross_entropy_0
// CHECK-LABEL: func.func @loss
func.func @loss(%x: tensor<1024x64xf32>, %g: tensor<64xf32>, %w: tensor<4096x64xf32>, %t: tensor<1024xi32>) -> tensor<f32> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<1024x64xf32>, tensor<64xf32>) -> tensor<1024x64xf32>
  // expected-remark @+1 {{not fused with dsa.rms_norm: 524288 bytes and}}
  %y = dsa.linear %n, %w : (tensor<1024x64xf32>, tensor<4096x64xf32>) -> tensor<1024x4096xf32>
  // expected-remark @+1 {{fused with dsa.linear}}
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<1024x4096xf32>, tensor<1024xi32>) -> (tensor<f32>, tensor<1024xf32>, tensor<1024xf32>)
  return %loss : tensor<f32>
}
