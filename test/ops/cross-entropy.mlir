// Two rows by hand; large logits; a target outside the vocabulary and a loss that is not finite are errors that name the row.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: not dsa-run %s --entry=too_large --target=reference 2>&1 | FileCheck %s --check-prefix=LARGE
// RUN: not dsa-run %s --entry=too_large --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU
// LARGE: dsa.cross_entropy: expected a target in [0, 2) in row 1, got 2
// CPU: row 1: expected an index in range, got one outside
// RUN: not dsa-run %s --entry=nan --target=reference 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not dsa-run %s --entry=nan --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU-NAN
// RUN: not dsa-run %s --entry=infinite --target=reference 2>&1 | FileCheck %s --check-prefix=INFINITE
// RUN: not dsa-run %s --entry=infinite --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU-INFINITE
// NAN: dsa.cross_entropy: expected a finite loss in row 1, got nan
// CPU-NAN: cross_entropy_0, row 1: expected finite numbers, got NaN or infinity
// INFINITE: dsa.cross_entropy: expected a finite loss in row 2, got INF
// CPU-INFINITE: cross_entropy_0, row 2: expected finite numbers, got NaN or infinity

// CHECK: @values
// CHECK: loss f32[] = 0.490415
// CHECK: each f32[2] = [0.693147, 0.287682]
// CHECK: lse f32[2] = [0.693147, 1.38629]
func.func @values() -> (tensor<f32> {dsa.name = "loss"}, tensor<2xf32> {dsa.name = "each"}, tensor<2xf32> {dsa.name = "lse"}) {
  %z = arith.constant dense<[[0.0, 0.0], [0.0, 1.0986122887]]> : tensor<2x2xf32>
  %t = arith.constant dense<[0, 1]> : tensor<2xi32>
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<2x2xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss, %each, %lse : tensor<f32>, tensor<2xf32>, tensor<2xf32>
}

// CHECK: @large
// CHECK: loss f32[] = 1000
// CHECK: lse f32[2] = [1000, -1000]
func.func @large() -> (tensor<f32> {dsa.name = "loss"}, tensor<2xf32> {dsa.name = "lse"}) {
  %z = arith.constant dense<[[0.0, 1000.0], [-1000.0, -2000.0]]> : tensor<2x2xf32>
  %t = arith.constant dense<[0, 1]> : tensor<2xi32>
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<2x2xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss, %lse : tensor<f32>, tensor<2xf32>
}

func.func private @too_large(%z: tensor<2x2xf32>) -> tensor<f32> {
  %t = arith.constant dense<[0, 2]> : tensor<2xi32>
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<2x2xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss : tensor<f32>
}

// A NaN among many logits that are no target, with a payload and after a number.
func.func private @nan() -> tensor<f32> {
  %z = arith.constant dense<[[0.0, 1.0, 2.0, 3.0], [1.0, 0x7FC00003, 4.0, 0.0]]> : tensor<2x4xf32>
  %t = arith.constant dense<[0, 2]> : tensor<2xi32>
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<2x4xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss : tensor<f32>
}

// Minus infinity is a class that is impossible: only as a target is it an infinite loss.
func.func private @infinite() -> tensor<f32> {
  %z = arith.constant dense<[[0.0, 1.0], [0xFF800000, 0.0], [0xFF800000, 0.0], [0x7F800000, 0.0]]> : tensor<4x2xf32>
  %t = arith.constant dense<[0, 1, 0, 1]> : tensor<4xi32>
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<4x2xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

func.func @one(%z: tensor<1x1xf32>, %t: tensor<1xi32> {dsa.range = array<i64: 0, 1>}) -> (tensor<f32>, tensor<1xf32>, tensor<1xf32>) {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<1x1xf32>, tensor<1xi32>) -> (tensor<f32>, tensor<1xf32>, tensor<1xf32>)
  return %loss, %each, %lse : tensor<f32>, tensor<1xf32>, tensor<1xf32>
}

func.func @odd(%z: tensor<7x13xf32>, %t: tensor<7xi32> {dsa.range = array<i64: 0, 13>}) -> (tensor<f32>, tensor<7xf32>, tensor<7xf32>) {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<7x13xf32>, tensor<7xi32>) -> (tensor<f32>, tensor<7xf32>, tensor<7xf32>)
  return %loss, %each, %lse : tensor<f32>, tensor<7xf32>, tensor<7xf32>
}

func.func @rank_3(%z: tensor<2x5x67xf32>, %t: tensor<2x5xi32> {dsa.range = array<i64: 0, 67>}) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5xf32>) {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<2x5x67xf32>, tensor<2x5xi32>) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5xf32>)
  return %loss, %each, %lse : tensor<f32>, tensor<2x5xf32>, tensor<2x5xf32>
}

func.func @wide(%z: tensor<3x1031xf32>, %t: tensor<3xi32> {dsa.range = array<i64: 0, 1031>}) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>) {
  %loss, %each, %lse = dsa.cross_entropy %z, %t : (tensor<3x1031xf32>, tensor<3xi32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
  return %loss, %each, %lse : tensor<f32>, tensor<3xf32>, tensor<3xf32>
}
