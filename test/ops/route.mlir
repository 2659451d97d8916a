// The chosen experts and their weights: ties, noise, k = 1 and k = all.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: not dsa-run %s --entry=no_expert --target=reference 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not dsa-run %s --entry=no_expert --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU
// RANGE: dsa.route: expected a chosen expert in [0, 3) in row 1, got 3
// CPU: row 1: expected an index in range, got one outside
// CHECK: @values
// CHECK: w f32[1x2] = {{\[\[}}0.6, 0.4]]
// CHECK: e i32[1x2] = {{\[\[}}1, 2]]
// CHECK: p f32[1x3] = {{\[\[}}0.166667, 0.5, 0.333333]]
func.func @values() -> (tensor<1x2xf32> {dsa.name = "w"}, tensor<1x2xi32> {dsa.name = "e"}, tensor<1x3xf32> {dsa.name = "p"}) {
  %z = arith.constant dense<[[0.0, 1.0986122887, 0.6931471806]]> : tensor<1x3xf32>
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<1x3xf32>) -> (tensor<1x2xf32>, tensor<1x2xi32>, tensor<1x3xf32>)
  return %w, %e, %p : tensor<1x2xf32>, tensor<1x2xi32>, tensor<1x3xf32>
}

// Equal logits: the lower expert first.
// CHECK: @ties
// CHECK: e i32[2x2] = {{\[\[}}0, 1], [1, 3]]
func.func @ties() -> (tensor<2x2xi32> {dsa.name = "e"}) {
  %z = arith.constant dense<[[0.0, -0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]]> : tensor<2x4xf32>
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<2x4xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>, tensor<2x4xf32>)
  return %e : tensor<2x2xi32>
}

// The normal numbers of key 0 are 0.991, -0.154, -1.186 (words 6627e8d5 e169c58d of block 0, and so on): the choice turns.
// CHECK: @noise
// CHECK: e i32[1x1] = {{\[\[}}0]]
// CHECK: p f32[1x3] = {{\[\[}}0.41936, 0.390076, 0.190563]]
func.func @noise() -> (tensor<1x1xi32> {dsa.name = "e"}, tensor<1x3xf32> {dsa.name = "p"}) {
  %z = arith.constant dense<[[-0.3, 0.2, 0.0]]> : tensor<1x3xf32>
  %key = arith.constant dense<0> : tensor<4xi32>
  %w, %e, %p = dsa.route %z key(%key) {k = 1, noise = 0.5 : f64} : (tensor<1x3xf32>, tensor<4xi32>) -> (tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x3xf32>)
  return %e, %p : tensor<1x1xi32>, tensor<1x3xf32>
}

func.func @one(%z: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>) {
  %w, %e, %p = dsa.route %z {k = 1} : (tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>)
  return %w, %e, %p : tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>
}

func.func @one_noisy(%z: tensor<1x1xf32>, %key: tensor<4xi32>) -> (tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>) {
  %w, %e, %p = dsa.route %z key(%key) {k = 1, noise = 0.5 : f64} : (tensor<1x1xf32>, tensor<4xi32>) -> (tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>)
  return %w, %e, %p : tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>
}

func.func @odd(%z: tensor<13x5xf32>) -> (tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>) {
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<13x5xf32>) -> (tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>)
  return %w, %e, %p : tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>
}

func.func @odd_noisy(%z: tensor<13x5xf32>, %key: tensor<4xi32>) -> (tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>) {
  %w, %e, %p = dsa.route %z key(%key) {k = 2, noise = 0.5 : f64} : (tensor<13x5xf32>, tensor<4xi32>) -> (tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>)
  return %w, %e, %p : tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>
}

func.func @k_is_1(%z: tensor<17x8xf32>) -> (tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>) {
  %w, %e, %p = dsa.route %z {k = 1} : (tensor<17x8xf32>) -> (tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>)
  return %w, %e, %p : tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>
}

func.func @k_is_1_noisy(%z: tensor<17x8xf32>, %key: tensor<4xi32>) -> (tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>) {
  %w, %e, %p = dsa.route %z key(%key) {k = 1, noise = 0.5 : f64} : (tensor<17x8xf32>, tensor<4xi32>) -> (tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>)
  return %w, %e, %p : tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>
}

func.func @all_experts(%z: tensor<7x3xf32>) -> (tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>) {
  %w, %e, %p = dsa.route %z {k = 3} : (tensor<7x3xf32>) -> (tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>)
  return %w, %e, %p : tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>
}

func.func @all_experts_noisy(%z: tensor<7x3xf32>, %key: tensor<4xi32>) -> (tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>) {
  %w, %e, %p = dsa.route %z key(%key) {k = 3, noise = 0.5 : f64} : (tensor<7x3xf32>, tensor<4xi32>) -> (tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>)
  return %w, %e, %p : tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>
}

func.func @few_tokens(%z: tensor<3x31xf32>) -> (tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>) {
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<3x31xf32>) -> (tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>)
  return %w, %e, %p : tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>
}

func.func @few_tokens_noisy(%z: tensor<3x31xf32>, %key: tensor<4xi32>) -> (tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>) {
  %w, %e, %p = dsa.route %z key(%key) {k = 2, noise = 0.5 : f64} : (tensor<3x31xf32>, tensor<4xi32>) -> (tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>)
  return %w, %e, %p : tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>
}

func.func @tiles(%z: tensor<67x4xf32>) -> (tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>) {
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<67x4xf32>) -> (tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>)
  return %w, %e, %p : tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>
}

func.func @tiles_noisy(%z: tensor<67x4xf32>, %key: tensor<4xi32>) -> (tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>) {
  %w, %e, %p = dsa.route %z key(%key) {k = 2, noise = 0.5 : f64} : (tensor<67x4xf32>, tensor<4xi32>) -> (tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>)
  return %w, %e, %p : tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>
}

// A given choice: its order is kept, its weights are those of its own logits, and the probabilities do not change.
// CHECK: @replayed
// CHECK: w f32[1x2] = {{\[\[}}0.333333, 0.666667]]
// CHECK: e i32[1x2] = {{\[\[}}0, 2]]
// CHECK: p f32[1x3] = {{\[\[}}0.166667, 0.5, 0.333333]]
func.func @replayed() -> (tensor<1x2xf32> {dsa.name = "w"}, tensor<1x2xi32> {dsa.name = "e"}, tensor<1x3xf32> {dsa.name = "p"}) {
  %z = arith.constant dense<[[0.0, 1.0986122887, 0.6931471806]]> : tensor<1x3xf32>
  %chosen = arith.constant dense<[[0, 2]]> : tensor<1x2xi32>
  %w, %e, %p = dsa.route %z chosen(%chosen) {k = 2} : (tensor<1x3xf32>, tensor<1x2xi32>) -> (tensor<1x2xf32>, tensor<1x2xi32>, tensor<1x3xf32>)
  return %w, %e, %p : tensor<1x2xf32>, tensor<1x2xi32>, tensor<1x3xf32>
}

// Far from the best: no weight may overflow or vanish.
func.func @replayed_worst(%z: tensor<67x4xf32> {dsa.range = array<i64: -200, 200>}, %key: tensor<4xi32>, %e: tensor<67x3xi32> {dsa.range = array<i64: 0, 4>})
    -> (tensor<67x3xf32>, tensor<67x3xi32>, tensor<67x4xf32>) {
  %w, %x, %p = dsa.route %z key(%key) chosen(%e) {k = 3, noise = 0.5 : f64} : (tensor<67x4xf32>, tensor<4xi32>, tensor<67x3xi32>) -> (tensor<67x3xf32>, tensor<67x3xi32>, tensor<67x4xf32>)
  return %w, %x, %p : tensor<67x3xf32>, tensor<67x3xi32>, tensor<67x4xf32>
}

func.func private @no_expert(%z: tensor<2x3xf32>) -> tensor<2x1xf32> {
  %chosen = arith.constant dense<[[2], [3]]> : tensor<2x1xi32>
  %w, %e, %p = dsa.route %z chosen(%chosen) {k = 1} : (tensor<2x3xf32>, tensor<2x1xi32>) -> (tensor<2x1xf32>, tensor<2x1xi32>, tensor<2x3xf32>)
  return %w : tensor<2x1xf32>
}
