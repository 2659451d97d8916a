// The words of seed and step; only the low word of the step counts.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @words
// CHECK: key i32[4] = [591751049, 1, 7, 3]
func.func @words() -> (tensor<4xi32> {dsa.name = "key"}) {
  %seed = arith.constant dense<0x123456789> : tensor<i64>
  %step = arith.constant dense<0x500000007> : tensor<i64>
  %stream = arith.constant dense<3> : tensor<i64>
  %key = dsa.random_key %seed, %step, %stream : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi32>
  return %key : tensor<4xi32>
}

// CHECK: @negative
// CHECK: key i32[4] = [-1, -1, -2, 0]
func.func @negative() -> (tensor<4xi32> {dsa.name = "key"}) {
  %seed = arith.constant dense<-1> : tensor<i64>
  %step = arith.constant dense<-2> : tensor<i64>
  %stream = arith.constant dense<0> : tensor<i64>
  %key = dsa.random_key %seed, %step, %stream : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi32>
  return %key : tensor<4xi32>
}

func.func @arguments(%seed: tensor<i64> {dsa.role = "seed"}, %step: tensor<i64> {dsa.role = "step"}) -> tensor<4xi32> {
  %stream = arith.constant dense<11> : tensor<i64>
  %key = dsa.random_key %seed, %step, %stream : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi32>
  return %key : tensor<4xi32>
}
