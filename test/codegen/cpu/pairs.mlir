// Products of bf16 that sum two steps of the depth in one instruction, whichever axis they lie along; an odd depth, a slice and
// groups of unknown depth go on in f32.
// RUN: dsa-opt %s --dsa-plan-fusion --dsa-outline-kernels --dsa-lower-kernels-to-cpu="lanes=16 dots-pairs" | FileCheck %s
// RUN: dsa-run %s --against=reference --threads=2
// RUN: %if avx512_bf16 %{ dsa-run %s --vector=avx512bf16 --against=reference --threads=2 %}
// RUN: %if avx512_bf16 %{ dsa-run %s --vector=avx512bf16 --every-form %}

// CHECK-LABEL: module @linear_0_cpu
// CHECK: dpbf16ps
func.func @forward(%x: tensor<37x258xbf16>, %w: tensor<41x258xbf16>) -> tensor<37x41xbf16> {
  %y = dsa.linear %x, %w : (tensor<37x258xbf16>, tensor<41x258xbf16>) -> tensor<37x41xbf16>
  %z = dsa.silu %y : (tensor<37x41xbf16>) -> tensor<37x41xbf16>
  return %z : tensor<37x41xbf16>
}

// CHECK-LABEL: module @linear_grad_input_0_cpu
// CHECK: dpbf16ps
func.func @input(%g: tensor<37x42xbf16>, %w: tensor<42x65xbf16>) -> tensor<37x65xbf16> {
  %y = dsa.linear_grad_input %g, %w : (tensor<37x42xbf16>, tensor<42x65xbf16>) -> tensor<37x65xbf16>
  return %y : tensor<37x65xbf16>
}

// CHECK-LABEL: module @linear_grad_weight_0_cpu
// CHECK: dpbf16ps
func.func @weight(%g: tensor<38x41xbf16>, %x: tensor<38x65xbf16>) -> tensor<41x65xbf16> {
  %y = dsa.linear_grad_weight %g, %x : (tensor<38x41xbf16>, tensor<38x65xbf16>) -> tensor<41x65xbf16>
  return %y : tensor<41x65xbf16>
}

// Rows far apart are brought together first.
// CHECK-LABEL: module @linear_1_cpu
// CHECK: dpbf16ps
func.func @far(%x: tensor<19x4098xbf16>, %w: tensor<3x4098xbf16>) -> tensor<19x3xbf16> {
  %y = dsa.linear %x, %w : (tensor<19x4098xbf16>, tensor<3x4098xbf16>) -> tensor<19x3xbf16>
  return %y : tensor<19x3xbf16>
}

// CHECK-LABEL: module @linear_2_cpu
// CHECK-NOT: dpbf16ps
// CHECK-LABEL: module @linear_3_cpu
// CHECK-NOT: dpbf16ps
func.func @odd(%x: tensor<37x65xbf16>, %w: tensor<41x65xbf16>) -> tensor<37x41xbf16> {
  %y = dsa.linear %x, %w : (tensor<37x65xbf16>, tensor<41x65xbf16>) -> tensor<37x41xbf16>
  return %y : tensor<37x41xbf16>
}
func.func @slice(%x: tensor<37x65xbf16>, %w: tensor<41x64xbf16>) -> tensor<37x41xbf16> {
  %s = tensor.extract_slice %x[0, 1] [37, 64] [1, 1] : tensor<37x65xbf16> to tensor<37x64xbf16>
  %y = dsa.linear %s, %w : (tensor<37x64xbf16>, tensor<41x64xbf16>) -> tensor<37x41xbf16>
  return %y : tensor<37x41xbf16>
}
