// Probabilities minus targets, scaled by the gradient of the mean.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: dz f32[2x2] = {{\[\[}}-0.5, 0.5], [0.25, -0.25]]
func.func @values() -> (tensor<2x2xf32> {dsa.name = "dz"}) {
  %dloss = arith.constant dense<2.0> : tensor<f32>
  %z = arith.constant dense<[[0.0, 0.0], [0.0, 1.0986122887]]> : tensor<2x2xf32>
  %t = arith.constant dense<[0, 1]> : tensor<2xi32>
  %lse = arith.constant dense<[0.6931471806, 1.3862943611]> : tensor<2xf32>
  %dz = dsa.cross_entropy_grad %dloss, %z, %t, %lse : (tensor<f32>, tensor<2x2xf32>, tensor<2xi32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %dz : tensor<2x2xf32>
}

func.func @one(%dloss: tensor<f32>, %z: tensor<1x1xf32>, %t: tensor<1xi32> {dsa.range = array<i64: 0, 1>}) -> tensor<1x1xf32> {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<1x1xf32>, tensor<1xi32>) -> (tensor<f32>, tensor<1xf32>, tensor<1xf32>)
  %dz = dsa.cross_entropy_grad %dloss, %z, %t, %lse : (tensor<f32>, tensor<1x1xf32>, tensor<1xi32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %dz : tensor<1x1xf32>
}

func.func @odd(%dloss: tensor<f32>, %z: tensor<7x13xf32>, %t: tensor<7xi32> {dsa.range = array<i64: 0, 13>}) -> tensor<7x13xf32> {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<7x13xf32>, tensor<7xi32>) -> (tensor<f32>, tensor<7xf32>, tensor<7xf32>)
  %dz = dsa.cross_entropy_grad %dloss, %z, %t, %lse : (tensor<f32>, tensor<7x13xf32>, tensor<7xi32>, tensor<7xf32>) -> tensor<7x13xf32>
  return %dz : tensor<7x13xf32>
}

func.func @rank_3(%dloss: tensor<f32>, %z: tensor<2x5x67xf32>, %t: tensor<2x5xi32> {dsa.range = array<i64: 0, 67>}) -> tensor<2x5x67xf32> {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<2x5x67xf32>, tensor<2x5xi32>) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5xf32>)
  %dz = dsa.cross_entropy_grad %dloss, %z, %t, %lse : (tensor<f32>, tensor<2x5x67xf32>, tensor<2x5xi32>, tensor<2x5xf32>) -> tensor<2x5x67xf32>
  return %dz : tensor<2x5x67xf32>
}

func.func @wide(%dloss: tensor<f32>, %z: tensor<3x1031xf32>, %t: tensor<3xi32> {dsa.range = array<i64: 0, 1031>}) -> tensor<3x1031xf32> {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<3x1031xf32>, tensor<3xi32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
  %dz = dsa.cross_entropy_grad %dloss, %z, %t, %lse : (tensor<f32>, tensor<3x1031xf32>, tensor<3xi32>, tensor<3xf32>) -> tensor<3x1031xf32>
  return %dz : tensor<3x1031xf32>
}
