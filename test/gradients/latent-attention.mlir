// Gradients of queries, latents, rope keys and the up weight; the parts of both forms have the same ones.
// RUN: dsa-run %s --check-gradients | FileCheck %s

// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.c f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.r f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.c f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.r f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.c f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.r f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.c f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.r f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.q f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.c f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.r f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK: grad.w f64[{{.*}}]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @dense(%q: tensor<2x5x2x5xf64> {dsa.role = "parameter", dsa.name = "q"}, %c: tensor<2x5x3xf64> {dsa.role = "parameter", dsa.name = "c"}, %r: tensor<2x5x2xf64> {dsa.role = "parameter", dsa.name = "r"}, %w: tensor<14x3xf64> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<2x5x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %lse = dsa.latent_attention %q, %c, %r, %w {causal, scale = 0.7 : f64}
      : (tensor<2x5x2x5xf64>, tensor<2x5x3xf64>, tensor<2x5x2xf64>, tensor<14x3xf64>) -> (tensor<2x5x2x4xf64>, tensor<2x2x5xf64>)
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x5x2x4xf64>, tensor<2x5x2xi32>) -> (tensor<f64>, tensor<2x5x2xf64>, tensor<2x5x2xf64>)
  return %loss : tensor<f64>
}

func.func @values_only(%q: tensor<1x4x2x4xf64> {dsa.role = "parameter", dsa.name = "q"}, %c: tensor<1x4x5xf64> {dsa.role = "parameter", dsa.name = "c"}, %r: tensor<1x4x4xf64> {dsa.role = "parameter", dsa.name = "r"}, %w: tensor<6x5xf64> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<1x4x2xi32> {dsa.range = array<i64: 0, 3>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %lse = dsa.latent_attention %q, %c, %r, %w {causal, scale = 0.7 : f64}
      : (tensor<1x4x2x4xf64>, tensor<1x4x5xf64>, tensor<1x4x4xf64>, tensor<6x5xf64>) -> (tensor<1x4x2x3xf64>, tensor<1x2x4xf64>)
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<1x4x2x3xf64>, tensor<1x4x2xi32>) -> (tensor<f64>, tensor<1x4x2xf64>, tensor<1x4x2xf64>)
  return %loss : tensor<f64>
}

func.func @selected(%q: tensor<2x5x2x5xf64> {dsa.role = "parameter", dsa.name = "q"}, %c: tensor<2x5x6xf64> {dsa.role = "parameter", dsa.name = "c"}, %r: tensor<2x5x2xf64> {dsa.role = "parameter", dsa.name = "r"}, %w: tensor<14x6xf64> {dsa.role = "parameter", dsa.name = "w"}, %s: tensor<2x5x5xf64>, %t: tensor<2x5x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %i = dsa.top_k %s {causal, k = 2} : (tensor<2x5x5xf64>) -> tensor<2x5x2xi32>
  %y, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, scale = 0.7 : f64}
      : (tensor<2x5x2x5xf64>, tensor<2x5x6xf64>, tensor<2x5x2xf64>, tensor<14x6xf64>, tensor<2x5x2xi32>) -> (tensor<2x5x2x4xf64>, tensor<2x2x5xf64>)
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x5x2x4xf64>, tensor<2x5x2xi32>) -> (tensor<f64>, tensor<2x5x2xf64>, tensor<2x5x2xf64>)
  return %loss : tensor<f64>
}

func.func @packed_and_offset(%q: tensor<2x3x2x4xf64> {dsa.role = "parameter", dsa.name = "q"}, %c: tensor<2x8x3xf64> {dsa.role = "parameter", dsa.name = "c"}, %r: tensor<2x8x2xf64> {dsa.role = "parameter", dsa.name = "r"}, %w: tensor<12x3xf64> {dsa.role = "parameter", dsa.name = "w"}, %p: tensor<i32> {dsa.range = array<i64: 0, 9>}, %a: tensor<2x3xi32> {dsa.range = array<i64: 0, 2>}, %b: tensor<2x8xi32> {dsa.range = array<i64: 0, 2>}, %s: tensor<2x3x8xf64>, %t: tensor<2x3x2xi32> {dsa.range = array<i64: 0, 4>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %i = dsa.top_k %s offset(%p) segments(%a, %b) {causal, k = 3} : (tensor<2x3x8xf64>, tensor<i32>, tensor<2x3xi32>, tensor<2x8xi32>) -> tensor<2x3x3xi32>
  %y, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) offset(%p) segments(%a, %b) {causal, scale = 0.7 : f64}
      : (tensor<2x3x2x4xf64>, tensor<2x8x3xf64>, tensor<2x8x2xf64>, tensor<12x3xf64>, tensor<2x3x3xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x8xi32>) -> (tensor<2x3x2x4xf64>, tensor<2x2x3xf64>)
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x3x2x4xf64>, tensor<2x3x2xi32>) -> (tensor<f64>, tensor<2x3x2xf64>, tensor<2x3x2xf64>)
  return %loss : tensor<f64>
}

func.func @dropped(%q: tensor<2x4x2x4xf64> {dsa.role = "parameter", dsa.name = "q"}, %c: tensor<2x5x4xf64> {dsa.role = "parameter", dsa.name = "c"}, %r: tensor<2x5x2xf64> {dsa.role = "parameter", dsa.name = "r"}, %w: tensor<10x4xf64> {dsa.role = "parameter", dsa.name = "w"}, %key: tensor<4xi32>, %t: tensor<2x4x2xi32> {dsa.range = array<i64: 0, 3>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %y, %lse = dsa.latent_attention %q, %c, %r, %w key(%key) {scale = 0.7 : f64, dropout = 0.3 : f64}
      : (tensor<2x4x2x4xf64>, tensor<2x5x4xf64>, tensor<2x5x2xf64>, tensor<10x4xf64>, tensor<4xi32>) -> (tensor<2x4x2x3xf64>, tensor<2x2x4xf64>)
  %loss, %each, %total = dsa.cross_entropy %y, %t : (tensor<2x4x2x3xf64>, tensor<2x4x2xi32>) -> (tensor<f64>, tensor<2x4x2xf64>, tensor<2x4x2xf64>)
  return %loss : tensor<f64>
}
