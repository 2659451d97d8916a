// Ops that move elements without computing: slices, reshapes and concatenations.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference

// CHECK: @slice
// CHECK: y f32[2x1] = {{\[\[}}3], [6]]
func.func @slice() -> (tensor<2x1xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %y = tensor.extract_slice %x[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// CHECK: @dropped_axis
// CHECK: y i32[2] = [4, 5]
func.func @dropped_axis() -> (tensor<2xi32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %y = tensor.extract_slice %x[1, 0] [1, 2] [1, 1] : tensor<2x3xi32> to tensor<2xi32>
  return %y : tensor<2xi32>
}

// CHECK: @reshapes
// CHECK: y f32[3x2] = {{\[\[}}1, 2], [3, 4], [5, 6]]
func.func @reshapes() -> (tensor<3x2xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %f = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %y = tensor.expand_shape %f [[0, 1]] output_shape [3, 2] : tensor<6xf32> into tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// CHECK: @joined
// CHECK: y f32[2x3] = {{\[\[}}1, 3, 4], [2, 5, 6]]
func.func @joined() -> (tensor<2x3xf32> {dsa.name = "y"}) {
  %a = arith.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %b = arith.constant dense<[[3.0, 4.0], [5.0, 6.0]]> : tensor<2x2xf32>
  %y = tensor.concat dim(1) %a, %b : (tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// Slices of one product, as attention uses them.
func.func @heads(%x: tensor<5x7xf32>, %w: tensor<18x7xf32>) -> (tensor<5x3x2xf32>, tensor<5x12xf32>) {
  %p = dsa.linear %x, %w : (tensor<5x7xf32>, tensor<18x7xf32>) -> tensor<5x18xf32>
  %a = tensor.extract_slice %p[0, 0] [5, 6] [1, 1] : tensor<5x18xf32> to tensor<5x6xf32>
  %b = tensor.extract_slice %p[0, 6] [5, 6] [1, 1] : tensor<5x18xf32> to tensor<5x6xf32>
  %c = tensor.extract_slice %p[0, 12] [5, 6] [1, 1] : tensor<5x18xf32> to tensor<5x6xf32>
  %h = tensor.expand_shape %c [[0], [1, 2]] output_shape [5, 3, 2] : tensor<5x6xf32> into tensor<5x3x2xf32>
  %j = tensor.concat dim(1) %b, %a : (tensor<5x6xf32>, tensor<5x6xf32>) -> tensor<5x12xf32>
  return %h, %j : tensor<5x3x2xf32>, tensor<5x12xf32>
}
