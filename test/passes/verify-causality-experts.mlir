// Experts reorder rows: own under a permutation, and own again after the combine of the same dispatch.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics -dsa-verify-causality

// Rows are own under the dispatch until its combine; the balance loss may see all tokens.
func.func @experts(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>, %we: tensor<3x4x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  %a = dsa.grouped_linear %rows, %we, %of
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %act = dsa.silu %a : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %y = dsa.combine %act, %ws, %at
      : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  %o = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  %total = dsa.add %loss, %balance : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %total : tensor<f32>
}

// -----

// Rows that come back to other tokens.
func.func @other_positions(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>, %we: tensor<3x4x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  %ey = arith.constant dense<0> : tensor<4x2xi32>
  %rows2, %of2, %sl2, %at2 = dsa.dispatch %t, %ey {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  %a = dsa.grouped_linear %rows, %we, %of
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %act = dsa.silu %a : (tensor<8x4xf32>) -> tensor<8x4xf32>
  // expected-error @+1 {{'dsa.combine' op lets row t = 0 see token s = 1: its positions belong to another dispatch than its rows}}
  %y = dsa.combine %act, %ws, %at2
      : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  %o = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Experts that other tokens chose.
func.func @other_offsets(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>, %we: tensor<3x4x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  %ey = arith.constant dense<0> : tensor<4x2xi32>
  %rows2, %of2, %sl2, %at2 = dsa.dispatch %t, %ey {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  // expected-error @+1 {{'dsa.grouped_linear' op lets row t = 0 see token s = 1: its offsets belong to another dispatch than its rows}}
  %a = dsa.grouped_linear %rows, %we, %of2
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %act = dsa.silu %a : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %y = dsa.combine %act, %ws, %at
      : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  %o = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Rows of two dispatches side by side.
func.func @other_rows(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>, %we: tensor<3x4x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  %ey = arith.constant dense<0> : tensor<4x2xi32>
  %rows2, %of2, %sl2, %at2 = dsa.dispatch %t, %ey {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  // expected-error @+1 {{'dsa.add' op lets row t = 0 see token s = 1: it pairs rows of different order}}
  %mixed = dsa.add %rows, %rows2 : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %a = dsa.grouped_linear %mixed, %we, %of
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %act = dsa.silu %a : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %y = dsa.combine %act, %ws, %at
      : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  %o = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A place in the dispatched order tells where the other tokens went.
func.func @numbered(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>, %we: tensor<3x4x4xf32>, %by: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  // expected-error @+1 {{'dsa.mul' op lets row t = 0 see token s = 1: it tells dispatched rows apart by their number}}
  %mixed = dsa.mul %rows, %by : (tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %a = dsa.grouped_linear %mixed, %we, %of
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %act = dsa.silu %a : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %y = dsa.combine %act, %ws, %at
      : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  %o = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Dropout drawn for the slot of the token.
func.func @dropout_by_slot(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>, %we: tensor<3x4x4xf32>, %key: tensor<4xi32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  %a = dsa.grouped_linear %rows, %we, %of
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %act = dsa.silu %a : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %act2 = dsa.dropout %act key(%key) rows(%sl) {p = 0.1 : f64} : (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>) -> tensor<8x4xf32>
  %y = dsa.combine %act2, %ws, %at
      : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  %o = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Dropout drawn for the place in the dispatched order.
func.func @dropout_by_row(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %gate: tensor<3x4xf32>, %we: tensor<3x4x4xf32>, %key: tensor<4xi32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %t, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %ws, %ex, %pr = dsa.route %z {k = 2 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<4x2xi32>, tensor<4x3xf32>)
  %rows, %of, %sl, %at = dsa.dispatch %t, %ex {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x2xi32>) -> (tensor<8x4xf32>, tensor<4xi32>, tensor<8xi32>, tensor<4x2xi32>)
  %a = dsa.grouped_linear %rows, %we, %of
      : (tensor<8x4xf32>, tensor<3x4x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %act = dsa.silu %a : (tensor<8x4xf32>) -> tensor<8x4xf32>
  // expected-error @+1 {{'dsa.dropout' op lets row t = 0 see token s = 1: it draws for dispatched rows by their number}}
  %act2 = dsa.dropout %act key(%key) {p = 0.1 : f64} : (tensor<8x4xf32>, tensor<4xi32>) -> tensor<8x4xf32>
  %y = dsa.combine %act2, %ws, %at
      : (tensor<8x4xf32>, tensor<4x2xf32>, tensor<4x2xi32>) -> tensor<4x4xf32>
  %balance = dsa.balance_loss %pr, %ex {coefficient = 1.0e-2 : f64}
      : (tensor<4x3xf32>, tensor<4x2xi32>) -> tensor<f32>
  %o = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}
