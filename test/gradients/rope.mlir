// Gradients of both pairings, of a slice, with an offset, and stretched.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @interleaved(%x: tensor<2x3x2x8xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 8>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.rope %x {pairing = #dsa<rope_pairing interleaved>, first = 0, width = 8, base = 10.0 : f64} : (tensor<2x3x2x8xf64>) -> tensor<2x3x2x8xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x8xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @half(%x: tensor<2x3x2x8xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 8>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.rope %x {pairing = #dsa<rope_pairing half>, first = 0, width = 8, base = 10.0 : f64} : (tensor<2x3x2x8xf64>) -> tensor<2x3x2x8xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x8xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @sliced(%x: tensor<2x3x2x8xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 8>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.rope %x {pairing = #dsa<rope_pairing half>, first = 2, width = 4, base = 10.0 : f64} : (tensor<2x3x2x8xf64>) -> tensor<2x3x2x8xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x8xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @turned_back(%x: tensor<2x3x2x8xf64> {dsa.role = "parameter", dsa.name = "x"}, %offset: tensor<i32>, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 8>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, first = 4, width = 4, inverse, base = 10.0 : f64} : (tensor<2x3x2x8xf64>, tensor<i32>) -> tensor<2x3x2x8xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x8xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @stretched(%x: tensor<2x3x2x8xf64> {dsa.role = "parameter", dsa.name = "x"}, %offset: tensor<i32>, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 8>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, width = 8, base = 10.0 : f64, factor = 4.0 : f64, ramp = array<i64: 0, 3>, magnitude = 1.5 : f64} : (tensor<2x3x2x8xf64>, tensor<i32>) -> tensor<2x3x2x8xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3x2x8xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}
