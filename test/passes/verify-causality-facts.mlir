// What each op lets its results see, said as remarks: the lattice op by op.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics -dsa-verify-causality=print-facts

// Views: slices move the offset, reshapes keep the axis even when it is merged with the batch.
func.func @views(%tokens: tensor<2x5xi32> {dsa.role = "input"}, %table: tensor<8x6xf32>, %w: tensor<12x6xf32>) {
  // expected-remark @+1 {{own(t)}}
  %ids = tensor.extract_slice %tokens[0, 0] [2, 4] [1, 1] : tensor<2x5xi32> to tensor<2x4xi32>
  // expected-remark @+1 {{own(t + 1)}}
  %next = tensor.extract_slice %tokens[0, 1] [2, 4] [1, 1] : tensor<2x5xi32> to tensor<2x4xi32>
  // expected-remark @+1 {{own(t)}}
  %x = dsa.embedding %table, %ids : (tensor<8x6xf32>, tensor<2x4xi32>) -> tensor<2x4x6xf32>
  // expected-remark @+1 {{own(t)}}
  %flat = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x4x6xf32> into tensor<8x6xf32>
  // expected-remark @+1 {{own(t)}}
  %wide = dsa.linear %flat, %w : (tensor<8x6xf32>, tensor<12x6xf32>) -> tensor<8x12xf32>
  // expected-remark @+1 {{own(t)}}
  %half = tensor.extract_slice %wide[0, 6] [8, 6] [1, 1] : tensor<8x12xf32> to tensor<8x6xf32>
  // expected-remark @+1 {{own(t)}}
  %heads = tensor.expand_shape %half [[0, 1], [2, 3]] output_shape [2, 4, 2, 3]
      : tensor<8x6xf32> into tensor<2x4x2x3xf32>
  // expected-remark @+1 {{own(t)}}
  %turned = dsa.rope %heads {pairing = #dsa<rope_pairing half>, width = 2 : i64}
      : (tensor<2x4x2x3xf32>) -> tensor<2x4x2x3xf32>
  // expected-remark @+1 {{own(t)}}
  %one = tensor.extract_slice %turned[1, 0, 0, 0] [1, 4, 2, 3] [1, 1, 1, 1]
      : tensor<2x4x2x3xf32> to tensor<4x2x3xf32>
  // A cut through the merged axis loses it.
  // expected-remark @+1 {{all(3)}}
  %cut = tensor.extract_slice %wide[2, 0] [4, 12] [1, 1] : tensor<8x12xf32> to tensor<4x12xf32>
  // Pieces of one sequence, put together in order, are its tokens again.
  // expected-remark @+1 {{own(t)}}
  %first = tensor.extract_slice %x[0, 0, 0] [2, 1, 6] [1, 1, 1] : tensor<2x4x6xf32> to tensor<2x1x6xf32>
  // expected-remark @+1 {{own(t + 1)}}
  %rest = tensor.extract_slice %x[0, 1, 0] [2, 3, 6] [1, 1, 1] : tensor<2x4x6xf32> to tensor<2x3x6xf32>
  // expected-remark @+1 {{own(t)}}
  %whole = tensor.concat dim(1) %first, %rest : (tensor<2x1x6xf32>, tensor<2x3x6xf32>) -> tensor<2x4x6xf32>
  // In the other order a row stands before the token it holds.
  // expected-remark @+1 {{past(t + 1)}}
  %swapped = tensor.concat dim(1) %rest, %first : (tensor<2x3x6xf32>, tensor<2x1x6xf32>) -> tensor<2x4x6xf32>
  // expected-remark @+1 {{own(t)}}
  %beside = tensor.concat dim(2) %x, %whole : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x12xf32>
  return
}

// -----

// Selections: range and dependence are two facts.
func.func @selections(%tokens: tensor<1x4xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %ones: tensor<1x4x1xf32>) {
  // expected-remark @+1 {{own(t)}}
  %x = dsa.embedding %table, %tokens : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  // expected-remark @+1 {{own(t)}}
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  // expected-remark @+1 {{pair(own(t), own(s))}}
  %s = dsa.index_scores %h, %x, %ones
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  // expected-remark @+1 {{pair(own(t), own(s))}}
  %half = dsa.scale %s {factor = 0.5 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  // expected-remark @+1 {{past(t)}}
  %f = dsa.fill_future %half {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  // expected-remark @+1 {{past(t) of keys s <= t + 0}}
  %causal = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  // expected-remark-re @+1 {{{{^}}past(t){{$}}}}
  %filled = dsa.top_k %f {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  // expected-remark @+1 {{own(t) and all(3)}}
  %free = dsa.top_k %s {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  // expected-remark @+1 {{past(t)}}
  %g = dsa.gather %x, %causal : (tensor<1x4x4xf32>, tensor<1x4x2xi32>) -> tensor<1x4x2x4xf32>
  // expected-remark @+1 {{past(t), past(t)}}
  %a:2 = dsa.attention %h, %h, %h {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>) -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  // expected-remark @+1 {{own(t) and all(3), own(t) and all(3)}}
  %b:2 = dsa.attention %h, %h, %h {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>) -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  // expected-remark @+1 {{past(t) and all(3), past(t) and all(3)}}
  %c:2 = dsa.sparse_attention %h, %h, %h, %free {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  // A window holds keys of the past and has read nothing; no mask is needed to keep it causal.
  // expected-remark @+1 {{none of keys s <= t + 0}}
  %w = dsa.window {keys = 4 : i64} : () -> tensor<1x4x2xi32>
  // expected-remark @+1 {{past(t), past(t)}}
  %d:2 = dsa.sparse_attention %h, %h, %h, %w {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  // The rows of a loss are causal as the attention is that they imitate; their mean has seen everything.
  // expected-remark @+1 {{all(3), past(t), past(t)}}
  %kl:3 = dsa.index_kl %s, %h, %h, %a#1 {causal, scale = 0.5 : f64}
      : (tensor<1x4x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
      -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4x4xf32>)
  // expected-remark @+1 {{all(3), own(t) and all(3), own(t) and all(3)}}
  %free_kl:3 = dsa.index_kl %s, %h, %h, %b#1 {scale = 0.5 : f64}
      : (tensor<1x4x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
      -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4x4xf32>)
  // expected-remark @+1 {{own(t)}}
  %given = dsa.detach %x : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  return
}

// -----

// A function of one's own sees what stands at its place, of each input.
func.func @maps(%tokens: tensor<1x4xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %ones: tensor<1x4x4xf32>) {
  %ids = tensor.extract_slice %tokens[0, 1] [1, 3] [1, 1] : tensor<1x4xi32> to tensor<1x3xi32> // expected-remark {{own(t + 1)}}
  // expected-remark @+1 {{own(t + 1)}}
  %next = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x3xi32>) -> tensor<1x3x4xf32>
  // expected-remark @+1 {{own(t)}}
  %x = dsa.embedding %table, %tokens : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  // expected-remark @+1 {{own(t)}}
  %own = dsa.map (%a = %x, %b = %ones) : tensor<1x4x4xf32> {
    %r = arith.mulf %a, %b : f32
    dsa.yield %r : f32
  }
  // expected-remark @+1 {{own(t)}}
  %now = tensor.extract_slice %own[0, 0, 0] [1, 3, 4] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x3x4xf32>
  // expected-remark @+1 {{past(t + 1)}}
  %both = dsa.map (%a = %now, %b = %next) : tensor<1x3x4xf32> {
    %r = arith.addf %a, %b : f32
    dsa.yield %r : f32
  }
  return
}

// -----

// Experts.
func.func @experts(%tokens: tensor<2x2xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>,
    %we: tensor<3x4x4xf32>) {
  // expected-remark @+1 {{own(t)}}
  %x = dsa.embedding %table, %tokens : (tensor<8x4xf32>, tensor<2x2xi32>) -> tensor<2x2x4xf32>
  // expected-remark @+1 {{own(t)}}
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x2x4xf32> into tensor<4x4xf32>
  // expected-remark @+1 {{own(t)}}
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  // expected-remark @+1 {{own(t), own(t), own(t)}}
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  // expected-remark @+1 {{own(t) under a permutation, all(1), all(1), all(1)}}
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  // expected-remark @+1 {{own(t) under a permutation}}
  %a = dsa.grouped_linear %rows, %we, %of
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  // expected-remark-re @+1 {{{{^}}own(t){{$}}}}
  %y = dsa.combine %a, %ws, %at : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  // expected-remark @+1 {{all(1)}}
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  return
}
