// Gradients through slices that tile, overlap or leave gaps, through reshapes and concatenations.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.x f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @tiles(%w: tensor<3x12xf64> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 8>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %a = tensor.extract_slice %w[0, 0] [3, 4] [1, 1] : tensor<3x12xf64> to tensor<3x4xf64>
  %b = tensor.extract_slice %w[0, 4] [3, 4] [1, 1] : tensor<3x12xf64> to tensor<3x4xf64>
  %c = tensor.extract_slice %w[0, 8] [3, 4] [1, 1] : tensor<3x12xf64> to tensor<3x4xf64>
  %d = dsa.mul %a, %c : (tensor<3x4xf64>, tensor<3x4xf64>) -> tensor<3x4xf64>
  %y = tensor.concat dim(1) %b, %d : (tensor<3x4xf64>, tensor<3x4xf64>) -> tensor<3x8xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x8xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

func.func @gaps(%x: tensor<4x6xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %a = tensor.extract_slice %x[1, 1] [2, 4] [1, 1] : tensor<4x6xf64> to tensor<2x4xf64>
  %b = tensor.extract_slice %x[2, 0] [2, 4] [1, 1] : tensor<4x6xf64> to tensor<2x4xf64>
  %y = dsa.mul %a, %b : (tensor<2x4xf64>, tensor<2x4xf64>) -> tensor<2x4xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x4xf64>, tensor<2xi32>) -> (tensor<f64>, tensor<2xf64>, tensor<2xf64>)
  return %loss : tensor<f64>
}

func.func @reshapes(%w: tensor<2x6xf64> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %s = dsa.silu %w : (tensor<2x6xf64>) -> tensor<2x6xf64>
  %f = tensor.collapse_shape %s [[0, 1]] : tensor<2x6xf64> into tensor<12xf64>
  %y = tensor.expand_shape %f [[0, 1]] output_shape [3, 4] : tensor<12xf64> into tensor<3x4xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x4xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

func.func @shared(%x: tensor<3x4xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %s = dsa.silu %x : (tensor<3x4xf64>) -> tensor<3x4xf64>
  %m = dsa.mul %s, %x : (tensor<3x4xf64>, tensor<3x4xf64>) -> tensor<3x4xf64>
  %y = dsa.add %m, %s : (tensor<3x4xf64>, tensor<3x4xf64>) -> tensor<3x4xf64>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x4xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}
