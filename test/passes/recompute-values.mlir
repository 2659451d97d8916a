// Values are computed again where the arena would pass a limit; a repeated launch must find its arguments unchanged.
// RUN: dsa-opt %s --split-input-file --dsa-recompute-values=memory-limit=128 --dsa-plan-buffers --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-recompute-values --dsa-plan-buffers | FileCheck %s --check-prefix=FREE
// RUN: dsa-opt %s --split-input-file --dsa-recompute-values=memory-limit=128 --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-recompute-values
// COUNT-NEXT: 1 repeated

// %0 need not live through the two launches in the middle.
// CHECK-LABEL: func.func @kept
// CHECK-SAME: dsa.arena_bytes = 128
// CHECK: %[[A:.*]] = dsa.launch @k(%arg0)
// CHECK-NEXT: %[[B:.*]] = dsa.launch @k(%[[A]])
// CHECK-NEXT: %[[C:.*]] = dsa.launch @k(%[[B]])
// CHECK-NEXT: %[[AGAIN:.*]] = dsa.launch @k(%arg0)
// CHECK-NEXT: dsa.launch @sum(%[[C]], %[[AGAIN]])
// FREE-LABEL: func.func @kept
// FREE-SAME: dsa.arena_bytes = 192
// FREE-COUNT-4: dsa.launch
func.func @kept(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dsa.launch @k(%0) : (tensor<4xf32>) -> tensor<4xf32>
  %2 = dsa.launch @k(%1) : (tensor<4xf32>) -> tensor<4xf32>
  %3 = dsa.launch @sum(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}
dsa.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}
dsa.kernel @sum(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.add %x, %g : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}

// -----

// The argument has another value by the time the launch would run again.
// expected-error @+1 {{expected intermediate values of at most 128 bytes at once, got 192, which no repeated launch lowers}}
func.func @err_updated(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dsa.updates = 0 : i64}) {
  %0 = dsa.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %new = dsa.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dsa.launch @k(%0) : (tensor<4xf32>) -> tensor<4xf32>
  %2 = dsa.launch @k(%1) : (tensor<4xf32>) -> tensor<4xf32>
  %3 = dsa.launch @sum(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3, %new : tensor<4xf32>, tensor<4xf32>
}
dsa.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}
dsa.kernel @sum(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.add %x, %g : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}
