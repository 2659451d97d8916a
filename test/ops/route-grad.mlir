// Gradients of the chosen weights and of all probabilities, added at the logits.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// Weights: 0.6 (1 - 0.6) and 0.4 (0 - 0.6); probabilities: p (dp - 1).
// CHECK: @values
// CHECK: dz f32[1x3] = {{\[\[}}-0.166667, -0.26, 0.426667]]
func.func @values() -> (tensor<1x3xf32> {dsa.name = "dz"}) {
  %dw = arith.constant dense<[[1.0, 0.0]]> : tensor<1x2xf32>
  %dp = arith.constant dense<[[0.0, 0.0, 3.0]]> : tensor<1x3xf32>
  %w = arith.constant dense<[[0.6, 0.4]]> : tensor<1x2xf32>
  %e = arith.constant dense<[[1, 2]]> : tensor<1x2xi32>
  %p = arith.constant dense<[[0.1666666667, 0.5, 0.3333333333]]> : tensor<1x3xf32>
  %dz = dsa.route_grad %dw, %dp, %w, %e, %p : (tensor<1x2xf32>, tensor<1x3xf32>, tensor<1x2xf32>, tensor<1x2xi32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  return %dz : tensor<1x3xf32>
}

func.func @one(%dw: tensor<1x1xf32>, %dp: tensor<1x1xf32>, %z: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w, %e, %p = dsa.route %z {k = 1} : (tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>)
  %dz = dsa.route_grad %dw, %dp, %w, %e, %p : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xi32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %dz : tensor<1x1xf32>
}

func.func @odd(%dw: tensor<13x2xf32>, %dp: tensor<13x5xf32>, %z: tensor<13x5xf32>) -> tensor<13x5xf32> {
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<13x5xf32>) -> (tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>)
  %dz = dsa.route_grad %dw, %dp, %w, %e, %p : (tensor<13x2xf32>, tensor<13x5xf32>, tensor<13x2xf32>, tensor<13x2xi32>, tensor<13x5xf32>) -> tensor<13x5xf32>
  return %dz : tensor<13x5xf32>
}

func.func @k_is_1(%dw: tensor<17x1xf32>, %dp: tensor<17x8xf32>, %z: tensor<17x8xf32>) -> tensor<17x8xf32> {
  %w, %e, %p = dsa.route %z {k = 1} : (tensor<17x8xf32>) -> (tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>)
  %dz = dsa.route_grad %dw, %dp, %w, %e, %p : (tensor<17x1xf32>, tensor<17x8xf32>, tensor<17x1xf32>, tensor<17x1xi32>, tensor<17x8xf32>) -> tensor<17x8xf32>
  return %dz : tensor<17x8xf32>
}

func.func @all_experts(%dw: tensor<7x3xf32>, %dp: tensor<7x3xf32>, %z: tensor<7x3xf32>) -> tensor<7x3xf32> {
  %w, %e, %p = dsa.route %z {k = 3} : (tensor<7x3xf32>) -> (tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>)
  %dz = dsa.route_grad %dw, %dp, %w, %e, %p : (tensor<7x3xf32>, tensor<7x3xf32>, tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x3xf32>) -> tensor<7x3xf32>
  return %dz : tensor<7x3xf32>
}

func.func @few_tokens(%dw: tensor<3x2xf32>, %dp: tensor<3x31xf32>, %z: tensor<3x31xf32>) -> tensor<3x31xf32> {
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<3x31xf32>) -> (tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>)
  %dz = dsa.route_grad %dw, %dp, %w, %e, %p : (tensor<3x2xf32>, tensor<3x31xf32>, tensor<3x2xf32>, tensor<3x2xi32>, tensor<3x31xf32>) -> tensor<3x31xf32>
  return %dz : tensor<3x31xf32>
}

func.func @tiles(%dw: tensor<67x2xf32>, %dp: tensor<67x4xf32>, %z: tensor<67x4xf32>) -> tensor<67x4xf32> {
  %w, %e, %p = dsa.route %z {k = 2} : (tensor<67x4xf32>) -> (tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>)
  %dz = dsa.route_grad %dw, %dp, %w, %e, %p : (tensor<67x2xf32>, tensor<67x4xf32>, tensor<67x2xf32>, tensor<67x2xi32>, tensor<67x4xf32>) -> tensor<67x4xf32>
  return %dz : tensor<67x4xf32>
}
