// latent_attention_grad: gradients of queries, latents, rope keys and the up weight.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @latent_attention_grad
// CHECK: dsa.latent_attention_grad %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {causal, scale = 5.000000e-01 : f64} :
func.func @latent_attention_grad(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// CHECK-LABEL: func.func @latent_attention_grad_form
// CHECK: dsa.latent_attention_grad %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {form = #dsa<latent_form expanded>, scale = 5.000000e-01 : f64} :
func.func @latent_attention_grad_form(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {form = #dsa<latent_form expanded>, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// CHECK-LABEL: func.func @latent_attention_grad_context
// CHECK: dsa.latent_attention_grad %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} selected(%{{.*}}) key(%{{.*}}) offset(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal, dropout = 1.000000e-01 : f64, form = #dsa<latent_form absorbed>, scale = 5.000000e-01 : f64} :
func.func @latent_attention_grad_context(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>, %i: tensor<2x3x2xi32>, %k: tensor<4xi32>, %p: tensor<i32>, %a: tensor<2x3xi32>, %b: tensor<2x5xi32>) {
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l selected(%i) key(%k) offset(%p) segments(%a, %b) {causal, dropout = 1.000000e-01 : f64, form = #dsa<latent_form absorbed>, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>, tensor<2x3x2xi32>, tensor<4xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x5xi32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c1(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf64>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected latent of element type 'f32', got 'f64'}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf64>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf64>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c1_weight(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf64>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected up weight of element type 'f32', got 'f64'}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf64>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf64>)
  return
}

// -----

func.func @latent_attention_grad_c2(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<1x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected latent of shape [2, 5, 6], got [1, 5, 6]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<1x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<1x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c3(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x4x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected rope key of shape [2, 5, 2], got [2, 4, 2]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x4x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x4x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c3_wide(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x9xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected 1 <= columns of rope key <= 8, got 9}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x9xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x9xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c3_empty(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x0xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected 1 <= columns of rope key <= 8, got 0}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x0xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x0xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c4(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<45x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected up weight of shape [44, 6], got [45, 6]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<45x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<45x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c4_rank(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x7xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected up weight of shape [44, 6], got [44, 7]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x7xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x7xf32>)
  return
}

// -----

func.func @latent_attention_grad_c4_no_values(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<24x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected more than 6 rows of up weight a head, got 24 for 4 heads}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<24x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<24x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c5(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>, %a: tensor<2x4xi32>, %b: tensor<2x5xi32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected query segments of shape [2, 3], got [2, 4]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l segments(%a, %b) {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>, tensor<2x4xi32>, tensor<2x5xi32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c6(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>, %k: tensor<4xi32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected dropout in [0, 1), got 1.000000e+00 : f64}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l key(%k) {dropout = 1.0 : f64, scale = 0.5 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>, tensor<4xi32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c6_key(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected a random key for dropout 1.000000e-01 : f64, got none}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {dropout = 0.1 : f64, scale = 0.5 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c7(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>, %i: tensor<2x4x2xi32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected indices of shape [2, 3, 2], got [2, 4, 2]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l selected(%i) {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>, tensor<2x4x2xi32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c8(%do: tensor<2x3x4x4xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected grad of shape [2, 3, 4, 5], got [2, 3, 4, 4]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x4xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c8_output(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x3x5xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected output of shape [2, 3, 4, 5], got [2, 3, 3, 5]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x3x5xf32>, tensor<2x4x3xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}

// -----

func.func @latent_attention_grad_c8_lse(%do: tensor<2x3x4x5xf32>, %q: tensor<2x3x4x8xf32>, %c: tensor<2x5x6xf32>, %r: tensor<2x5x2xf32>, %w: tensor<44x6xf32>, %o: tensor<2x3x4x5xf32>, %l: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'dsa.latent_attention_grad' op expected lse of shape [2, 4, 3], got [2, 3, 4]}}
  %y:4 = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x5xf32>, tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>, tensor<2x3x4x5xf32>, tensor<2x3x4xf32>) -> (tensor<2x3x4x8xf32>, tensor<2x5x6xf32>, tensor<2x5x2xf32>, tensor<44x6xf32>)
  return
}
