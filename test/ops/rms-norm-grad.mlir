// Gradients of the norm for its rows and for the gain that all rows share.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// With r = 1 / sqrt(12.5 + 12.5) = 0.2: dx = r (dy g - x r^2 mean(dy g x)), dg = dy x r.
// CHECK: @rows
// CHECK: dx f32[1x2] = {{\[\[}}0.068, 0.224]]
// CHECK: dg f32[2] = [0.6, 0.8]
func.func @rows() -> (tensor<1x2xf32> {dsa.name = "dx"}, tensor<2xf32> {dsa.name = "dg"}) {
  %dy = arith.constant dense<1.0> : tensor<1x2xf32>
  %x = arith.constant dense<[[3.0, 4.0]]> : tensor<1x2xf32>
  %g = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 12.5 : f64}
      : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<2xf32>) -> (tensor<1x2xf32>, tensor<2xf32>)
  return %dx, %dg : tensor<1x2xf32>, tensor<2xf32>
}

func.func @one(%dy: tensor<1x1xf32>, %x: tensor<1x1xf32>, %g: tensor<1xf32>) -> (tensor<1x1xf32>, tensor<1xf32>) {
  %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 1.0e-6 : f64}
      : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> (tensor<1x1xf32>, tensor<1xf32>)
  return %dx, %dg : tensor<1x1xf32>, tensor<1xf32>
}

func.func @odd(%dy: tensor<7x13xf32>, %x: tensor<7x13xf32>, %g: tensor<13xf32>) -> (tensor<7x13xf32>, tensor<13xf32>) {
  %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 1.0e-6 : f64}
      : (tensor<7x13xf32>, tensor<7x13xf32>, tensor<13xf32>) -> (tensor<7x13xf32>, tensor<13xf32>)
  return %dx, %dg : tensor<7x13xf32>, tensor<13xf32>
}

func.func @rank_3(%dy: tensor<2x5x67xf32>, %x: tensor<2x5x67xf32>, %g: tensor<67xf32>) -> (tensor<2x5x67xf32>, tensor<67xf32>) {
  %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 1.0e-6 : f64}
      : (tensor<2x5x67xf32>, tensor<2x5x67xf32>, tensor<67xf32>) -> (tensor<2x5x67xf32>, tensor<67xf32>)
  return %dx, %dg : tensor<2x5x67xf32>, tensor<67xf32>
}

func.func @wide(%dy: tensor<3x257xf32>, %x: tensor<3x257xf32>, %g: tensor<257xf32>) -> (tensor<3x257xf32>, tensor<257xf32>) {
  %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 1.0e-6 : f64}
      : (tensor<3x257xf32>, tensor<3x257xf32>, tensor<257xf32>) -> (tensor<3x257xf32>, tensor<257xf32>)
  return %dx, %dg : tensor<3x257xf32>, tensor<257xf32>
}

func.func @even(%dy: tensor<4x64xf32>, %x: tensor<4x64xf32>, %g: tensor<64xf32>) -> (tensor<4x64xf32>, tensor<64xf32>) {
  %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 1.0e-6 : f64}
      : (tensor<4x64xf32>, tensor<4x64xf32>, tensor<64xf32>) -> (tensor<4x64xf32>, tensor<64xf32>)
  return %dx, %dg : tensor<4x64xf32>, tensor<64xf32>
}

func.func @tall(%dy: tensor<1031x3xf32>, %x: tensor<1031x3xf32>, %g: tensor<3xf32>) -> (tensor<1031x3xf32>, tensor<3xf32>) {
  %dx, %dg = dsa.rms_norm_grad %dy, %x, %g {eps = 1.0e-6 : f64}
      : (tensor<1031x3xf32>, tensor<1031x3xf32>, tensor<3xf32>) -> (tensor<1031x3xf32>, tensor<3xf32>)
  return %dx, %dg : tensor<1031x3xf32>, tensor<3xf32>
}
