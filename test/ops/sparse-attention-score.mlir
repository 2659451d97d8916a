// Scores of selected keys that a body of one's own revises, in tiles and gathered: the body is told the key, not its place in the selection.
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --every-form --threads=2

func.func @one(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x1xf32>, %s: tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x1x1xf32>) -> tensor<1x1x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xi32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
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

func.func @odd(%q: tensor<2x13x3x7xf32>, %k: tensor<2x13x3x7xf32>, %v: tensor<2x13x3x5xf32>, %s: tensor<2x13x13xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) {
  %i = dsa.top_k %s {causal, k = 5} : (tensor<2x13x13xf32>) -> tensor<2x13x5xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xi32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
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

func.func @shared_heads(%q: tensor<1x11x6x8xf32>, %k: tensor<1x17x2x8xf32>, %v: tensor<1x17x2x16xf32>, %s: tensor<1x11x17xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>) {
  %i = dsa.top_k %s {k = 4} : (tensor<1x11x17xf32>) -> tensor<1x11x4xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64}
      : (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>, tensor<1x11x4xi32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>)
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

func.func @k_is_1(%q: tensor<1x9x2x8xf32>, %k: tensor<1x9x2x8xf32>, %v: tensor<1x9x2x8xf32>, %s: tensor<1x9x9xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x9x9xf32>) -> tensor<1x9x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
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
  return %o, %lse : tensor<1x9x2x8xf32>, tensor<1x2x9xf32>
}

func.func @more_than_keys(%q: tensor<1x5x2x8xf32>, %k: tensor<1x6x1x8xf32>, %v: tensor<1x6x1x8xf32>, %s: tensor<1x5x6xf32>) -> (tensor<1x5x2x8xf32>, tensor<1x2x5xf32>) {
  %i = dsa.top_k %s {k = 9} : (tensor<1x5x6xf32>) -> tensor<1x5x9xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64}
      : (tensor<1x5x2x8xf32>, tensor<1x6x1x8xf32>, tensor<1x6x1x8xf32>, tensor<1x5x9xi32>) -> (tensor<1x5x2x8xf32>, tensor<1x2x5xf32>)
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
  return %o, %lse : tensor<1x5x2x8xf32>, tensor<1x2x5xf32>
}

func.func @decoding(%q: tensor<1x3x2x8xf32>, %k: tensor<1x40x2x8xf32>, %v: tensor<1x40x2x8xf32>, %s: tensor<1x3x40xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 6} : (tensor<1x3x40xf32>, tensor<i32>) -> tensor<1x3x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x3x6xi32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
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

func.func @excluding(%q: tensor<1x19x2x8xf32>, %k: tensor<1x33x1x8xf32>, %v: tensor<1x33x1x8xf32>, %s: tensor<1x19x33xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x2x19xf32>) {
  %i = dsa.top_k %s {k = 12} : (tensor<1x19x33xf32>) -> tensor<1x19x12xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64}
      : (tensor<1x19x2x8xf32>, tensor<1x33x1x8xf32>, tensor<1x33x1x8xf32>, tensor<1x19x12xi32>) -> (tensor<1x19x2x8xf32>, tensor<1x2x19xf32>)
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

func.func @dropped(%q: tensor<2x9x4x8xf32>, %k: tensor<2x11x2x8xf32>, %v: tensor<2x11x2x8xf32>, %s: tensor<2x9x11xf32>, %rng: tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>) {
  %i = dsa.top_k %s {k = 6} : (tensor<2x9x11xf32>) -> tensor<2x9x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i key(%rng) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<2x9x6xi32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
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

func.func @gathered(%q: tensor<1x130x4x8xf32>, %k: tensor<1x130x2x8xf32>, %v: tensor<1x130x2x12xf32>, %s: tensor<1x130x130xf32>) -> (tensor<1x130x4x12xf32>, tensor<1x4x130xf32>) {
  %i = dsa.top_k %s {causal, k = 7} : (tensor<1x130x130xf32>) -> tensor<1x130x7xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x130x4x8xf32>, tensor<1x130x2x8xf32>, tensor<1x130x2x12xf32>, tensor<1x130x7xi32>) -> (tensor<1x130x4x12xf32>, tensor<1x4x130xf32>)
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
  return %o, %lse : tensor<1x130x4x12xf32>, tensor<1x4x130xf32>
}

func.func @gathered_vectors(%q: tensor<2x41x2x16xf32>, %k: tensor<2x180x1x16xf32>, %v: tensor<2x180x1x8xf32>, %s: tensor<2x41x180xf32>) -> (tensor<2x41x2x8xf32>, tensor<2x2x41xf32>) {
  %i = dsa.top_k %s {k = 16} : (tensor<2x41x180xf32>) -> tensor<2x41x16xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64}
      : (tensor<2x41x2x16xf32>, tensor<2x180x1x16xf32>, tensor<2x180x1x8xf32>, tensor<2x41x16xi32>) -> (tensor<2x41x2x8xf32>, tensor<2x2x41xf32>)
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
  return %o, %lse : tensor<2x41x2x8xf32>, tensor<2x2x41xf32>
}

func.func @gathered_k_is_1(%q: tensor<1x33x2x8xf32>, %k: tensor<1x33x1x8xf32>, %v: tensor<1x33x1x8xf32>, %s: tensor<1x33x33xf32>) -> (tensor<1x33x2x8xf32>, tensor<1x2x33xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x33x33xf32>) -> tensor<1x33x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x33x2x8xf32>, tensor<1x33x1x8xf32>, tensor<1x33x1x8xf32>, tensor<1x33x1xi32>) -> (tensor<1x33x2x8xf32>, tensor<1x2x33xf32>)
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
  return %o, %lse : tensor<1x33x2x8xf32>, tensor<1x2x33xf32>
}

func.func @gathered_decoding(%q: tensor<1x3x4x8xf32>, %k: tensor<1x200x2x8xf32>, %v: tensor<1x200x2x8xf32>, %s: tensor<1x3x200xf32>, %offset: tensor<i32> {dsa.range = array<i64: 150, 190>}) -> (tensor<1x3x4x8xf32>, tensor<1x4x3xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 19} : (tensor<1x3x200xf32>, tensor<i32>) -> tensor<1x3x19xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x4x8xf32>, tensor<1x200x2x8xf32>, tensor<1x200x2x8xf32>, tensor<1x3x19xi32>, tensor<i32>) -> (tensor<1x3x4x8xf32>, tensor<1x4x3xf32>)
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
  return %o, %lse : tensor<1x3x4x8xf32>, tensor<1x4x3xf32>
}

func.func @gathered_excluding(%q: tensor<1x150x2x8xf32>, %k: tensor<1x150x1x8xf32>, %v: tensor<1x150x1x8xf32>, %s: tensor<1x150x150xf32>) -> (tensor<1x150x2x8xf32>, tensor<1x2x150xf32>) {
  %i = dsa.top_k %s {causal, k = 9} : (tensor<1x150x150xf32>) -> tensor<1x150x9xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x150x2x8xf32>, tensor<1x150x1x8xf32>, tensor<1x150x1x8xf32>, tensor<1x150x9xi32>) -> (tensor<1x150x2x8xf32>, tensor<1x2x150xf32>)
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
  return %o, %lse : tensor<1x150x2x8xf32>, tensor<1x2x150xf32>
}

func.func @gathered_log_of_zero(%q: tensor<1x60x2x8xf32>, %k: tensor<1x60x1x8xf32>, %v: tensor<1x60x1x8xf32>, %s: tensor<1x60x60xf32>) -> (tensor<1x60x2x8xf32>, tensor<1x2x60xf32>) {
  %i = dsa.top_k %s {k = 5} : (tensor<1x60x60xf32>) -> tensor<1x60x5xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64}
      : (tensor<1x60x2x8xf32>, tensor<1x60x1x8xf32>, tensor<1x60x1x8xf32>, tensor<1x60x5xi32>) -> (tensor<1x60x2x8xf32>, tensor<1x2x60xf32>)
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
  return %o, %lse : tensor<1x60x2x8xf32>, tensor<1x2x60xf32>
}

func.func @gathered_windowed(%q: tensor<1x100x2x8xf32>, %k: tensor<1x100x1x8xf32>, %v: tensor<1x100x1x8xf32>, %s: tensor<1x100x100xf32>) -> (tensor<1x100x2x8xf32>, tensor<1x2x100xf32>) {
  %i = dsa.top_k %s {causal, k = 5} : (tensor<1x100x100xf32>) -> tensor<1x100x5xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x100x2x8xf32>, tensor<1x100x1x8xf32>, tensor<1x100x1x8xf32>, tensor<1x100x5xi32>) -> (tensor<1x100x2x8xf32>, tensor<1x2x100xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %w = arith.constant 3.0 : f32
        %low = arith.constant -1.0e+30 : f32
        %d = arith.subf %query, %key : f32
        %far = arith.cmpf ogt, %d, %w : f32
        %new = arith.select %far, %low, %score : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x100x2x8xf32>, tensor<1x2x100xf32>
}

func.func @gathered_packed(%q: tensor<1x90x2x8xf32>, %k: tensor<1x90x1x8xf32>, %v: tensor<1x90x1x8xf32>, %s: tensor<1x90x90xf32>, %qs: tensor<1x90xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<1x90xi32> {dsa.range = array<i64: 0, 2>}) -> (tensor<1x90x2x8xf32>, tensor<1x2x90xf32>) {
  %i = dsa.top_k %s {causal, k = 6} : (tensor<1x90x90xf32>) -> tensor<1x90x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<1x90x2x8xf32>, tensor<1x90x1x8xf32>, tensor<1x90x1x8xf32>, tensor<1x90x6xi32>, tensor<1x90xi32>, tensor<1x90xi32>) -> (tensor<1x90x2x8xf32>, tensor<1x2x90xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 1.5 : f32
        %x = arith.divf %score, %c : f32
        %t = math.tanh %x : f32
        %new = arith.mulf %c, %t : f32
        dsa.yield %new : f32
      }
  return %o, %lse : tensor<1x90x2x8xf32>, tensor<1x2x90xf32>
}
