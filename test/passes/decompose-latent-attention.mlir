// Latent attention in its parts: the form that is asked for, or the cheaper one; a gradient shares what the forward op made.
// RUN: dsa-opt %s --dsa-decompose-latent-attention --dsa-simplify-graph | FileCheck %s

// CHECK-LABEL: @expanded
// CHECK-NOT: dsa.head_linear
// CHECK: %[[ROWS:.*]] = dsa.linear %arg1, %arg3
// CHECK: %[[HEADS:.*]] = tensor.expand_shape %[[ROWS]]
// CHECK: %[[SHARED:.*]] = dsa.share_heads %arg2 {heads = 4 : i64}
// CHECK: %[[CONTENT:.*]] = tensor.extract_slice %[[HEADS]][0, 0, 0, 0] [2, 8, 4, 6]
// CHECK: %[[KEYS:.*]] = tensor.concat dim(3) %[[CONTENT]], %[[SHARED]]
// CHECK: %[[VALUES:.*]] = tensor.extract_slice %[[HEADS]][0, 0, 0, 6] [2, 8, 4, 5]
// CHECK: %[[O:.*]], %{{.*}} = dsa.attention %arg0, %[[KEYS]], %[[VALUES]] {causal, scale = 5.000000e-01 : f64}
// CHECK: return %[[O]]
func.func @expanded(%q: tensor<2x8x4x8xf32>, %c: tensor<2x8x16xf32>, %r: tensor<2x8x2xf32>, %w: tensor<44x16xf32>) -> tensor<2x8x4x5xf32> {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form expanded>, scale = 0.5 : f64}
      : (tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>) -> (tensor<2x8x4x5xf32>, tensor<2x4x8xf32>)
  return %o : tensor<2x8x4x5xf32>
}

// CHECK-LABEL: @absorbed
// CHECK-NOT: dsa.share_heads
// CHECK: %[[CONTENT:.*]] = dsa.head_linear %{{.*}}, %{{.*}} {transposed} : (tensor<2x8x4x6xf32>, tensor<4x6x16xf32>) -> tensor<2x8x4x16xf32>
// CHECK: %[[QUERY:.*]] = tensor.concat dim(3) %[[CONTENT]],
// CHECK: %[[ROWS:.*]] = tensor.concat dim(2) %arg1, %arg2
// CHECK: %[[KEYS:.*]] = tensor.expand_shape %[[ROWS]] {{.*}} into tensor<2x8x1x18xf32>
// CHECK: %[[VALUES:.*]] = tensor.extract_slice %[[KEYS]][0, 0, 0, 0] [2, 8, 1, 16]
// CHECK: %[[CONTEXT:.*]], %{{.*}} = dsa.sparse_attention %[[QUERY]], %[[KEYS]], %[[VALUES]], %arg4 {causal, scale = 5.000000e-01 : f64}
// CHECK: %[[O:.*]] = dsa.head_linear %[[CONTEXT]], %{{.*}} : (tensor<2x8x4x16xf32>, tensor<4x5x16xf32>) -> tensor<2x8x4x5xf32>
// CHECK: return %[[O]]
func.func @absorbed(%q: tensor<2x8x4x8xf32>, %c: tensor<2x8x16xf32>, %r: tensor<2x8x2xf32>, %w: tensor<44x16xf32>, %i: tensor<2x8x3xi32>) -> tensor<2x8x4x5xf32> {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.5 : f64}
      : (tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>, tensor<2x8x3xi32>) -> (tensor<2x8x4x5xf32>, tensor<2x4x8xf32>)
  return %o : tensor<2x8x4x5xf32>
}

// One query looks at many keys: expanding them all would cost more than it saves.
// CHECK-LABEL: @decoding
// CHECK-NOT: dsa.share_heads
// CHECK: dsa.head_linear
func.func @decoding(%q: tensor<1x1x4x24xf32>, %c: tensor<1x512x32xf32>, %r: tensor<1x512x8xf32>, %w: tensor<128x32xf32>) -> tensor<1x1x4x16xf32> {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {scale = 0.5 : f64}
      : (tensor<1x1x4x24xf32>, tensor<1x512x32xf32>, tensor<1x512x8xf32>, tensor<128x32xf32>) -> (tensor<1x1x4x16xf32>, tensor<1x4x1xf32>)
  return %o : tensor<1x1x4x16xf32>
}

// As many queries as keys, and a latent that is wider than a head: here the expansion pays.
// CHECK-LABEL: @prefill
// CHECK-NOT: dsa.head_linear
// CHECK: dsa.share_heads
func.func @prefill(%q: tensor<1x512x4x24xf32>, %c: tensor<1x512x32xf32>, %r: tensor<1x512x8xf32>, %w: tensor<128x32xf32>) -> tensor<1x512x4x16xf32> {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, scale = 0.5 : f64}
      : (tensor<1x512x4x24xf32>, tensor<1x512x32xf32>, tensor<1x512x8xf32>, tensor<128x32xf32>) -> (tensor<1x512x4x16xf32>, tensor<1x4x512xf32>)
  return %o : tensor<1x512x4x16xf32>
}

// CHECK-LABEL: @step
// CHECK: dsa.attention %
// CHECK-NOT: dsa.attention %
// CHECK: dsa.head_linear_grad_weight
// CHECK: dsa.attention_grad
// CHECK-NOT: dsa.latent_attention
// CHECK: return
func.func @step(%do: tensor<2x8x4x5xf32>, %q: tensor<2x8x4x8xf32>, %c: tensor<2x8x16xf32>, %r: tensor<2x8x2xf32>, %w: tensor<44x16xf32>)
    -> (tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form absorbed>, scale = 0.5 : f64}
      : (tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>) -> (tensor<2x8x4x5xf32>, tensor<2x4x8xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form absorbed>, scale = 0.5 : f64}
      : (tensor<2x8x4x5xf32>, tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>, tensor<2x8x4x5xf32>, tensor<2x4x8xf32>)
      -> (tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>
}

// What the expanded form saves is the output and the log-sum-exp; keys and values are shared with the forward op.
// CHECK-LABEL: @expanded_gradient
// CHECK: dsa.linear %
// CHECK-NOT: dsa.linear %
// CHECK: dsa.attention_grad
// CHECK: dsa.linear_grad_input
// CHECK: dsa.sum_heads
// CHECK: dsa.linear_grad_weight
func.func @expanded_gradient(%do: tensor<2x8x4x5xf32>, %q: tensor<2x8x4x8xf32>, %c: tensor<2x8x16xf32>, %r: tensor<2x8x2xf32>, %w: tensor<44x16xf32>,
    %o: tensor<2x8x4x5xf32>, %lse: tensor<2x4x8xf32>) -> (tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>) {
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form expanded>, scale = 0.5 : f64}
      : (tensor<2x8x4x5xf32>, tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>, tensor<2x8x4x5xf32>, tensor<2x4x8xf32>)
      -> (tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x8x4x8xf32>, tensor<2x8x16xf32>, tensor<2x8x2xf32>, tensor<44x16xf32>
}
