// Gradients of the rows, scaled by their weight, and of the weights, as products of rows.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: drows f32[4x2] = {{\[\[}}0.5, 1], [-1, 0], [1, 2], [0, 0]]
// CHECK: dw f32[2x2] = {{\[\[}}1, 17], [3, 7]]
func.func @values() -> (tensor<4x2xf32> {dsa.name = "drows"}, tensor<2x2xf32> {dsa.name = "dw"}) {
  %dy = arith.constant dense<[[1.0, 2.0], [1.0, 0.0]]> : tensor<2x2xf32>
  %rows = arith.constant dense<[[1.0, 0.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
  %w = arith.constant dense<[[0.5, 1.0], [-1.0, 0.0]]> : tensor<2x2xf32>
  %positions = arith.constant dense<[[0, 2], [1, 3]]> : tensor<2x2xi32>
  %drows, %dw = dsa.combine_grad %dy, %rows, %w, %positions
      : (tensor<2x2xf32>, tensor<4x2xf32>, tensor<2x2xf32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<2x2xf32>)
  return %drows, %dw : tensor<4x2xf32>, tensor<2x2xf32>
}

func.func @one(%x: tensor<1x1xf32>, %e: tensor<1x1xi32> {dsa.range = array<i64: 0, 1>}, %w: tensor<1x1xf32>, %dy: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 1}
      : (tensor<1x1xf32>, tensor<1x1xi32>) -> (tensor<1x1xf32>, tensor<2xi32>, tensor<1xi32>, tensor<1x1xi32>)
  %drows, %dw = dsa.combine_grad %dy, %rows, %w, %positions : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xi32>) -> (tensor<1x1xf32>, tensor<1x1xf32>)
  return %drows, %dw : tensor<1x1xf32>, tensor<1x1xf32>
}

func.func @odd(%x: tensor<13x7xf32>, %e: tensor<13x2xi32> {dsa.range = array<i64: 0, 5>}, %w: tensor<13x2xf32>, %dy: tensor<13x7xf32>) -> (tensor<26x7xf32>, tensor<13x2xf32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 5}
      : (tensor<13x7xf32>, tensor<13x2xi32>) -> (tensor<26x7xf32>, tensor<6xi32>, tensor<26xi32>, tensor<13x2xi32>)
  %drows, %dw = dsa.combine_grad %dy, %rows, %w, %positions : (tensor<13x7xf32>, tensor<26x7xf32>, tensor<13x2xf32>, tensor<13x2xi32>) -> (tensor<26x7xf32>, tensor<13x2xf32>)
  return %drows, %dw : tensor<26x7xf32>, tensor<13x2xf32>
}

func.func @k_is_1(%x: tensor<17x16xf32>, %e: tensor<17x1xi32> {dsa.range = array<i64: 0, 8>}, %w: tensor<17x1xf32>, %dy: tensor<17x16xf32>) -> (tensor<17x16xf32>, tensor<17x1xf32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 8}
      : (tensor<17x16xf32>, tensor<17x1xi32>) -> (tensor<17x16xf32>, tensor<9xi32>, tensor<17xi32>, tensor<17x1xi32>)
  %drows, %dw = dsa.combine_grad %dy, %rows, %w, %positions : (tensor<17x16xf32>, tensor<17x16xf32>, tensor<17x1xf32>, tensor<17x1xi32>) -> (tensor<17x16xf32>, tensor<17x1xf32>)
  return %drows, %dw : tensor<17x16xf32>, tensor<17x1xf32>
}

func.func @all_experts(%x: tensor<7x5xf32>, %e: tensor<7x3xi32> {dsa.range = array<i64: 0, 3>}, %w: tensor<7x3xf32>, %dy: tensor<7x5xf32>) -> (tensor<21x5xf32>, tensor<7x3xf32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 3}
      : (tensor<7x5xf32>, tensor<7x3xi32>) -> (tensor<21x5xf32>, tensor<4xi32>, tensor<21xi32>, tensor<7x3xi32>)
  %drows, %dw = dsa.combine_grad %dy, %rows, %w, %positions : (tensor<7x5xf32>, tensor<21x5xf32>, tensor<7x3xf32>, tensor<7x3xi32>) -> (tensor<21x5xf32>, tensor<7x3xf32>)
  return %drows, %dw : tensor<21x5xf32>, tensor<7x3xf32>
}

func.func @few_tokens(%x: tensor<3x8xf32>, %e: tensor<3x2xi32> {dsa.range = array<i64: 0, 31>}, %w: tensor<3x2xf32>, %dy: tensor<3x8xf32>) -> (tensor<6x8xf32>, tensor<3x2xf32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 31}
      : (tensor<3x8xf32>, tensor<3x2xi32>) -> (tensor<6x8xf32>, tensor<32xi32>, tensor<6xi32>, tensor<3x2xi32>)
  %drows, %dw = dsa.combine_grad %dy, %rows, %w, %positions : (tensor<3x8xf32>, tensor<6x8xf32>, tensor<3x2xf32>, tensor<3x2xi32>) -> (tensor<6x8xf32>, tensor<3x2xf32>)
  return %drows, %dw : tensor<6x8xf32>, tensor<3x2xf32>
}

func.func @tiles(%x: tensor<67x64xf32>, %e: tensor<67x2xi32> {dsa.range = array<i64: 0, 4>}, %w: tensor<67x2xf32>, %dy: tensor<67x64xf32>) -> (tensor<134x64xf32>, tensor<67x2xf32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 4}
      : (tensor<67x64xf32>, tensor<67x2xi32>) -> (tensor<134x64xf32>, tensor<5xi32>, tensor<134xi32>, tensor<67x2xi32>)
  %drows, %dw = dsa.combine_grad %dy, %rows, %w, %positions : (tensor<67x64xf32>, tensor<134x64xf32>, tensor<67x2xf32>, tensor<67x2xi32>) -> (tensor<134x64xf32>, tensor<67x2xf32>)
  return %drows, %dw : tensor<134x64xf32>, tensor<67x2xf32>
}
