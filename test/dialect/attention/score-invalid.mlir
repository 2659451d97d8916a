// What score bodies refuse: each constraint of each op of attention, and what a body yields.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @attention_c7(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>) {
  // expected-error @+1 {{'dsa.attention' op expected a score body with arguments ('f32', 'f32', 'f32', 'f32'), got ('f32', 'f32', 'f32')}}
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32):
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @attention_c8(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>) {
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{'math.atan' op expected an op that a score body may hold (arith.constant, arith.addf, }}
    %new = math.atan %score : f32
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @attention_c9(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>) {
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{expected values of type 'f32' or i1 in a score body, got 'f64'}}
    %0 = arith.constant 1.0 : f64
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @attention_c10(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>) {
  %c = arith.constant 1.0 : f32
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{use of undeclared SSA value name}}
    %new = arith.addf %score, %c : f32
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @attention_c11(%q: tensor<1x3x2x4xf32>, %k: tensor<1x16777217x1x4xf32>, %v: tensor<1x16777217x1x4xf32>) {
  // expected-error @+1 {{'dsa.attention' op expected at most 16777216 queries, keys and heads for a score body, got 16777217}}
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x16777217x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @sparse_attention_c8(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected a score body with arguments ('f32', 'f32', 'f32', 'f32'), got ('f32', 'f32', 'f32')}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32):
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @sparse_attention_c9(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>) {
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{'math.atan' op expected an op that a score body may hold (arith.constant, arith.addf, }}
    %new = math.atan %score : f32
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @sparse_attention_c10(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>) {
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{expected values of type 'f32' or i1 in a score body, got 'f64'}}
    %0 = arith.constant 1.0 : f64
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @sparse_attention_c11(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>) {
  %c = arith.constant 1.0 : f32
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{use of undeclared SSA value name}}
    %new = arith.addf %score, %c : f32
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @sparse_attention_c12(%q: tensor<1x3x2x4xf32>, %k: tensor<1x16777217x1x4xf32>, %v: tensor<1x16777217x1x4xf32>, %i: tensor<1x3x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected at most 16777216 queries, keys and heads for a score body, got 16777217}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @attention_grad_c8(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %l: tensor<1x2x3xf32>) {
  // expected-error @+1 {{'dsa.attention_grad' op expected a score body with arguments ('f32', 'f32', 'f32', 'f32'), got ('f32', 'f32', 'f32')}}
  %y:3 = dsa.attention_grad %g, %q, %k, %v, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32):
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @attention_grad_c9(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %l: tensor<1x2x3xf32>) {
  %y:3 = dsa.attention_grad %g, %q, %k, %v, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{'math.atan' op expected an op that a score body may hold (arith.constant, arith.addf, }}
    %new = math.atan %score : f32
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @attention_grad_c10(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %l: tensor<1x2x3xf32>) {
  %y:3 = dsa.attention_grad %g, %q, %k, %v, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{expected values of type 'f32' or i1 in a score body, got 'f64'}}
    %0 = arith.constant 1.0 : f64
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @attention_grad_c11(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %l: tensor<1x2x3xf32>) {
  %c = arith.constant 1.0 : f32
  %y:3 = dsa.attention_grad %g, %q, %k, %v, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{use of undeclared SSA value name}}
    %new = arith.addf %score, %c : f32
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @attention_grad_c12(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x16777217x1x4xf32>, %v: tensor<1x16777217x1x4xf32>, %l: tensor<1x2x3xf32>) {
  // expected-error @+1 {{'dsa.attention_grad' op expected at most 16777216 queries, keys and heads for a score body, got 16777217}}
  %y:3 = dsa.attention_grad %g, %q, %k, %v, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x16777217x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @sparse_attention_grad_c9(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>, %l: tensor<1x2x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected a score body with arguments ('f32', 'f32', 'f32', 'f32'), got ('f32', 'f32', 'f32')}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32):
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @sparse_attention_grad_c10(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>, %l: tensor<1x2x3xf32>) {
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{'math.atan' op expected an op that a score body may hold (arith.constant, arith.addf, }}
    %new = math.atan %score : f32
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @sparse_attention_grad_c11(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>, %l: tensor<1x2x3xf32>) {
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{expected values of type 'f32' or i1 in a score body, got 'f64'}}
    %0 = arith.constant 1.0 : f64
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @sparse_attention_grad_c12(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>, %l: tensor<1x2x3xf32>) {
  %c = arith.constant 1.0 : f32
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{use of undeclared SSA value name}}
    %new = arith.addf %score, %c : f32
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @sparse_attention_grad_c13(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x16777217x1x4xf32>, %v: tensor<1x16777217x1x4xf32>, %i: tensor<1x3x2xi32>, %l: tensor<1x2x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected at most 16777216 queries, keys and heads for a score body, got 16777217}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x3x2xi32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x16777217x1x4xf32>, tensor<1x16777217x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @attention_c7_type(%q: tensor<1x3x2x4xbf16>, %k: tensor<1x3x1x4xbf16>, %v: tensor<1x3x1x4xbf16>) {
  // expected-error @+1 {{expected a score body with arguments ('f32', 'f32', 'f32', 'f32'), got ('bf16', 'bf16', 'bf16', 'bf16')}}
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xbf16>, tensor<1x3x1x4xbf16>, tensor<1x3x1x4xbf16>) -> (tensor<1x3x2x4xbf16>, tensor<1x2x3xf32>) score {
    ^bb0(%score: bf16, %query: bf16, %key: bf16, %head: bf16):
    %new = arith.constant 1.0 : f32
    dsa.yield %new : f32
  }
  return
}

// -----

func.func @attention_c10_generic(%q: tensor<1x3x1x4xf32>, %c: f32) {
  // expected-note @+1 {{required by region isolation constraints}}
  %y:2 = "dsa.attention"(%q, %q, %q) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>, scale = 1.0 : f64}> ({
  ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{using value defined outside the region}}
    %new = arith.addf %score, %c : f32
    dsa.yield %new : f32
  }) : (tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x1x4xf32>, tensor<1x1x3xf32>)
  return
}

// -----

func.func @yield_c3(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>) {
  %y:2 = dsa.attention %q, %k, %v {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{expected one operand of type 'f32', got 2 of types ('f32', 'f32')}}
    dsa.yield %score, %score : f32, f32
  }
  return
}

// -----

func.func @yield_c3_grad(%g: tensor<1x3x2x4xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>, %l: tensor<1x2x3xf32>) {
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %g, %l {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>, tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    // expected-error @+1 {{expected two operands of type 'f32', got 1 of types ('f32')}}
    dsa.yield %score : f32
  }
  return
}

// -----

func.func @yield_c3_truth(%q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>, %v: tensor<1x3x1x4xf32>, %i: tensor<1x3x2xi32>) {
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
    ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.cmpf olt, %score, %key : f32
    // expected-error @+1 {{expected one operand of type 'f32', got 1 of types ('i1')}}
    dsa.yield %new : i1
  }
  return
}
