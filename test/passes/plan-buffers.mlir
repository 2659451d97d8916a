// Storage of launch results: one arena, function results, arguments that are updated in place, and what cannot be.
// RUN: dsa-opt %s --split-input-file --dsa-plan-buffers --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-plan-buffers=report --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=REPORT
// RUN: dsa-opt %s --split-input-file --dsa-plan-buffers --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-plan-buffers
// COUNT-NEXT: 128 arena-bytes

// The first and the third result never live together and share bytes; the last one is the function's.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: attributes {dsa.arena_bytes = 128 : i64}
// CHECK-NEXT: dsa.launch @k(%arg0) {offsets = array<i64: 0>}
// CHECK-NEXT: dsa.launch @k(%0) {offsets = array<i64: 64>}
// CHECK-NEXT: dsa.launch @k(%1) {offsets = array<i64: 0>}
// CHECK-NEXT: dsa.launch @k(%2) {offsets = array<i64: -1>}
// REPORT: @chain: arena 128 bytes, at most 128 alive
// REPORT-NEXT: 0 64 @k
// REPORT-NEXT: 1 128 @k <- peak
// REPORT: alive at the peak:
// REPORT-NEXT: 64 bytes at 0, launches 0 to 1: @k#0 tensor<4xf32>
// REPORT-NEXT: 64 bytes at 64, launches 1 to 2: @k#0 tensor<4xf32>
func.func @chain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dsa.launch @k(%0) : (tensor<4xf32>) -> tensor<4xf32>
  %2 = dsa.launch @k(%1) : (tensor<4xf32>) -> tensor<4xf32>
  %3 = dsa.launch @k(%2) : (tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}
dsa.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}

// -----

// Function result #1 is the buffer of argument #0; only result #0 has a tensor of its own.
// CHECK-LABEL: func.func @in_place
// CHECK: dsa.launch @loss(%arg0) {offsets = array<i64: -1>}
// CHECK: dsa.launch @step(%arg0, %arg1) {offsets = array<i64: -2>}
func.func @in_place(%w: tensor<4xf32>, %g: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32> {dsa.updates = 0 : i64}) {
  %0 = dsa.launch @loss(%w) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dsa.launch @step(%w, %g) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
dsa.kernel @loss(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}
dsa.kernel @step(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.add %x, %g : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}

// -----

func.func @err_read_later(%w: tensor<4xf32>)
    -> (tensor<4xf32> {dsa.updates = 0 : i64}, tensor<4xf32>) {
  // expected-error @+1 {{expected argument #0 to be read before it is updated in place, got @k after the update}}
  %0 = dsa.launch @k(%w) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dsa.launch @k(%w) : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
dsa.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}

// -----

func.func @err_read_elsewhere(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32> {dsa.updates = 0 : i64}) {
  // expected-error @+1 {{expected argument #0 to be read element by element where it is updated in place}}
  %0 = dsa.launch @k(%x, %w) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
dsa.kernel @k(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = dsa.linear %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  dsa.yield %y : tensor<4x4xf32>
}

// -----

// expected-error @+1 {{expected result #0 to come from a launch of its own, as it updates an argument}}
func.func @err_argument_returned(%x: tensor<4xf32>) -> (tensor<4xf32> {dsa.updates = 0 : i64}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected result #1 to come from a launch of its own, as it updates an argument}}
func.func @err_returned_twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32> {dsa.updates = 0 : i64}) {
  %0 = dsa.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}
dsa.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  dsa.yield %y : tensor<4xf32>
}

// -----

func.func @err_not_outlined(%w: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{expected launches and constants only; outline kernels first}}
  %y = dsa.silu %w : (tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

// What stands before a product is read again for other columns, when a part of the result is written already.
func.func @err_read_by_prologue(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32> {dsa.updates = 0 : i64}) {
  // expected-error @+1 {{expected argument #0 to be read element by element where it is updated in place}}
  %0 = dsa.launch @k(%x, %w) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
dsa.kernel @k(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %s = dsa.silu %x : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = dsa.linear %s, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %z = dsa.add %x, %y : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  dsa.yield %z : tensor<4x4xf32>
}
