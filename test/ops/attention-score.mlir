// Scores that a body of one's own revises: by hand, then bodies that need every argument, on every form of attention.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --every-form --threads=2

// Query 1 sees scores (0, 0) and takes ln 3 off per step back: weights (1/4, 3/4). Head 1 takes twice that: (1/10, 9/10).
// CHECK: @by_hand
// CHECK: o f32[1x2x2x1] = {{\[\[\[\[}}0], [0]], {{\[\[}}3], [3.6]]]]
// CHECK: lse f32[1x2x2] = {{\[\[\[}}0, 0.287682], [0, 0.105361]]]
func.func @by_hand() -> (tensor<1x2x2x1xf32> {dsa.name = "o"}, tensor<1x2x2xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x2x2x1xf32>
  %k = arith.constant dense<1.0> : tensor<1x2x1x1xf32>
  %v = arith.constant dense<[[[[0.0]], [[4.0]]]]> : tensor<1x2x1x1xf32>
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 1.0 : f64}
      : (tensor<1x2x2x1xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>) -> (tensor<1x2x2x1xf32>, tensor<1x2x2xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %log3 = arith.constant 1.0986122887 : f32
        %slope = math.fma %log3, %head, %log3 : f32
        %distance = arith.subf %query, %key : f32
        %penalty = arith.mulf %slope, %distance : f32
        %new = arith.subf %score, %penalty : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x2x2x1xf32>, tensor<1x2x2xf32>
}

// The position of a query counts from its offset; -inf takes a pair away, a row without pairs is zero.
// CHECK: @positions_by_hand
// CHECK: o f32[1x3x1x1] = {{\[\[\[\[}}0]], {{\[\[}}7]], {{\[\[}}8]]]]
// CHECK: lse f32[1x1x3] = {{\[\[\[}}-inf, 5, 6]]]
func.func @positions_by_hand() -> (tensor<1x3x1x1xf32> {dsa.name = "o"}, tensor<1x1x3xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x3x1x1xf32>
  %k = arith.constant dense<1.0> : tensor<1x7x1x1xf32>
  %v = arith.constant dense<[[[[2.0]], [[3.0]], [[4.0]], [[5.0]], [[6.0]], [[7.0]], [[8.0]]]]> : tensor<1x7x1x1xf32>
  %offset = arith.constant dense<4> : tensor<i32>
  %o, %lse = dsa.attention %q, %k, %v offset(%offset) {causal, scale = 1.0 : f64}
      : (tensor<1x3x1x1xf32>, tensor<1x7x1x1xf32>, tensor<1x7x1x1xf32>, tensor<i32>) -> (tensor<1x3x1x1xf32>, tensor<1x1x3xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %first = arith.constant 4.0 : f32
        %none = arith.constant 0xFF800000 : f32
        %same = arith.cmpf oeq, %query, %key : f32
        %late = arith.cmpf ogt, %query, %first : f32
        %both = arith.andi %same, %late : i1
        %new = arith.select %both, %query, %none : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x3x1x1xf32>, tensor<1x1x3xf32>
}

func.func @one(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant -0.5 : f32
        %e = math.fma %c, %head, %c : f32
        %m = math.exp2 %e : f32
        %d = arith.subf %query, %key : f32
        %p = arith.mulf %m, %d : f32
        %new = arith.subf %score, %p : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x1x1x1xf32>, tensor<1x1x1xf32>
}

func.func @odd(%q: tensor<2x13x3x7xf32>, %k: tensor<2x13x3x7xf32>, %v: tensor<2x13x3x5xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 0.001 : f32
        %q = arith.mulf %query, %c : f32
        %k = math.sin %key : f32
        %h = math.fma %head, %k, %q : f32
        %x = arith.mulf %score, %h : f32
        %new = arith.addf %x, %k : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<2x13x3x5xf32>, tensor<2x3x13xf32>
}

func.func @shared_heads(%q: tensor<1x11x6x8xf32>, %k: tensor<1x17x2x8xf32>, %v: tensor<1x17x2x16xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant -0.5 : f32
        %e = math.fma %c, %head, %c : f32
        %m = math.exp2 %e : f32
        %d = arith.subf %query, %key : f32
        %p = arith.mulf %m, %d : f32
        %new = arith.subf %score, %p : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x11x6x16xf32>, tensor<1x6x11xf32>
}

func.func @capped(%q: tensor<2x7x4x16xf32>, %k: tensor<2x7x1x16xf32>, %v: tensor<2x7x1x8xf32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 1.5 : f32
        %x = arith.divf %score, %c : f32
        %t = math.tanh %x : f32
        %new = arith.mulf %c, %t : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<2x7x4x8xf32>, tensor<2x4x7xf32>
}

func.func @relative(%q: tensor<1x37x4x8xf32>, %k: tensor<1x37x2x8xf32>, %v: tensor<1x37x2x8xf32>) -> (tensor<1x37x4x8xf32>, tensor<1x4x37xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x37x4x8xf32>, tensor<1x37x2x8xf32>, tensor<1x37x2x8xf32>) -> (tensor<1x37x4x8xf32>, tensor<1x4x37xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 0.125 : f32
        %d = arith.subf %query, %key : f32
        %a = math.absf %d : f32
        %l = math.log1p %a : f32
        %h = arith.mulf %l, %head : f32
        %m = arith.mulf %score, %score : f32
        %x = math.fma %m, %c, %score : f32
        %new = arith.subf %x, %h : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x37x4x8xf32>, tensor<1x4x37xf32>
}

func.func @decoding(%q: tensor<1x3x2x8xf32>, %k: tensor<1x40x2x8xf32>, %v: tensor<1x40x2x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>) {
  %o, %lse = dsa.attention %q, %k, %v offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 0.001 : f32
        %q = arith.mulf %query, %c : f32
        %k = math.sin %key : f32
        %h = math.fma %head, %k, %q : f32
        %x = arith.mulf %score, %h : f32
        %new = arith.addf %x, %k : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x3x2x8xf32>, tensor<1x2x3xf32>
}

func.func @packed(%q: tensor<2x23x2x8xf32>, %k: tensor<2x23x1x8xf32>, %v: tensor<2x23x1x8xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>) {
  %o, %lse = dsa.attention %q, %k, %v segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 0.125 : f32
        %d = arith.subf %query, %key : f32
        %a = math.absf %d : f32
        %l = math.log1p %a : f32
        %h = arith.mulf %l, %head : f32
        %m = arith.mulf %score, %score : f32
        %x = math.fma %m, %c, %score : f32
        %new = arith.subf %x, %h : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<2x23x2x8xf32>, tensor<2x2x23xf32>
}

func.func @windowed(%q: tensor<1x19x2x8xf32>, %k: tensor<1x19x1x8xf32>, %v: tensor<1x19x1x8xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x2x19xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x19x2x8xf32>, tensor<1x19x1x8xf32>, tensor<1x19x1x8xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x2x19xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %w = arith.constant 3.0 : f32
        %low = arith.constant -1.0e+30 : f32
        %d = arith.subf %query, %key : f32
        %far = arith.cmpf ogt, %d, %w : f32
        %new = arith.select %far, %low, %score : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x19x2x8xf32>, tensor<1x2x19xf32>
}

func.func @excluding(%q: tensor<1x19x2x8xf32>, %k: tensor<1x33x1x8xf32>, %v: tensor<1x33x1x8xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x2x19xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x19x2x8xf32>, tensor<1x33x1x8xf32>, tensor<1x33x1x8xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x2x19xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %w = arith.constant 2.0 : f32
        %low = arith.constant 0xFF800000 : f32
        %d = arith.subf %query, %key : f32
        %a = math.absf %d : f32
        %far = arith.cmpf ogt, %a, %w : f32
        %new = arith.select %far, %low, %score : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x19x2x8xf32>, tensor<1x2x19xf32>
}

func.func @log_of_zero(%q: tensor<1x9x2x8xf32>, %k: tensor<1x9x1x8xf32>, %v: tensor<1x9x1x8xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x1x8xf32>, tensor<1x9x1x8xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        // On the diagonal the logarithm of a zero that depends on the score: -inf, with an infinite derivative.
        %d = arith.subf %query, %key : f32
        %one = arith.constant 1.0 : f32
        %off = arith.minimumf %d, %one : f32
        %a = math.absf %off : f32
        %m = arith.mulf %score, %score : f32
        %x = math.fma %m, %a, %a : f32
        %new = math.log %x : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x9x2x8xf32>, tensor<1x2x9xf32>
}

func.func @beyond(%q: tensor<1x21x2x8xf32>, %k: tensor<1x21x1x8xf32>, %v: tensor<1x21x1x8xf32>) -> (tensor<1x21x2x8xf32>, tensor<1x2x21xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x21x2x8xf32>, tensor<1x21x1x8xf32>, tensor<1x21x1x8xf32>) -> (tensor<1x21x2x8xf32>, tensor<1x2x21xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        // NaN for every query behind the last one.
        %last = arith.constant 20.0 : f32
        %left = arith.subf %last, %query : f32
        %r = math.sqrt %left : f32
        %new = math.fma %score, %r, %score : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x21x2x8xf32>, tensor<1x2x21xf32>
}

func.func @dropped(%q: tensor<2x9x4x8xf32>, %k: tensor<2x11x2x8xf32>, %v: tensor<2x11x2x8xf32>, %rng: tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>) {
  %o, %lse = dsa.attention %q, %k, %v key(%rng) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant -0.5 : f32
        %e = math.fma %c, %head, %c : f32
        %m = math.exp2 %e : f32
        %d = arith.subf %query, %key : f32
        %p = arith.mulf %m, %d : f32
        %new = arith.subf %score, %p : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<2x9x4x8xf32>, tensor<2x4x9xf32>
}

func.func @dropped_groups(%q: tensor<1x40x2x8xf32>, %k: tensor<1x64x2x8xf32>, %v: tensor<1x64x2x8xf32>, %rng: tensor<4xi32>) -> (tensor<1x40x2x8xf32>, tensor<1x2x40xf32>) {
  %o, %lse = dsa.attention %q, %k, %v key(%rng) {causal, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<1x40x2x8xf32>, tensor<1x64x2x8xf32>, tensor<1x64x2x8xf32>, tensor<4xi32>) -> (tensor<1x40x2x8xf32>, tensor<1x2x40xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 1.5 : f32
        %x = arith.divf %score, %c : f32
        %t = math.tanh %x : f32
        %new = arith.mulf %c, %t : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x40x2x8xf32>, tensor<1x2x40xf32>
}

func.func @long(%q: tensor<1x150x2x8xf32>, %k: tensor<1x290x1x8xf32>, %v: tensor<1x290x1x8xf32>) -> (tensor<1x150x2x8xf32>, tensor<1x2x150xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x150x2x8xf32>, tensor<1x290x1x8xf32>, tensor<1x290x1x8xf32>) -> (tensor<1x150x2x8xf32>, tensor<1x2x150xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 0.125 : f32
        %d = arith.subf %query, %key : f32
        %a = math.absf %d : f32
        %l = math.log1p %a : f32
        %h = arith.mulf %l, %head : f32
        %m = arith.mulf %score, %score : f32
        %x = math.fma %m, %c, %score : f32
        %new = arith.subf %x, %h : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x150x2x8xf32>, tensor<1x2x150xf32>
}
