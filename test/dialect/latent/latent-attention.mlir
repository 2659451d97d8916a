// latent_attention: keys and values out of one row a token.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @latent_attention
// CHECK: dsa.latent_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {causal, scale = 5.000000e-01 : f64} :
func.func @latent_attention(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>) {
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// CHECK-LABEL: func.func @latent_attention_form
// CHECK: dsa.latent_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {form = #dsa<latent_form expanded>, scale = 5.000000e-01 : f64} :
func.func @latent_attention_form(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>) {
  %y:2 = dsa.latent_attention %q, %c, %r, %w {form = #dsa<latent_form expanded>, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// CHECK-LABEL: func.func @latent_attention_context
// CHECK: dsa.latent_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} selected(%{{.*}}) key(%{{.*}}) offset(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal, dropout = 1.000000e-01 : f64, form = #dsa<latent_form absorbed>, scale = 5.000000e-01 : f64} :
func.func @latent_attention_context(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %i: tensor<2x3x2xi32>, %k: tensor<4xi32>, %p: tensor<i32>, %a: tensor<2x3xi32>, %b: tensor<2x5xi32>) {
  %y:2 = dsa.latent_attention %q, %c, %r, %w selected(%i) key(%k) offset(%p) segments(%a, %b) {causal, dropout = 1.000000e-01 : f64, form = #dsa<latent_form absorbed>, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x2xi32>, tensor<4xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x5xi32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c1(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf64>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected latent of element type 'f32', got 'f64'}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf64>, tensor<2x5x2xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c1_weight(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf64>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected up weight of element type 'f32', got 'f64'}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf64>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c2(%q: tensor<2x3x4x8xf32>, %c: tensor<1x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected latent of shape [2, 5, 6], got [1, 5, 6]}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<1x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c3(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x4x2xf32>, %w: tensor<44x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected rope key of shape [2, 5, 2], got [2, 4, 2]}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x4x2xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c3_wide(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x9xf32>, %w: tensor<44x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected 1 <= columns of rope key <= 8, got 9}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x9xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x12xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c3_empty(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x0xf32>, %w: tensor<44x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected 1 <= columns of rope key <= 8, got 0}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x0xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x3xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c4(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<45x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected up weight of shape [44, 6], got [45, 6]}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<45x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c4_rank(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x7xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected up weight of shape [44, 6], got [44, 7]}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x7xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c4_no_values(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<24x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected more than 6 rows of up weight a head, got 24 for 4 heads}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<24x6xf32>) -> (tensor<2x3x4x0xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c5(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %a: tensor<2x4xi32>, %b: tensor<2x5xi32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected query segments of shape [2, 3], got [2, 4]}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w segments(%a, %b) {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x4xi32>, tensor<2x5xi32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c6(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %k: tensor<4xi32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected dropout in [0, 1), got 1.000000e+00 : f64}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w key(%k) {dropout = 1.0 : f64, scale = 0.5 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<4xi32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c6_key(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected a random key for dropout 1.000000e-01 : f64, got none}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w {dropout = 0.1 : f64, scale = 0.5 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @latent_attention_c7(%q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %i: tensor<2x4x2xi32>) {
  // expected-error @+1 {{'dsa.latent_attention' op expected indices of shape [2, 3, 2], got [2, 4, 2]}}
  %y:2 = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x4x2xi32>) -> (tensor<2x3x4x5xf32>, tensor<2x4x3xf32>)
  return
}
