// A function of one's own is an element-wise op like ours: it joins a kernel, and kernels are equal when their bodies are.
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion --dsa-outline-kernels | FileCheck %s

// CHECK: dsa.kernel @linear_0(%[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x8xf32>, %[[G:.*]]: tensor<4x8xf32>)
// CHECK-NEXT: %[[H:.*]] = dsa.linear %[[X]], %[[W]]
// CHECK-NEXT: %[[Y:.*]] = dsa.map (%[[A:.*]] = %[[H]], %[[B:.*]] = %[[G]])
// CHECK-NEXT: %[[T:.*]] = math.tanh %[[A]]
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[T]], %[[B]]
// CHECK-NEXT: dsa.yield %[[R]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: %[[S:.*]] = dsa.scale %[[Y]]
// CHECK-NEXT: dsa.yield %[[S]] : tensor<4x8xf32>
// CHECK-NOT: dsa.kernel
// CHECK-LABEL: func.func @gate
// CHECK-NEXT: dsa.launch @linear_0(%arg0, %arg1, %arg2)
// CHECK-NEXT: return
func.func @gate(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %g: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %h = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %y = dsa.map (%a = %h, %b = %g) : tensor<4x8xf32> {
    %t = math.tanh %a : f32
    %r = arith.mulf %t, %b : f32
    dsa.yield %r : f32
  }
  %s = dsa.scale %y {factor = 0.5} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %s : tensor<4x8xf32>
}

// -----

// Two layers of one body share a kernel, a third of another body has its own.
// CHECK: dsa.kernel @pointwise_0
// CHECK: arith.constant 1.500000e+00
// CHECK: dsa.kernel @pointwise_1
// CHECK: arith.constant 2.500000e+00
// CHECK-NOT: dsa.kernel
// CHECK-LABEL: func.func @bodies
// CHECK: dsa.launch @pointwise_0(%arg0)
// CHECK: dsa.launch @pointwise_0(%arg1)
// CHECK: dsa.launch @pointwise_1(%arg2)
func.func @bodies(%x: tensor<4xf32>, %y: tensor<4xf32>, %z: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = dsa.map (%a = %x) : tensor<4xf32> {
    %c = arith.constant 1.5 : f32
    %r = arith.addf %a, %c : f32
    dsa.yield %r : f32
  }
  %1 = dsa.map (%other = %y) : tensor<4xf32> {
    %c = arith.constant 1.5 : f32
    %r = arith.addf %other, %c : f32
    dsa.yield %r : f32
  }
  %2 = dsa.map (%a = %z) : tensor<4xf32> {
    %c = arith.constant 2.5 : f32
    %r = arith.addf %a, %c : f32
    dsa.yield %r : f32
  }
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// It reads each element where it writes it, so it may update an argument in place.
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion --dsa-outline-kernels --dsa-schedule-kernels --dsa-plan-buffers | FileCheck %s --check-prefix=PLAN
// PLAN-LABEL: func.func @update
// PLAN: dsa.launch @pointwise_0(%arg0, %arg1) {offsets = array<i64: -1>}
func.func @update(%w: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32> {dsa.updates = 0 : i64}) {
  %0 = dsa.map (%a = %w, %b = %g) : tensor<4xf32> {
    %r = arith.subf %a, %b : f32
    dsa.yield %r : f32
  }
  return %0 : tensor<4xf32>
}
