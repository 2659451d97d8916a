// The gradient of attention whose scores a body revises: the derivative of the body, on every form.
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --every-form --threads=2
// RUN: dsa-run %s --check-gradients

func.func @one(%q: tensor<1x1x1x1xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x1x1x1xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x1x1x2xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x1x1xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x2xf32>) -> (tensor<1x1x1x2xf32>, tensor<1x1x1xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 1.5 : f32
        %x = arith.divf %score, %c : f32
        %t = math.tanh %x : f32
        %new = arith.mulf %c, %t : f32
        dsa.yield %new : f32
      }
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x1x1x2xf32>, tensor<1x1x1xi32>) -> (tensor<f32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  return %loss : tensor<f32>
}

func.func @odd(%q: tensor<2x13x3x7xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x13x3x7xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x13x3x5xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<2x13x3xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<2x13x3x5xf32>, tensor<2x13x3xi32>) -> (tensor<f32>, tensor<2x13x3xf32>, tensor<2x13x3xf32>)
  return %loss : tensor<f32>
}

func.func @shared_heads(%q: tensor<1x11x6x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x17x2x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x17x2x16xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x11x6xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>)
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x11x6x16xf32>, tensor<1x11x6xi32>) -> (tensor<f32>, tensor<1x11x6xf32>, tensor<1x11x6xf32>)
  return %loss : tensor<f32>
}

func.func @capped(%q: tensor<2x37x4x16xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x37x2x16xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x37x2x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<2x37x4xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<2x37x4x16xf32>, tensor<2x37x2x16xf32>, tensor<2x37x2x8xf32>) -> (tensor<2x37x4x8xf32>, tensor<2x4x37xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 1.5 : f32
        %x = arith.divf %score, %c : f32
        %t = math.tanh %x : f32
        %new = arith.mulf %c, %t : f32
        dsa.yield %new : f32
      }
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<2x37x4x8xf32>, tensor<2x37x4xi32>) -> (tensor<f32>, tensor<2x37x4xf32>, tensor<2x37x4xf32>)
  return %loss : tensor<f32>
}

func.func @decoding(%q: tensor<1x3x2x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x40x2x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x40x2x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}, %t: tensor<1x3x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x3x2x8xf32>, tensor<1x3x2xi32>) -> (tensor<f32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>)
  return %loss : tensor<f32>
}

func.func @packed(%q: tensor<2x23x2x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x23x1x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x23x1x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %t: tensor<2x23x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<2x23x2x8xf32>, tensor<2x23x2xi32>) -> (tensor<f32>, tensor<2x23x2xf32>, tensor<2x23x2xf32>)
  return %loss : tensor<f32>
}

func.func @windowed(%q: tensor<1x19x2x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x19x1x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x19x1x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x19x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x19x2x8xf32>, tensor<1x19x2xi32>) -> (tensor<f32>, tensor<1x19x2xf32>, tensor<1x19x2xf32>)
  return %loss : tensor<f32>
}

func.func @excluding(%q: tensor<1x19x2x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x33x1x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x33x1x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x19x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x19x2x8xf32>, tensor<1x19x2xi32>) -> (tensor<f32>, tensor<1x19x2xf32>, tensor<1x19x2xf32>)
  return %loss : tensor<f32>
}

func.func @log_of_zero(%q: tensor<1x9x2x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x9x1x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x9x1x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x9x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x9x2x8xf32>, tensor<1x9x2xi32>) -> (tensor<f32>, tensor<1x9x2xf32>, tensor<1x9x2xf32>)
  return %loss : tensor<f32>
}

func.func @beyond(%q: tensor<1x21x2x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x21x1x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x21x1x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x21x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x21x2x8xf32>, tensor<1x21x2xi32>) -> (tensor<f32>, tensor<1x21x2xf32>, tensor<1x21x2xf32>)
  return %loss : tensor<f32>
}

func.func @bias_alone(%q: tensor<1x7x2x4xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x7x1x4xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x7x1x4xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x7x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x7x2x4xf32>, tensor<1x7x1x4xf32>, tensor<1x7x1x4xf32>) -> (tensor<1x7x2x4xf32>, tensor<1x2x7xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 0.25 : f32
        %d = arith.subf %key, %query : f32
        %new = arith.mulf %c, %d : f32
        dsa.yield %new : f32
      }
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x7x2x4xf32>, tensor<1x7x2xi32>) -> (tensor<f32>, tensor<1x7x2xf32>, tensor<1x7x2xf32>)
  return %loss : tensor<f32>
}

func.func @dropped(%q: tensor<2x9x4x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<2x11x2x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<2x11x2x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %rng: tensor<4xi32>, %t: tensor<2x9x4xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %v key(%rng) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 1.5 : f32
        %x = arith.divf %score, %c : f32
        %t = math.tanh %x : f32
        %new = arith.mulf %c, %t : f32
        dsa.yield %new : f32
      }
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<2x9x4x8xf32>, tensor<2x9x4xi32>) -> (tensor<f32>, tensor<2x9x4xf32>, tensor<2x9x4xf32>)
  return %loss : tensor<f32>
}

func.func @long(%q: tensor<1x150x2x8xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x130x1x8xf32> {dsa.role = "parameter", dsa.name = "k"}, %v: tensor<1x130x1x8xf32> {dsa.role = "parameter", dsa.name = "v"}, %t: tensor<1x150x2xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x150x2x8xf32>, tensor<1x130x1x8xf32>, tensor<1x130x1x8xf32>) -> (tensor<1x150x2x8xf32>, tensor<1x2x150xf32>)
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
  %loss, %each, %sums = dsa.cross_entropy %o, %t : (tensor<1x150x2x8xf32>, tensor<1x150x2xi32>) -> (tensor<f32>, tensor<1x150x2xf32>, tensor<1x150x2xf32>)
  return %loss : tensor<f32>
}
