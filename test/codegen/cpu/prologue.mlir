// Norms and element-wise ops on the way into the packed factor of a product: the bits of kernels of their own at every vector
// width, through views, in groups of experts and in bf16.
// RUN: dsa-opt %s --dsa-plan-fusion --dsa-outline-kernels --dsa-lower-kernels-to-cpu=lanes=8 --canonicalize --cse | FileCheck %s
// RUN: dsa-run %s --every-form
// RUN: dsa-run %s --every-form --vector=sse
// RUN: %if avx2 %{ dsa-run %s --every-form --vector=avx2 %}
// RUN: %if avx512f %{ dsa-run %s --every-form --vector=avx512 %}
// RUN: %if avx512_bf16 %{ dsa-run %s --every-form --vector=avx512bf16 %}

// An item has 48 of the 1040 rows and all three column blocks: it makes the scales of its rows, then the rows, then multiplies.
// CHECK: module @rms_norm_linear_0_cpu attributes {dsa.scratch_bytes = 64704 : i64
// CHECK-LABEL: func.func @rms_norm_linear_0_phase1
// CHECK-SAME: dsa.grid = 22 : i64
// CHECK: vector.load %arg0
// CHECK: math.sqrt
// CHECK: memref.store %{{.*}} : memref<48xf32>
// CHECK: vector.load %arg0
// CHECK: vector.load %arg1
// CHECK: vector.store %{{.*}} : memref<3840xf32>
// CHECK: scf.for %{{.*}} = %c0 to %c3 step %c1
// CHECK: memref.load %{{.*}} : memref<3840xf32>
// CHECK: vector.fma
// CHECK: arith.divf
func.func @norm(%x: tensor<2x520x70xf32>, %g: tensor<70xf32>, %w: tensor<700x70xf32>) -> tensor<1040x700xf32> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<2x520x70xf32>, tensor<70xf32>) -> tensor<2x520x70xf32>
  %r = tensor.collapse_shape %n [[0, 1], [2]] : tensor<2x520x70xf32> into tensor<1040x70xf32>
  %y = dsa.linear %r, %w : (tensor<1040x70xf32>, tensor<700x70xf32>) -> tensor<1040x700xf32>
  %z = dsa.silu %y : (tensor<1040x700xf32>) -> tensor<1040x700xf32>
  return %z : tensor<1040x700xf32>
}

// The norm reads a slice, a sum stands between it and a depth of several blocks.
// CHECK-LABEL: func.func @rms_norm_linear_1_phase1
// CHECK: scf.for %{{.*}} = %c0 to %c610 step %c208
func.func @deep(%x: tensor<3x41x610xf32>, %g: tensor<610xf32>, %r: tensor<3x40x610xf32>, %w: tensor<250x610xf32>) -> tensor<3x40x250xf32> {
  %s = tensor.extract_slice %x[0, 1, 0] [3, 40, 610] [1, 1, 1] : tensor<3x41x610xf32> to tensor<3x40x610xf32>
  %n = dsa.rms_norm %s, %g {eps = 1.0e-6 : f64} : (tensor<3x40x610xf32>, tensor<610xf32>) -> tensor<3x40x610xf32>
  %a = dsa.add %n, %r : (tensor<3x40x610xf32>, tensor<3x40x610xf32>) -> tensor<3x40x610xf32>
  %y = dsa.linear %a, %w : (tensor<3x40x610xf32>, tensor<250x610xf32>) -> tensor<3x40x250xf32>
  return %y : tensor<3x40x250xf32>
}

// Ops before and behind the product read one tensor.
// CHECK-LABEL: module @linear_0_cpu
func.func @residual(%x: tensor<50x64xf32>, %w: tensor<64x64xf32>) -> tensor<50x64xf32> {
  %s = dsa.silu %x : (tensor<50x64xf32>) -> tensor<50x64xf32>
  %y = dsa.linear %s, %w : (tensor<50x64xf32>, tensor<64x64xf32>) -> tensor<50x64xf32>
  %z = dsa.add %x, %y : (tensor<50x64xf32>, tensor<50x64xf32>) -> tensor<50x64xf32>
  return %z : tensor<50x64xf32>
}

// Dropout draws by coordinate, not by the place in a block.
// CHECK-LABEL: module @linear_grad_input_0_cpu
func.func @drops(%d: tensor<50x192xf32>, %w: tensor<192x20xf32>, %key: tensor<4xi32>) -> tensor<50x20xf32> {
  %e = dsa.dropout %d key(%key) {p = 0.5 : f64} : (tensor<50x192xf32>, tensor<4xi32>) -> tensor<50x192xf32>
  %y = dsa.linear_grad_input %e, %w : (tensor<50x192xf32>, tensor<192x20xf32>) -> tensor<50x20xf32>
  return %y : tensor<50x20xf32>
}

// The other factor of a weight's gradient is computed into its panels, once.
// CHECK-LABEL: module @rms_norm_linear_grad_weight_0_cpu
func.func @weight(%d: tensor<67x41xf32>, %x: tensor<67x130xf32>, %g: tensor<130xf32>) -> tensor<41x130xf32> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<67x130xf32>, tensor<130xf32>) -> tensor<67x130xf32>
  %y = dsa.linear_grad_weight %d, %n : (tensor<67x41xf32>, tensor<67x130xf32>) -> tensor<41x130xf32>
  return %y : tensor<41x130xf32>
}

// CHECK-LABEL: module @rms_norm_grouped_linear_0_cpu
func.func @experts(%x: tensor<45x30xf32>, %g: tensor<30xf32>, %w: tensor<3x300x30xf32>) -> tensor<45x300xf32> {
  %o = arith.constant dense<[0, 17, 17, 45]> : tensor<4xi32>
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<45x30xf32>, tensor<30xf32>) -> tensor<45x30xf32>
  %y = dsa.grouped_linear %n, %w, %o : (tensor<45x30xf32>, tensor<3x300x30xf32>, tensor<4xi32>) -> tensor<45x300xf32>
  return %y : tensor<45x300xf32>
}

// CHECK-LABEL: module @grouped_linear_grad_weight_0_cpu
func.func @expert_weights(%d: tensor<45x30xf32>, %x: tensor<45x20xf32>) -> tensor<3x30x20xf32> {
  %o = arith.constant dense<[0, 17, 17, 45]> : tensor<4xi32>
  %s = dsa.silu %x : (tensor<45x20xf32>) -> tensor<45x20xf32>
  %y = dsa.grouped_linear_grad_weight %d, %s, %o : (tensor<45x30xf32>, tensor<45x20xf32>, tensor<4xi32>) -> tensor<3x30x20xf32>
  return %y : tensor<3x30x20xf32>
}

// Each op rounds as its tensor would.
// CHECK-LABEL: module @rms_norm_linear_2_cpu
func.func @narrow(%x: tensor<67x48xbf16>, %g: tensor<48xbf16>, %w: tensor<96x48xbf16>) -> tensor<67x96xbf16> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<67x48xbf16>, tensor<48xbf16>) -> tensor<67x48xbf16>
  %s = dsa.scale %n {factor = 0.37 : f64} : (tensor<67x48xbf16>) -> tensor<67x48xbf16>
  %y = dsa.linear %s, %w : (tensor<67x48xbf16>, tensor<96x48xbf16>) -> tensor<67x96xbf16>
  return %y : tensor<67x96xbf16>
}

// CHECK-LABEL: module @rms_norm_linear_grad_weight_1_cpu
func.func @narrow_weight(%d: tensor<66x64xbf16>, %x: tensor<66x96xbf16>, %g: tensor<96xbf16>) -> tensor<64x96xbf16> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<66x96xbf16>, tensor<96xbf16>) -> tensor<66x96xbf16>
  %y = dsa.linear_grad_weight %d, %n : (tensor<66x64xbf16>, tensor<66x96xbf16>) -> tensor<64x96xbf16>
  return %y : tensor<64x96xbf16>
}
