// A NaN on its way to the loss or to the scores is not lost: not in a softmax, a ReLU or an activation.
// RUN: not dsa-run %s --entry=dense 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not dsa-run %s --entry=masked 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not dsa-run %s --entry=gathered 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not dsa-run %s --entry=activation 2>&1 | FileCheck %s --check-prefix=LOSS
// RUN: not dsa-run %s --entry=scores 2>&1 | FileCheck %s --check-prefix=SCORE
// LOSS: cross_entropy_0, row 2: expected finite numbers, got NaN or infinity
// SCORE: index_scores_top_k_0, row 2: expected numbers, got NaN

// Token 2 of 40, which earlier queries do not see, has the one NaN.
func.func private @dense(%v: tensor<1x40x1x1xf32>) -> tensor<f32> {
  %low = arith.constant dense<0.5> : tensor<1x2x1x1xf32>
  %nan = arith.constant dense<0x7FC00003> : tensor<1x1x1x1xf32>
  %high = arith.constant dense<0.25> : tensor<1x37x1x1xf32>
  %k = tensor.concat dim(1) %low, %nan, %high : (tensor<1x2x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x37x1x1xf32>) -> tensor<1x40x1x1xf32>
  %o, %lse = dsa.attention %k, %k, %v {causal, scale = 1.0}
      : (tensor<1x40x1x1xf32>, tensor<1x40x1x1xf32>, tensor<1x40x1x1xf32>) -> (tensor<1x40x1x1xf32>, tensor<1x1x40xf32>)
  %z = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x40x1x1xf32> into tensor<1x40x1xf32>
  %t = arith.constant dense<0> : tensor<1x40xi32>
  %loss, %each, %lse2 = dsa.cross_entropy %z, %t : (tensor<1x40x1xf32>, tensor<1x40xi32>) -> (tensor<f32>, tensor<1x40xf32>, tensor<1x40xf32>)
  return %loss : tensor<f32>
}

func.func private @masked(%v: tensor<1x40x1x1xf32>, %s: tensor<1x40x40xf32>) -> tensor<f32> {
  %low = arith.constant dense<0.5> : tensor<1x2x1x1xf32>
  %nan = arith.constant dense<0x7FC00003> : tensor<1x1x1x1xf32>
  %high = arith.constant dense<0.25> : tensor<1x37x1x1xf32>
  %k = tensor.concat dim(1) %low, %nan, %high : (tensor<1x2x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x37x1x1xf32>) -> tensor<1x40x1x1xf32>
  %i = dsa.top_k %s {causal, k = 20} : (tensor<1x40x40xf32>) -> tensor<1x40x20xi32>
  %o, %lse = dsa.sparse_attention %k, %k, %v, %i {causal, scale = 1.0}
      : (tensor<1x40x1x1xf32>, tensor<1x40x1x1xf32>, tensor<1x40x1x1xf32>, tensor<1x40x20xi32>) -> (tensor<1x40x1x1xf32>, tensor<1x1x40xf32>)
  %z = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x40x1x1xf32> into tensor<1x40x1xf32>
  %t = arith.constant dense<0> : tensor<1x40xi32>
  %loss, %each, %lse2 = dsa.cross_entropy %z, %t : (tensor<1x40x1xf32>, tensor<1x40xi32>) -> (tensor<f32>, tensor<1x40xf32>, tensor<1x40xf32>)
  return %loss : tensor<f32>
}

func.func private @gathered(%v: tensor<1x40x1x1xf32>, %s: tensor<1x40x40xf32>) -> tensor<f32> {
  %low = arith.constant dense<0.5> : tensor<1x2x1x1xf32>
  %nan = arith.constant dense<0x7FC00003> : tensor<1x1x1x1xf32>
  %high = arith.constant dense<0.25> : tensor<1x37x1x1xf32>
  %k = tensor.concat dim(1) %low, %nan, %high : (tensor<1x2x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x37x1x1xf32>) -> tensor<1x40x1x1xf32>
  %i = dsa.top_k %s {causal, k = 3} : (tensor<1x40x40xf32>) -> tensor<1x40x3xi32>
  %o, %lse = dsa.sparse_attention %k, %k, %v, %i {causal, scale = 1.0}
      : (tensor<1x40x1x1xf32>, tensor<1x40x1x1xf32>, tensor<1x40x1x1xf32>, tensor<1x40x3xi32>) -> (tensor<1x40x1x1xf32>, tensor<1x1x40xf32>)
  %z = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x40x1x1xf32> into tensor<1x40x1xf32>
  %t = arith.constant dense<0> : tensor<1x40xi32>
  %loss, %each, %lse2 = dsa.cross_entropy %z, %t : (tensor<1x40x1xf32>, tensor<1x40xi32>) -> (tensor<f32>, tensor<1x40xf32>, tensor<1x40xf32>)
  return %loss : tensor<f32>
}

func.func private @activation() -> tensor<f32> {
  %low = arith.constant dense<0.5> : tensor<1x2x1x1xf32>
  %nan = arith.constant dense<0x7FC00003> : tensor<1x1x1x1xf32>
  %high = arith.constant dense<0.25> : tensor<1x37x1x1xf32>
  %k = tensor.concat dim(1) %low, %nan, %high : (tensor<1x2x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x37x1x1xf32>) -> tensor<1x40x1x1xf32>
  %o = dsa.silu %k : (tensor<1x40x1x1xf32>) -> tensor<1x40x1x1xf32>
  %z = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x40x1x1xf32> into tensor<1x40x1xf32>
  %t = arith.constant dense<0> : tensor<1x40xi32>
  %loss, %each, %lse2 = dsa.cross_entropy %z, %t : (tensor<1x40x1xf32>, tensor<1x40xi32>) -> (tensor<f32>, tensor<1x40xf32>, tensor<1x40xf32>)
  return %loss : tensor<f32>
}

func.func private @scores(%w: tensor<1x40x1xf32>) -> tensor<1x40x3xi32> {
  %low = arith.constant dense<0.5> : tensor<1x2x1x1xf32>
  %nan = arith.constant dense<0x7FC00003> : tensor<1x1x1x1xf32>
  %high = arith.constant dense<0.25> : tensor<1x37x1x1xf32>
  %k = tensor.concat dim(1) %low, %nan, %high : (tensor<1x2x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x37x1x1xf32>) -> tensor<1x40x1x1xf32>
  %q = arith.constant dense<-1.0> : tensor<1x40x1x1xf32>
  %c = tensor.collapse_shape %k [[0], [1], [2, 3]] : tensor<1x40x1x1xf32> into tensor<1x40x1xf32>
  %s = dsa.index_scores %q, %c, %w {scale = 1.0} : (tensor<1x40x1x1xf32>, tensor<1x40x1xf32>, tensor<1x40x1xf32>) -> tensor<1x40x40xf32>
  %i = dsa.top_k %s {causal, k = 3} : (tensor<1x40x40xf32>) -> tensor<1x40x3xi32>
  return %i : tensor<1x40x3xi32>
}
