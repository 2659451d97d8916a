// Gradients go back through the weight of the expert of the row.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @groups
// CHECK: dx f32[3x2] = {{\[\[}}1, 2], [10, 12], [15, 18]]
func.func @groups() -> (tensor<3x2xf32> {dsa.name = "dx"}) {
  %dy = arith.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %w = arith.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]> : tensor<3x1x2xf32>
  %offsets = arith.constant dense<[0, 1, 1, 3]> : tensor<4xi32>
  %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets : (tensor<3x1xf32>, tensor<3x1x2xf32>, tensor<4xi32>) -> tensor<3x2xf32>
  return %dx : tensor<3x2xf32>
}

func.func @one(%x: tensor<1x1xf32>, %e: tensor<1x1xi32> {dsa.range = array<i64: 0, 1>}, %w: tensor<1x1x1xf32>, %dy: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 1}
      : (tensor<1x1xf32>, tensor<1x1xi32>) -> (tensor<1x1xf32>, tensor<2xi32>, tensor<1xi32>, tensor<1x1xi32>)
  %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets : (tensor<1x1xf32>, tensor<1x1x1xf32>, tensor<2xi32>) -> tensor<1x1xf32>
  return %dx : tensor<1x1xf32>
}

func.func @odd(%x: tensor<13x7xf32>, %e: tensor<13x2xi32> {dsa.range = array<i64: 0, 5>}, %w: tensor<5x3x7xf32>, %dy: tensor<26x3xf32>) -> tensor<26x7xf32> {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 5}
      : (tensor<13x7xf32>, tensor<13x2xi32>) -> (tensor<26x7xf32>, tensor<6xi32>, tensor<26xi32>, tensor<13x2xi32>)
  %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets : (tensor<26x3xf32>, tensor<5x3x7xf32>, tensor<6xi32>) -> tensor<26x7xf32>
  return %dx : tensor<26x7xf32>
}

func.func @k_is_1(%x: tensor<17x16xf32>, %e: tensor<17x1xi32> {dsa.range = array<i64: 0, 8>}, %w: tensor<8x8x16xf32>, %dy: tensor<17x8xf32>) -> tensor<17x16xf32> {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 8}
      : (tensor<17x16xf32>, tensor<17x1xi32>) -> (tensor<17x16xf32>, tensor<9xi32>, tensor<17xi32>, tensor<17x1xi32>)
  %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets : (tensor<17x8xf32>, tensor<8x8x16xf32>, tensor<9xi32>) -> tensor<17x16xf32>
  return %dx : tensor<17x16xf32>
}

func.func @all_experts(%x: tensor<7x5xf32>, %e: tensor<7x3xi32> {dsa.range = array<i64: 0, 3>}, %w: tensor<3x13x5xf32>, %dy: tensor<21x13xf32>) -> tensor<21x5xf32> {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 3}
      : (tensor<7x5xf32>, tensor<7x3xi32>) -> (tensor<21x5xf32>, tensor<4xi32>, tensor<21xi32>, tensor<7x3xi32>)
  %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets : (tensor<21x13xf32>, tensor<3x13x5xf32>, tensor<4xi32>) -> tensor<21x5xf32>
  return %dx : tensor<21x5xf32>
}

func.func @few_tokens(%x: tensor<3x8xf32>, %e: tensor<3x2xi32> {dsa.range = array<i64: 0, 31>}, %w: tensor<31x8x8xf32>, %dy: tensor<6x8xf32>) -> tensor<6x8xf32> {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 31}
      : (tensor<3x8xf32>, tensor<3x2xi32>) -> (tensor<6x8xf32>, tensor<32xi32>, tensor<6xi32>, tensor<3x2xi32>)
  %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets : (tensor<6x8xf32>, tensor<31x8x8xf32>, tensor<32xi32>) -> tensor<6x8xf32>
  return %dx : tensor<6x8xf32>
}

func.func @tiles(%x: tensor<67x64xf32>, %e: tensor<67x2xi32> {dsa.range = array<i64: 0, 4>}, %w: tensor<4x33x64xf32>, %dy: tensor<134x33xf32>) -> tensor<134x64xf32> {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 4}
      : (tensor<67x64xf32>, tensor<67x2xi32>) -> (tensor<134x64xf32>, tensor<5xi32>, tensor<134xi32>, tensor<67x2xi32>)
  %dx = dsa.grouped_linear_grad_input %dy, %w, %offsets : (tensor<134x33xf32>, tensor<4x33x64xf32>, tensor<5xi32>) -> tensor<134x64xf32>
  return %dx : tensor<134x64xf32>
}
