// Kernels and the launches that use them: one kernel twice, views inside a kernel, several results.
// RUN: dsa-run %s --target=reference --print | FileCheck %s

dsa.kernel @scaled_sum(%a: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<2xf32> {
  %s = dsa.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %y = dsa.scale %s {factor = 2.0 : f64} : (tensor<2xf32>) -> tensor<2xf32>
  dsa.yield %y : tensor<2xf32>
}

dsa.kernel @halves(%a: tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %low = tensor.extract_slice %a[0] [2] [1] : tensor<4xf32> to tensor<2xf32>
  %high = tensor.extract_slice %a[2] [2] [1] : tensor<4xf32> to tensor<2xf32>
  dsa.yield %low, %high : tensor<2xf32>, tensor<2xf32>
}

// CHECK: @twice
// CHECK: y f32[2] = [18, 28]
func.func @twice() -> (tensor<2xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %low, %high = dsa.launch @halves(%x) : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  %sum = dsa.launch @scaled_sum(%low, %high) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %y = dsa.launch @scaled_sum(%low, %sum) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
