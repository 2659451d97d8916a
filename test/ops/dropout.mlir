// Which elements fall, against the published first block of Philox4x32-10.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// Block 0 of key 0 is 6627e8d5 e169c58d bc57ac4c 9b00dbd8: uniforms 0.399, 0.881, 0.736, 0.605 of elements 0, 16, 32, 48.
// CHECK: @words
// CHECK: y f32[4x1] = {{\[\[}}0], [2], [2], [2]]
func.func @words() -> (tensor<4x1xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<1.0> : tensor<4x16xf32>
  %key = arith.constant dense<0> : tensor<4xi32>
  %d = dsa.dropout %x key(%key) {p = 0.5 : f64} : (tensor<4x16xf32>, tensor<4xi32>) -> tensor<4x16xf32>
  %y = tensor.extract_slice %d[0, 0] [4, 1] [1, 1] : tensor<4x16xf32> to tensor<4x1xf32>
  return %y : tensor<4x1xf32>
}

// The first words of blocks 0 to 7: uniforms 0.399, 0.972, 0.019, 0.787, 0.935, 0.450, 0.714, 0.659.
// CHECK: @half
// CHECK: y f32[8] = [0, 2, 0, 4, 2, 0, 2, 2]
func.func @half() -> (tensor<8xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0]> : tensor<8xf32>
  %key = arith.constant dense<0> : tensor<4xi32>
  %y = dsa.dropout %x key(%key) {p = 0.5 : f64} : (tensor<8xf32>, tensor<4xi32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// CHECK: @most
// CHECK: y f32[8] = [0, 5, 0, 5, 5, 0, 5, 0]
func.func @most() -> (tensor<8xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<1.5> : tensor<8xf32>
  %key = arith.constant dense<0> : tensor<4xi32>
  %y = dsa.dropout %x key(%key) {p = 0.7 : f64} : (tensor<8xf32>, tensor<4xi32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// Row r draws the numbers of row rows[r].
// CHECK: @rows
// CHECK: y f32[3x2] = {{\[\[}}2, 0], [0, 2], [2, 2]]
func.func @rows() -> (tensor<3x2xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<1.0> : tensor<3x2xf32>
  %key = arith.constant dense<0> : tensor<4xi32>
  %rows = arith.constant dense<[2, 0, 3]> : tensor<3xi32>
  %y = dsa.dropout %x key(%key) rows(%rows) {p = 0.5 : f64} : (tensor<3x2xf32>, tensor<4xi32>, tensor<3xi32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

func.func @keyed(%x: tensor<3x7x11xf32>, %seed: tensor<i64> {dsa.role = "seed"}, %step: tensor<i64> {dsa.role = "step"}) -> tensor<3x7x11xf32> {
  %stream = arith.constant dense<5> : tensor<i64>
  %key = dsa.random_key %seed, %step, %stream : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi32>
  %y = dsa.dropout %x key(%key) {p = 0.1 : f64} : (tensor<3x7x11xf32>, tensor<4xi32>) -> tensor<3x7x11xf32>
  return %y : tensor<3x7x11xf32>
}

func.func @odd_rows(%x: tensor<13x7xf32>, %key: tensor<4xi32>, %rows: tensor<13xi32> {dsa.range = array<i64: 0, 1000>}) -> tensor<13x7xf32> {
  %y = dsa.dropout %x key(%key) rows(%rows) {p = 0.3 : f64} : (tensor<13x7xf32>, tensor<4xi32>, tensor<13xi32>) -> tensor<13x7xf32>
  return %y : tensor<13x7xf32>
}

func.func @nothing(%x: tensor<5xf32>, %key: tensor<4xi32>) -> tensor<5xf32> {
  %y = dsa.dropout %x key(%key) {p = 0.0 : f64} : (tensor<5xf32>, tensor<4xi32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @odd(%x: tensor<5x13xf32>, %key: tensor<4xi32>) -> tensor<5x13xf32> {
  %y = dsa.dropout %x key(%key) {p = 0.25 : f64} : (tensor<5x13xf32>, tensor<4xi32>) -> tensor<5x13xf32>
  return %y : tensor<5x13xf32>
}

func.func @long(%x: tensor<4099xf32>, %key: tensor<4xi32>) -> tensor<4099xf32> {
  %y = dsa.dropout %x key(%key) {p = 0.1 : f64} : (tensor<4099xf32>, tensor<4xi32>) -> tensor<4099xf32>
  return %y : tensor<4099xf32>
}

func.func @last_word(%x: tensor<1xf32>, %key: tensor<4xi32>) -> tensor<1xf32> {
  %y = dsa.dropout %x key(%key) {p = 0.5 : f64} : (tensor<1xf32>, tensor<4xi32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}
