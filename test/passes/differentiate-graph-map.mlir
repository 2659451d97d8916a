// The derivative of a function of one's own is a map for each input: the chain rule, kinks, inputs without one.
// RUN: dsa-opt %s --dsa-differentiate-graph | FileCheck %s

// Each derivative reads only what it needs; that of a sum is the gradient itself.
// CHECK-LABEL: func.func @gate
// CHECK: %[[DY:.*]] = dsa.cross_entropy_grad
// CHECK-NEXT: %[[DX:.*]] = dsa.map (%[[X:.*]] = %arg0, %[[G:.*]] = %arg1, %[[D:.*]] = %[[DY]])
// CHECK-NEXT: %[[T:.*]] = math.tanh %[[X]]
// CHECK-NEXT: %[[TT:.*]] = arith.mulf %[[T]], %[[T]]
// CHECK-NEXT: %[[N:.*]] = arith.negf %[[TT]]
// CHECK-NEXT: %[[ONE:.*]] = arith.constant 1.0
// CHECK-NEXT: %[[DT:.*]] = arith.addf %[[N]], %[[ONE]]
// CHECK-NEXT: %[[CHAIN:.*]] = arith.mulf %[[DT]], %[[G]]
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[D]], %[[CHAIN]]
// CHECK-NEXT: dsa.yield %[[R]]
// CHECK-NEXT: }
// CHECK-NEXT: %[[DG:.*]] = dsa.map (%[[X:.*]] = %arg0, %[[D:.*]] = %[[DY]])
// CHECK-NEXT: %[[T:.*]] = math.tanh %[[X]]
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[D]], %[[T]]
// CHECK-NEXT: dsa.yield %[[R]]
// CHECK-NEXT: }
// CHECK-NEXT: return %{{.*}}, %[[DX]], %[[DG]], %[[DY]]
func.func @gate(%x: tensor<3x5xf32> {dsa.role = "parameter", dsa.name = "x"}, %g: tensor<3x5xf32> {dsa.role = "parameter", dsa.name = "g"},
    %bias: tensor<3x5xf32> {dsa.role = "parameter", dsa.name = "bias"}, %t: tensor<3xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64})
    attributes {dsa.train = {gradients}} {
  %y = dsa.map (%a = %x, %b = %g, %c = %bias) : tensor<3x5xf32> {
    %h = math.tanh %a : f32
    %m = arith.mulf %h, %b : f32
    %r = arith.addf %m, %c : f32
    dsa.yield %r : f32
  }
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x5xf32>, tensor<3xi32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
  return %loss : tensor<f32>
}

// Of a comparison there is none: the gate that is only compared has no gradient.
// CHECK-LABEL: func.func @compared
// CHECK: %[[DY:.*]] = dsa.cross_entropy_grad
// CHECK-NEXT: %[[DX:.*]] = dsa.map (%{{.*}} = %arg1, %[[D:.*]] = %[[DY]])
// CHECK: %[[ABOVE:.*]] = arith.cmpf
// CHECK: %[[R:.*]] = arith.select %[[ABOVE]]
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[D]], %[[R]]
// CHECK-NEXT: dsa.yield %[[P]]
// CHECK-NEXT: }
// CHECK-NEXT: return %{{.*}}, %[[DX]] : tensor<f32>, tensor<3x5xf32>
func.func @compared(%x: tensor<3x5xf32> {dsa.role = "parameter", dsa.name = "x"}, %g: tensor<3x5xf32> {dsa.role = "parameter", dsa.name = "g"}, %t: tensor<3xi32>)
    -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %y = dsa.map (%a = %x, %b = %g) : tensor<3x5xf32> {
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.5 : f32
    %above = arith.cmpf ogt, %b, %zero : f32
    %scaled = arith.mulf %a, %half : f32
    %r = arith.select %above, %a, %scaled : f32
    dsa.yield %r : f32
  }
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x5xf32>, tensor<3xi32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
  return %loss : tensor<f32>
}

// At the kinks: both inputs are zeros whose derivative is one, and the gradient of the logits is (-0.5, 0.5).
// RUN: dsa-run %s --entry=kinks --print | FileCheck %s --check-prefix=KINKS
// KINKS: grad.x f32[1x2] = {{\[\[}}-1.5, 1.5]]
// KINKS: grad.z f32[1x2] = {{\[\[}}{{-?}}0, {{-?}}0]]
func.func @kinks(%x: tensor<1x2xf32> {dsa.role = "parameter", dsa.name = "x"},
    %z: tensor<1x2xf32> {dsa.role = "parameter", dsa.name = "z"}, %t: tensor<1xi32> {dsa.range = array<i64: 0, 1>})
    -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %xs = dsa.detach %x : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %zs = dsa.detach %z : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %x0 = dsa.map (%a = %x, %b = %xs) : tensor<1x2xf32> {
    %d = arith.subf %a, %b : f32
    dsa.yield %d : f32
  }
  %z0 = dsa.map (%a = %z, %b = %zs) : tensor<1x2xf32> {
    %d = arith.subf %a, %b : f32
    dsa.yield %d : f32
  }
  %y = dsa.map (%a = %x0, %b = %z0) : tensor<1x2xf32> {
    %zero = arith.constant 0.0 : f32
    %high = arith.maximumf %a, %b : f32
    %low = arith.minnumf %a, %b : f32
    %size = math.absf %b : f32
    %power = math.powf %a, %b : f32
    %flat = arith.subf %power, %power : f32
    %above = arith.cmpf ogt, %a, %zero : f32
    %log = math.log %a : f32
    %chosen = arith.select %above, %log, %a : f32
    %0 = arith.addf %high, %low : f32
    %1 = arith.addf %0, %size : f32
    %2 = arith.addf %1, %flat : f32
    %r = arith.addf %2, %chosen : f32
    dsa.yield %r : f32
  }
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<1x2xf32>, tensor<1xi32>) -> (tensor<f32>, tensor<1xf32>, tensor<1xf32>)
  return %loss : tensor<f32>
}
