// Products that have no kernel on the cpu target.
// RUN: dsa-opt %s --split-input-file --dsa-lower-kernels-to-cpu --verify-diagnostics

dsa.kernel @half(%x: tensor<8x16xbf16>, %w: tensor<4x16xbf16>) -> tensor<8x4xbf16> {
  // expected-error @below {{'dsa.linear' op expected f32 factors on the cpu target, got 'bf16'}}
  %y = dsa.linear %x, %w : (tensor<8x16xbf16>, tensor<4x16xbf16>) -> tensor<8x4xbf16>
  dsa.yield %y : tensor<8x4xbf16>
}
