// Training steps: gradients in reverse order, slices that tile an axis, clipping, the optimizer, accumulation.
// RUN: dsa-opt %s --split-input-file --dsa-differentiate-graph --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-differentiate-graph --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-differentiate-graph
// COUNT-NEXT: 9 differentiated parameters that received a gradient

// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<4x8xf32> {dsa.role = "input"}
// CHECK-SAME: %[[W:[a-z0-9]*]]: tensor<16x8xf32>
// CHECK-SAME: %[[M:[a-z0-9]*]]: tensor<16x8xf32> {dsa.name = "m.w", dsa.role = "state"}
// CHECK-SAME: %[[V:[a-z0-9]*]]: tensor<16x8xf32> {dsa.name = "v.w", dsa.role = "state"}
// CHECK-SAME: -> (tensor<f32> {dsa.name = "loss"}
// CHECK-SAME: tensor<16x8xf32> {dsa.name = "w", dsa.updates = 2 : i64}
// CHECK-SAME: tensor<16x8xf32> {dsa.name = "m.w", dsa.updates = 5 : i64}
// CHECK-SAME: tensor<16x8xf32> {dsa.name = "v.w", dsa.updates = 6 : i64}
// CHECK-SAME: tensor<f32> {dsa.name = "grad_norm"}
// CHECK-NOT: dsa.train
// CHECK: %[[Y:.*]] = dsa.linear %[[X]], %[[W]]
// CHECK: %[[SEED:.*]] = arith.constant dense<2.000000e+00> : tensor<f32>
// CHECK: %[[DY:.*]] = dsa.cross_entropy_grad %[[SEED]], %[[Y]]
// CHECK-NOT: dsa.linear_grad_input
// CHECK: %[[DW:.*]] = dsa.linear_grad_weight %[[DY]], %[[X]]
// CHECK: %[[FACTOR:.*]], %[[NORM:.*]] = dsa.clip_by_global_norm %[[DW]] {max_norm = 1.000000e+00 : f64, names = ["w"]}
// CHECK: %[[NEW:.*]], %{{.*}}, %{{.*}} = dsa.adam_step %[[W]], %[[DW]], %[[M]], %[[V]]
// CHECK-SAME: factor(%[[FACTOR]])
// CHECK-SAME: beta2 = 0.94
// CHECK-SAME: decoupled
// CHECK: return %{{.*}}, %[[NEW]], %{{.*}}, %{{.*}}, %[[NORM]]
func.func @step(%x: tensor<4x8xf32> {dsa.role = "input"}, %targets: tensor<4xi32> {dsa.role = "input"},
    %w: tensor<16x8xf32> {dsa.role = "parameter", dsa.name = "w"}, %step: tensor<i64> {dsa.role = "step"},
    %rate: tensor<f32> {dsa.role = "learning_rate"})
    -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 2.0 : f64})
    attributes {dsa.train = {optimizer = "adamw", beta2 = 0.95 : f64, clip = 1.0 : f64, weight_decay = 0.1 : f64}} {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %loss, %each, %lse = dsa.cross_entropy %y, %targets
      : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// Three slices tile the last axis: their gradients become one concatenation, in the order of the axis.
// CHECK-LABEL: func.func @tiled
// CHECK: dsa.mul
// CHECK: %[[B:.*]] = dsa.mul
// CHECK: %[[ALL:.*]] = tensor.concat dim(1) %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x6xf32>
// CHECK-NOT: tensor.concat
// CHECK: return %{{.*}}, %[[ALL]]
func.func @tiled(%w: tensor<4x6xf32> {dsa.role = "parameter", dsa.name = "w"}, %targets: tensor<4xi32>)
    -> (tensor<f32> {dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %q = tensor.extract_slice %w[0, 0] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
  %v = tensor.extract_slice %w[0, 4] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
  %k = tensor.extract_slice %w[0, 2] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
  %a = dsa.mul %q, %k : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %b = dsa.mul %a, %v : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %loss, %each, %lse = dsa.cross_entropy %b, %targets
      : (tensor<4x2xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// A slice cut along two axes, the second of its kind overlapping: zeros fill the gaps, overlaps are added.
// CHECK-LABEL: func.func @padded
// CHECK-DAG: %[[FRONT:.*]] = tensor.concat dim(0) %{{.*}}, %{{.*}} : (tensor<2x8xf32>, tensor<2x8xf32>)
// CHECK-DAG: %[[BACK:.*]] = tensor.concat dim(0) %{{.*}}, %{{.*}}, %{{.*}} : (tensor<1x8xf32>, tensor<2x8xf32>, tensor<1x8xf32>)
// CHECK: dsa.add
func.func @padded(%w: tensor<4x8xf32> {dsa.role = "parameter", dsa.name = "w"}, %targets: tensor<2xi32>)
    -> (tensor<f32> {dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %a = tensor.extract_slice %w[0, 3] [2, 4] [1, 1] : tensor<4x8xf32> to tensor<2x4xf32>
  %b = tensor.extract_slice %w[1, 0] [2, 4] [1, 1] : tensor<4x8xf32> to tensor<2x4xf32>
  %c = dsa.add %a, %b : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %loss, %each, %lse = dsa.cross_entropy %c, %targets
      : (tensor<2x4xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss : tensor<f32>
}

// -----

// Reshapes are undone, concatenations are cut, and a frozen parameter gets nothing.
// CHECK-LABEL: func.func @views
// CHECK-SAME: -> (tensor<f32>, tensor<8xf32> {dsa.name = "grad.a"}, tensor<4x2xf32> {dsa.name = "grad.b"})
// CHECK: dsa.cross_entropy_grad
// CHECK-DAG: %[[A:.*]] = tensor.extract_slice %{{.*}}[0, 0] [4, 2] [1, 1]
// CHECK-DAG: %[[B:.*]] = tensor.extract_slice %{{.*}}[0, 2] [4, 2] [1, 1]
// CHECK-DAG: %[[FLAT:.*]] = tensor.collapse_shape %[[A]]
// CHECK: return %{{.*}}, %[[FLAT]], %[[B]]
func.func @views(%a: tensor<8xf32> {dsa.role = "parameter", dsa.name = "a"},
    %b: tensor<4x2xf32> {dsa.role = "parameter", dsa.name = "b"},
    %frozen: tensor<4xf32> {dsa.role = "parameter", dsa.name = "frozen"}, %targets: tensor<4xi32>)
    -> (tensor<f32> {dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %m = tensor.expand_shape %a [[0, 1]] output_shape [4, 2] : tensor<8xf32> into tensor<4x2xf32>
  %c = tensor.concat dim(1) %m, %b : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x4xf32>
  %loss, %each, %lse = dsa.cross_entropy %c, %targets
      : (tensor<4x4xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// CHECK-LABEL: func.func @micro(
// CHECK-SAME: %[[ACC:[a-z0-9]*]]: tensor<2x4xf32> {dsa.name = "acc.w", dsa.role = "state"})
// CHECK-SAME: tensor<2x4xf32> {dsa.name = "acc.w", dsa.updates = 4 : i64}
// CHECK: %[[SHARE:.*]] = dsa.scale %{{.*}} {factor = 2.500000e-01 : f64}
// CHECK: %[[SUM:.*]] = dsa.add %[[ACC]], %[[SHARE]]
// CHECK: return %{{.*}}, %[[SUM]]
// CHECK-LABEL: func.func @micro_apply(
// CHECK-SAME: {dsa.name = "w", dsa.role = "parameter"}
// CHECK-SAME: %[[ACC:[a-z0-9]*]]: tensor<2x4xf32> {dsa.name = "acc.w", dsa.role = "state"}
// CHECK-SAME: {dsa.role = "step"}
// CHECK-SAME: {dsa.role = "learning_rate"}
// CHECK-SAME: {dsa.name = "m.w", dsa.role = "state"}
// CHECK-SAME: {dsa.name = "v.w", dsa.role = "state"}
// CHECK-SAME: tensor<2x4xf32> {dsa.name = "acc.w", dsa.updates = 1 : i64}
// CHECK: dsa.adam_step %{{.*}}, %[[ACC]]
// CHECK: dsa.scale %[[ACC]] {factor = 0.000000e+00 : f64}
func.func @micro(%w: tensor<2x4xf32> {dsa.role = "parameter", dsa.name = "w"}, %targets: tensor<2xi32>,
    %step: tensor<i64> {dsa.role = "step"}, %rate: tensor<f32> {dsa.role = "learning_rate"})
    -> (tensor<f32> {dsa.minimize = 1.0 : f64}) attributes {dsa.train = {optimizer = "adam", accumulate = 4 : i64}} {
  %loss, %each, %lse = dsa.cross_entropy %w, %targets
      : (tensor<2x4xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss : tensor<f32>
}

// -----

// Two groups: each clipped by its own norm, the named one with its own count of updates; no gradient through a detach,
// and no detach left, here or in a function that does not train.
// CHECK-LABEL: func.func @groups(
// CHECK-SAME: %[[STEP:[a-z0-9]*]]: tensor<i64> {dsa.role = "step"}
// CHECK-SAME: %[[MA:[a-z0-9]*]]: tensor<8x8xf32> {dsa.name = "m.a", dsa.role = "state"}
// CHECK-SAME: %[[MB:[a-z0-9]*]]: tensor<8x8xf32> {dsa.name = "m.b", dsa.role = "state"}
// CHECK-SAME: %[[OWN:[a-z0-9]*]]: tensor<i64> {dsa.group = "second", dsa.name = "step.second", dsa.role = "step"}
// CHECK-SAME: -> (tensor<f32> {dsa.name = "one"}, tensor<f32> {dsa.name = "two"},
// CHECK-SAME: tensor<f32> {dsa.name = "grad_norm"}, tensor<f32> {dsa.name = "grad_norm.second"})
// CHECK-NOT: dsa.detach
// CHECK: %[[DB:.*]] = dsa.linear_grad_weight
// CHECK-NOT: dsa.linear_grad_input
// CHECK: %[[DA:.*]] = dsa.linear_grad_weight
// CHECK: %[[FA:.*]], %[[NA:.*]] = dsa.clip_by_global_norm %[[DA]] {
// CHECK: %[[FB:.*]], %[[NB:.*]] = dsa.clip_by_global_norm %[[DB]] {
// CHECK: dsa.adam_step %{{.*}}, %[[DA]], %[[MA]], %{{.*}}, %{{.*}}, %[[STEP]] factor(%[[FA]])
// CHECK: dsa.adam_step %{{.*}}, %[[DB]], %[[MB]], %{{.*}}, %{{.*}}, %[[OWN]] factor(%[[FB]])
// CHECK-LABEL: func.func @forward_only
// CHECK-NEXT: dsa.silu %{{.*}} : (tensor<4xf32>)
func.func @groups(%x: tensor<4x8xf32>, %targets: tensor<4xi32>,
    %a: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "a"},
    %b: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "b", dsa.group = "second"},
    %step: tensor<i64> {dsa.role = "step"}, %rate: tensor<f32> {dsa.role = "learning_rate"})
    -> (tensor<f32> {dsa.name = "one", dsa.minimize = 1.0 : f64},
        tensor<f32> {dsa.name = "two", dsa.minimize = 1.0 : f64, dsa.group = "second"})
    attributes {dsa.train = {optimizer = "adam", clip = 1.0 : f64}} {
  %y = dsa.linear %x, %a : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %one, %each, %lse = dsa.cross_entropy %y, %targets : (tensor<4x8xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  %given = dsa.detach %y : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %z = dsa.linear %given, %b : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %two, %each2, %lse2 = dsa.cross_entropy %z, %targets : (tensor<4x8xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %one, %two : tensor<f32>, tensor<f32>
}
func.func @forward_only(%x: tensor<4xf32>) -> tensor<4xf32> {
  %given = dsa.detach %x : (tensor<4xf32>) -> tensor<4xf32>
  %y = dsa.silu %given : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected minimised result #0 to be a scalar that depends on a parameter}}
func.func @err_frozen(%x: tensor<f32>) -> (tensor<f32> {dsa.minimize = 1.0 : f64})
    attributes {dsa.train = {gradients}} {
  return %x : tensor<f32>
}

// -----

// expected-error @+1 {{expected a result with dsa.minimize, got none}}
func.func @err_nothing_minimised(%w: tensor<f32> {dsa.role = "parameter"}) -> tensor<f32>
    attributes {dsa.train = {gradients}} {
  return %w : tensor<f32>
}

// -----

// expected-error @+1 {{got optimizer = "lion"}}
func.func @err_optimizer(%w: tensor<f32> {dsa.role = "parameter"}) -> (tensor<f32> {dsa.minimize = 1.0 : f64})
    attributes {dsa.train = {optimizer = "lion"}} {
  return %w : tensor<f32>
}

// -----

// expected-error @+1 {{expected arguments with roles learning_rate and step, got none}}
func.func @err_no_step(%w: tensor<f32> {dsa.role = "parameter"}) -> (tensor<f32> {dsa.minimize = 1.0 : f64})
    attributes {dsa.train = {optimizer = "adam"}} {
  return %w : tensor<f32>
}

// -----

func.func @err_no_derivative(%w: tensor<4xf32> {dsa.role = "parameter"}, %g: tensor<f32>, %t: tensor<2xi32>)
    -> (tensor<f32> {dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %m = tensor.expand_shape %w [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  // expected-error @+1 {{expected a derivative, got none between a parameter and a minimised result}}
  %y = dsa.silu_grad %m, %m : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %loss, %each, %lse = dsa.cross_entropy %y, %t
      : (tensor<2x2xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss : tensor<f32>
}

// -----

// expected-error @+1 {{expected one block, got 0}}
func.func private @err_external(tensor<4xf32>) -> tensor<f32> attributes {dsa.train = {gradients}}
