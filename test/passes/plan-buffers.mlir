  return %0 : tensor<4x4xf32>
}
dsa.kernel @k(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = dsa.linear %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  dsa.yield %y : tensor<4x4xf32>
}

// -----

// expected-error @+1 {{expected result #0 to come from a launch of its own, as it updates an argument}}
func.func @err_argument_returned(%x: tensor<4xf32>) -> (tensor<4xf32> {dsa.updates = 0 : i64}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a launch result for each function result, got one for #0 and #1}}
func.func @err_returned_twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = dsa.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}
