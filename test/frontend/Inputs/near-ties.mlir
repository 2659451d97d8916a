// Key s + 8 is key s with its halves swapped, and a query has two equal halves: both score the same sum in another order.
func.func @near_ties(%qh: tensor<1x33x1x128xf32>, %k: tensor<1x8x256xf32>, %w: tensor<1x33x1xf32> {dsa.role = "parameter"},
    %q: tensor<1x33x2x8xf32>, %v: tensor<1x16x1x8xf32>) -> (tensor<1x33x2x8xf32> {dsa.name = "o"}, tensor<1x2x33xf32> {dsa.name = "lse"}) {
  %qi = tensor.concat dim(3) %qh, %qh : (tensor<1x33x1x128xf32>, tensor<1x33x1x128xf32>) -> tensor<1x33x1x256xf32>
  %low = tensor.extract_slice %k[0, 0, 0] [1, 8, 128] [1, 1, 1] : tensor<1x8x256xf32> to tensor<1x8x128xf32>
  %high = tensor.extract_slice %k[0, 0, 128] [1, 8, 128] [1, 1, 1] : tensor<1x8x256xf32> to tensor<1x8x128xf32>
  %swapped = tensor.concat dim(2) %high, %low : (tensor<1x8x128xf32>, tensor<1x8x128xf32>) -> tensor<1x8x256xf32>
  %ki = tensor.concat dim(1) %k, %swapped : (tensor<1x8x256xf32>, tensor<1x8x256xf32>) -> tensor<1x16x256xf32>
  %s = dsa.index_scores %qi, %ki, %w : (tensor<1x33x1x256xf32>, tensor<1x16x256xf32>, tensor<1x33x1xf32>) -> tensor<1x33x16xf32>
  %i = dsa.top_k %s {k = 1 : i64} : (tensor<1x33x16xf32>) -> tensor<1x33x1xi32>
  %o, %lse = dsa.sparse_attention %q, %v, %v, %i {scale = 0.5 : f64}
      : (tensor<1x33x2x8xf32>, tensor<1x16x1x8xf32>, tensor<1x16x1x8xf32>, tensor<1x33x1xi32>) -> (tensor<1x33x2x8xf32>, tensor<1x2x33xf32>)
  return %o, %lse : tensor<1x33x2x8xf32>, tensor<1x2x33xf32>
}

// The same for experts, whose order counts: expert e + 3 is expert e with its halves swapped.
func.func @near_ties_route(%xh: tensor<33x128xf32>, %g: tensor<3x256xf32>)
    -> (tensor<33x512xf32> {dsa.name = "rows"}, tensor<33x2xf32> {dsa.name = "weights"}, tensor<33x6xf32> {dsa.name = "p"}) {
  %x = tensor.concat dim(1) %xh, %xh : (tensor<33x128xf32>, tensor<33x128xf32>) -> tensor<33x256xf32>
  %low = tensor.extract_slice %g[0, 0] [3, 128] [1, 1] : tensor<3x256xf32> to tensor<3x128xf32>
  %high = tensor.extract_slice %g[0, 128] [3, 128] [1, 1] : tensor<3x256xf32> to tensor<3x128xf32>
  %swapped = tensor.concat dim(1) %high, %low : (tensor<3x128xf32>, tensor<3x128xf32>) -> tensor<3x256xf32>
  %gate = tensor.concat dim(0) %g, %swapped : (tensor<3x256xf32>, tensor<3x256xf32>) -> tensor<6x256xf32>
  %z = dsa.linear %x, %gate : (tensor<33x256xf32>, tensor<6x256xf32>) -> tensor<33x6xf32>
  %weights, %experts, %p = dsa.route %z {k = 2 : i64} : (tensor<33x6xf32>) -> (tensor<33x2xf32>, tensor<33x2xi32>, tensor<33x6xf32>)
  %rows, %offsets, %slots, %positions = dsa.dispatch %x, %experts {num_experts = 6 : i64}
      : (tensor<33x256xf32>, tensor<33x2xi32>) -> (tensor<66x256xf32>, tensor<7xi32>, tensor<66xi32>, tensor<33x2xi32>)
  %pairs = tensor.expand_shape %rows [[0, 1], [2]] output_shape [33, 2, 256] : tensor<66x256xf32> into tensor<33x2x256xf32>
  %flat = tensor.collapse_shape %pairs [[0], [1, 2]] : tensor<33x2x256xf32> into tensor<33x512xf32>
  return %flat, %weights, %p : tensor<33x512xf32>, tensor<33x2xf32>, tensor<33x6xf32>
}

// Given scores are the same numbers on every target: here every choice is exact.
func.func @given(%s: tensor<1x3x4xf32>) -> (tensor<1x3x2xi32> {dsa.name = "i"}) {
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x3x4xf32>) -> tensor<1x3x2xi32>
  return %i : tensor<1x3x2xi32>
}
