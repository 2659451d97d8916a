// Rows divided by their root mean square; a row of zeros stays zero.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @rows
// CHECK: y f32[2x2] = {{\[\[}}0.6, 1.6], [0, 0]]
func.func @rows() -> (tensor<2x2xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[3.0, 4.0], [0.0, 0.0]]> : tensor<2x2xf32>
  %g = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = dsa.rms_norm %x, %g {eps = 12.5 : f64} : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

func.func @one(%x: tensor<1x1xf32>, %g: tensor<1xf32>) -> tensor<1x1xf32> {
  %y = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

func.func @odd(%x: tensor<7x13xf32>, %g: tensor<13xf32>) -> tensor<7x13xf32> {
  %y = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<7x13xf32>, tensor<13xf32>) -> tensor<7x13xf32>
  return %y : tensor<7x13xf32>
}

func.func @rank_3(%x: tensor<2x5x67xf32>, %g: tensor<67xf32>) -> tensor<2x5x67xf32> {
  %y = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<2x5x67xf32>, tensor<67xf32>) -> tensor<2x5x67xf32>
  return %y : tensor<2x5x67xf32>
}

func.func @wide(%x: tensor<3x257xf32>, %g: tensor<257xf32>) -> tensor<3x257xf32> {
  %y = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<3x257xf32>, tensor<257xf32>) -> tensor<3x257xf32>
  return %y : tensor<3x257xf32>
}

func.func @even(%x: tensor<4x64xf32>, %g: tensor<64xf32>) -> tensor<4x64xf32> {
  %y = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<4x64xf32>, tensor<64xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}
