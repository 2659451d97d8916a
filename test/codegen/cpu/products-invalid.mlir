// Numbers that no kernel of the cpu target computes with.
// RUN: dsa-opt %s --split-input-file --dsa-lower-kernels-to-cpu --verify-diagnostics

dsa.kernel @half(%x: tensor<8x16xf16>, %w: tensor<4x16xf16>) -> tensor<8x4xf16> {
  // expected-error @below {{'dsa.linear' op expected f32 or bf16 numbers on the cpu target, got 'f16'}}
  %y = dsa.linear %x, %w : (tensor<8x16xf16>, tensor<4x16xf16>) -> tensor<8x4xf16>
  dsa.yield %y : tensor<8x4xf16>
}

// -----

dsa.kernel @half_activation(%x: tensor<8x16xf16>) -> tensor<8x16xf16> {
  // expected-error @below {{'dsa.silu' op expected f32 or bf16 numbers on the cpu target, got 'f16'}}
  %y = dsa.silu %x : (tensor<8x16xf16>) -> tensor<8x16xf16>
  dsa.yield %y : tensor<8x16xf16>
}
