// Rows grouped by expert, in token order inside a group; experts without rows; all rows at one expert.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @groups
// CHECK: rows f32[6x1] = {{\[\[}}1], [2], [1], [3], [2], [3]]
// CHECK: offsets i32[5] = [0, 2, 4, 4, 6]
// CHECK: slots i32[6] = [1, 2, 0, 4, 3, 5]
// CHECK: positions i32[3x2] = {{\[\[}}2, 0], [1, 4], [3, 5]]
func.func @groups() -> (tensor<6x1xf32> {dsa.name = "rows"}, tensor<5xi32> {dsa.name = "offsets"}, tensor<6xi32> {dsa.name = "slots"}, tensor<3x2xi32> {dsa.name = "positions"}) {
  %x = arith.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %e = arith.constant dense<[[1, 0], [0, 3], [1, 3]]> : tensor<3x2xi32>
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 4}
      : (tensor<3x1xf32>, tensor<3x2xi32>) -> (tensor<6x1xf32>, tensor<5xi32>, tensor<6xi32>, tensor<3x2xi32>)
  return %rows, %offsets, %slots, %positions : tensor<6x1xf32>, tensor<5xi32>, tensor<6xi32>, tensor<3x2xi32>
}

// CHECK: @one_expert_for_all
// CHECK: offsets i32[4] = [0, 0, 3, 3]
func.func @one_expert_for_all(%x: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<4xi32> {dsa.name = "offsets"}) {
  %e = arith.constant dense<1> : tensor<3x1xi32>
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 3}
      : (tensor<3x5xf32>, tensor<3x1xi32>) -> (tensor<3x5xf32>, tensor<4xi32>, tensor<3xi32>, tensor<3x1xi32>)
  return %rows, %offsets : tensor<3x5xf32>, tensor<4xi32>
}

func.func @one(%x: tensor<1x1xf32>, %e: tensor<1x1xi32> {dsa.range = array<i64: 0, 1>}) -> (tensor<1x1xf32>, tensor<2xi32>, tensor<1xi32>, tensor<1x1xi32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 1}
      : (tensor<1x1xf32>, tensor<1x1xi32>) -> (tensor<1x1xf32>, tensor<2xi32>, tensor<1xi32>, tensor<1x1xi32>)
  return %rows, %offsets, %slots, %positions : tensor<1x1xf32>, tensor<2xi32>, tensor<1xi32>, tensor<1x1xi32>
}

func.func @odd(%x: tensor<13x7xf32>, %e: tensor<13x2xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<26x7xf32>, tensor<6xi32>, tensor<26xi32>, tensor<13x2xi32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 5}
      : (tensor<13x7xf32>, tensor<13x2xi32>) -> (tensor<26x7xf32>, tensor<6xi32>, tensor<26xi32>, tensor<13x2xi32>)
  return %rows, %offsets, %slots, %positions : tensor<26x7xf32>, tensor<6xi32>, tensor<26xi32>, tensor<13x2xi32>
}

func.func @k_is_1(%x: tensor<17x16xf32>, %e: tensor<17x1xi32> {dsa.range = array<i64: 0, 8>}) -> (tensor<17x16xf32>, tensor<9xi32>, tensor<17xi32>, tensor<17x1xi32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 8}
      : (tensor<17x16xf32>, tensor<17x1xi32>) -> (tensor<17x16xf32>, tensor<9xi32>, tensor<17xi32>, tensor<17x1xi32>)
  return %rows, %offsets, %slots, %positions : tensor<17x16xf32>, tensor<9xi32>, tensor<17xi32>, tensor<17x1xi32>
}

func.func @all_experts(%x: tensor<7x5xf32>, %e: tensor<7x3xi32> {dsa.range = array<i64: 0, 3>}) -> (tensor<21x5xf32>, tensor<4xi32>, tensor<21xi32>, tensor<7x3xi32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 3}
      : (tensor<7x5xf32>, tensor<7x3xi32>) -> (tensor<21x5xf32>, tensor<4xi32>, tensor<21xi32>, tensor<7x3xi32>)
  return %rows, %offsets, %slots, %positions : tensor<21x5xf32>, tensor<4xi32>, tensor<21xi32>, tensor<7x3xi32>
}

func.func @few_tokens(%x: tensor<3x8xf32>, %e: tensor<3x2xi32> {dsa.range = array<i64: 0, 31>}) -> (tensor<6x8xf32>, tensor<32xi32>, tensor<6xi32>, tensor<3x2xi32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 31}
      : (tensor<3x8xf32>, tensor<3x2xi32>) -> (tensor<6x8xf32>, tensor<32xi32>, tensor<6xi32>, tensor<3x2xi32>)
  return %rows, %offsets, %slots, %positions : tensor<6x8xf32>, tensor<32xi32>, tensor<6xi32>, tensor<3x2xi32>
}

func.func @tiles(%x: tensor<67x64xf32>, %e: tensor<67x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<134x64xf32>, tensor<5xi32>, tensor<134xi32>, tensor<67x2xi32>) {
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %e {num_experts = 4}
      : (tensor<67x64xf32>, tensor<67x2xi32>) -> (tensor<134x64xf32>, tensor<5xi32>, tensor<134xi32>, tensor<67x2xi32>)
  return %rows, %offsets, %slots, %positions : tensor<134x64xf32>, tensor<5xi32>, tensor<134xi32>, tensor<67x2xi32>
}
