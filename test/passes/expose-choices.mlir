// Choices become results, inputs, or both; what they ranked becomes a result where it was computed.
// RUN: dsa-opt %s -dsa-expose-choices | FileCheck %s --check-prefix=CAPTURE
// RUN: dsa-opt %s -dsa-expose-choices='capture=false replay' | FileCheck %s --check-prefix=REPLAY
// RUN: dsa-opt %s -dsa-expose-choices='replay scores' | FileCheck %s --check-prefix=JUDGE
// RUN: not dsa-opt %s -pass-pipeline='builtin.module(func.func(dsa-expose-choices{forget=1}))' 2>&1 | FileCheck %s --check-prefix=OPTION
// OPTION: no such option forget

// CAPTURE-LABEL: func.func @layers(
// CAPTURE-SAME: tensor<1x4x2xi32> {dsa.name = "choice.top_k.0"}
// CAPTURE-SAME: tensor<4x1xi32> {dsa.name = "choice.route.0"}
// CAPTURE-SAME: tensor<1x4x2xi32> {dsa.name = "choice.top_k.1"}
// CAPTURE: %[[FIRST:.*]] = dsa.top_k
// CAPTURE: %{{.*}}, %[[EXPERTS:.*]], %{{.*}} = dsa.route
// CAPTURE: %[[SECOND:.*]] = dsa.top_k
// CAPTURE: return %{{.*}}, %[[FIRST]], %[[EXPERTS]], %[[SECOND]]

// REPLAY-LABEL: func.func @layers(
// REPLAY-SAME: %[[FIRST:arg[0-9]+]]: tensor<1x4x2xi32> {dsa.name = "choice.top_k.0", dsa.range = array<i64: -1, 4>, dsa.role = "input"}
// REPLAY-SAME: %[[EXPERTS:arg[0-9]+]]: tensor<4x1xi32> {dsa.name = "choice.route.0", dsa.range = array<i64: 0, 3>, dsa.role = "input"}
// REPLAY-SAME: %[[SECOND:arg[0-9]+]]: tensor<1x4x2xi32> {dsa.name = "choice.top_k.1"
// REPLAY-SAME: -> tensor<1x4x1x4xf32> {
// REPLAY-NOT: dsa.top_k
// REPLAY: dsa.sparse_attention {{.*}} %[[FIRST]] {causal
// REPLAY: dsa.route %{{.*}} chosen(%[[EXPERTS]]) {k = 1 : i64}
// REPLAY-NOT: dsa.route
// REPLAY: dsa.sparse_attention {{.*}} %[[SECOND]] {causal

// The own choice is still made, of the scores as it ranks them; a later layer reads the given one.
// JUDGE-LABEL: func.func @layers(
// JUDGE-SAME: %[[FIRST:arg[0-9]+]]: tensor<1x4x2xi32> {dsa.name = "choice.top_k.0"
// JUDGE-SAME: -> (tensor<1x4x1x4xf32>, tensor<1x4x2xi32> {dsa.name = "choice.top_k.0"}, tensor<1x4x4xf32> {dsa.name = "choice.top_k.0.scores"}
// JUDGE-SAME: tensor<4x1xi32> {dsa.name = "choice.route.0"}, tensor<4x3xf32> {dsa.name = "choice.route.0.probabilities"}
// JUDGE: %[[RANKED:.*]] = dsa.fill_future %[[SCORES:.*]] {value = 0xFFF0000000000000 : f64}
// JUDGE: %[[OWN:.*]] = dsa.top_k %[[SCORES]]
// JUDGE: dsa.sparse_attention {{.*}} %[[FIRST]] {causal
// JUDGE: dsa.route %[[LOGITS:[0-9]+]] {k = 1 : i64}
// JUDGE: dsa.route %[[LOGITS]] chosen(
// JUDGE: return {{.*}} %[[OWN]], %[[RANKED]]
func.func @layers(%h: tensor<1x4x1x4xf32>, %x: tensor<1x4x4xf32>, %w: tensor<1x4x1xf32>, %gate: tensor<3x4xf32>) -> tensor<1x4x1x4xf32> {
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.sparse_attention %h, %h, %h, %i {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0, 1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<4x4xf32>
  %z = dsa.linear %r, %gate : (tensor<4x4xf32>, tensor<3x4xf32>) -> tensor<4x3xf32>
  %weights, %experts, %p = dsa.route %z {k = 1 : i64}
      : (tensor<4x3xf32>) -> (tensor<4x1xf32>, tensor<4x1xi32>, tensor<4x3xf32>)
  %rows, %offsets, %slots, %positions = dsa.dispatch %r, %experts {num_experts = 3 : i64}
      : (tensor<4x4xf32>, tensor<4x1xi32>) -> (tensor<4x4xf32>, tensor<4xi32>, tensor<4xi32>, tensor<4x1xi32>)
  %y = dsa.combine %rows, %weights, %positions : (tensor<4x4xf32>, tensor<4x1xf32>, tensor<4x1xi32>) -> tensor<4x4xf32>
  %h2 = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 4, 1, 4] : tensor<4x4xf32> into tensor<1x4x1x4xf32>
  %s2 = dsa.index_scores %h2, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %i2 = dsa.top_k %s2 {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o2, %l2 = dsa.sparse_attention %h2, %h2, %h2, %i2 {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  return %o2 : tensor<1x4x1x4xf32>
}

// Numbers start again in each function, and a choice among given scores shows none.
// JUDGE-LABEL: func.func @given(
// JUDGE-SAME: -> (tensor<1x2x1xi32>, tensor<1x2x1xi32> {dsa.name = "choice.top_k.0"}) {
func.func @given(%s: tensor<1x2x3xf32>) -> tensor<1x2x1xi32> {
  %t = tensor.extract_slice %s[0, 0, 0] [1, 2, 2] [1, 1, 1] : tensor<1x2x3xf32> to tensor<1x2x2xf32>
  %f = dsa.fill_future %t {value = -1.0 : f64} : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %i = dsa.top_k %f {k = 1 : i64} : (tensor<1x2x2xf32>) -> tensor<1x2x1xi32>
  return %i : tensor<1x2x1xi32>
}
