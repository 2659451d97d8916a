// What folds away at the graph level.
// RUN: dsa-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: @add_zero
// CHECK-NEXT: return %arg0
func.func @add_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %0 = dsa.add %zero, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @mul_one
// CHECK-NEXT: return %arg0
func.func @mul_one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %0 = dsa.mul %x, %one : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A product with zero stays: it may hide a NaN.
// CHECK-LABEL: @mul_zero
// CHECK: dsa.mul
func.func @mul_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %0 = dsa.mul %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @scale_one
// CHECK-NEXT: return %arg0
func.func @scale_one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.scale %x {factor = 1.0} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @scale_of_scale
// CHECK-NEXT: %[[y:.*]] = dsa.scale %arg0 {factor = 1.500000e+00 : f64}
// CHECK-NEXT: return %[[y]]
func.func @scale_of_scale(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.scale %x {factor = 0.5} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dsa.scale %0 {factor = 3.0} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @dropout_of_nothing
// CHECK-NEXT: return %arg0
func.func @dropout_of_nothing(%x: tensor<4xf32>, %key: tensor<4xi32>) -> tensor<4xf32> {
  %0 = dsa.dropout %x key(%key) {p = 0.0} : (tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @map_of_itself
// CHECK-NEXT: return %arg1
func.func @map_of_itself(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.map (%a = %x, %b = %y) : tensor<4xf32> {
    dsa.yield %b : f32
  }
  return %0 : tensor<4xf32>
}

// An input that is not read goes, and one that comes twice comes once.
// CHECK-LABEL: @map_inputs
// CHECK-NEXT: %[[Y:.*]] = dsa.map (%[[A:.*]] = %arg1) : tensor<4xf32> {
// CHECK-NEXT: %[[S:.*]] = arith.mulf %[[A]], %[[A]] : f32
// CHECK-NEXT: dsa.yield %[[S]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: return %[[Y]]
func.func @map_inputs(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.map (%a = %x, %b = %y, %c = %y) : tensor<4xf32> {
    %unread = math.exp %a : f32
    %s = arith.mulf %b, %c : f32
    dsa.yield %s : f32
  }
  return %0 : tensor<4xf32>
}

// A constant of the body stays inside, and one input stays although it is not read.
// CHECK-LABEL: @map_constant
// CHECK-NEXT: dsa.map (%{{.*}} = %arg0)
// CHECK-NEXT: arith.constant 3.000000e+00 : f32
// CHECK-NEXT: dsa.yield
func.func @map_constant(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.map (%a = %x, %b = %y) : tensor<4xf32> {
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %three = arith.addf %one, %two : f32
    dsa.yield %three : f32
  }
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @cast_to_itself
// CHECK-NEXT: return %arg0
func.func @cast_to_itself(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.cast %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @cast_there_and_back
// CHECK-NEXT: return %arg0
func.func @cast_there_and_back(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  %0 = dsa.cast %x : (tensor<4xbf16>) -> tensor<4xf32>
  %1 = dsa.cast %0 : (tensor<4xf32>) -> tensor<4xbf16>
  return %1 : tensor<4xbf16>
}

// What a narrower type has rounded away does not come back, and f16 does not hold the range of bf16.
// CHECK-LABEL: @cast_rounds
// CHECK-COUNT-4: dsa.cast
func.func @cast_rounds(%x: tensor<4xf32>, %y: tensor<4xbf16>) -> (tensor<4xf32>, tensor<4xbf16>) {
  %0 = dsa.cast %x : (tensor<4xf32>) -> tensor<4xbf16>
  %1 = dsa.cast %0 : (tensor<4xbf16>) -> tensor<4xf32>
  %2 = dsa.cast %y : (tensor<4xbf16>) -> tensor<4xf16>
  %3 = dsa.cast %2 : (tensor<4xf16>) -> tensor<4xbf16>
  return %1, %3 : tensor<4xf32>, tensor<4xbf16>
}
