// Orders of launches: fewer bytes alive, readers before updaters, and the cycle that makes that impossible.
// RUN: dsa-opt %s --split-input-file --dsa-schedule-kernels --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-schedule-kernels --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-schedule-kernels
// COUNT-NEXT: 16384 bytes-saved

// Each small result is made right after its big operand, which then dies.
// CHECK-LABEL: func.func @few_bytes
// CHECK-NEXT: %[[A:.*]] = dsa.launch @grow(%arg0, %arg2)
// CHECK-NEXT: %[[B:.*]] = dsa.launch @shrink(%[[A]])
// CHECK-NEXT: %[[C:.*]] = dsa.launch @grow(%arg1, %arg2)
// CHECK-NEXT: %[[D:.*]] = dsa.launch @shrink(%[[C]])
// CHECK-NEXT: return %[[B]], %[[D]]
func.func @few_bytes(%x: tensor<64x2xf32>, %y: tensor<64x2xf32>, %w: tensor<64x2xf32>) -> (tensor<64xi32>, tensor<64xi32>) {
  %a = dsa.launch @grow(%x, %w) : (tensor<64x2xf32>, tensor<64x2xf32>) -> tensor<64x64xf32>
  %c = dsa.launch @grow(%y, %w) : (tensor<64x2xf32>, tensor<64x2xf32>) -> tensor<64x64xf32>
  %b = dsa.launch @shrink(%a) : (tensor<64x64xf32>) -> tensor<64xi32>
  %d = dsa.launch @shrink(%c) : (tensor<64x64xf32>) -> tensor<64xi32>
  return %b, %d : tensor<64xi32>, tensor<64xi32>
}
dsa.kernel @grow(%x: tensor<64x2xf32>, %w: tensor<64x2xf32>) -> tensor<64x64xf32> {
  %y = dsa.linear %x, %w : (tensor<64x2xf32>, tensor<64x2xf32>) -> tensor<64x64xf32>
  dsa.yield %y : tensor<64x64xf32>
}
dsa.kernel @shrink(%x: tensor<64x64xf32>) -> tensor<64xi32> {
  %y = dsa.argmax %x : (tensor<64x64xf32>) -> tensor<64xi32>
  dsa.yield %y : tensor<64xi32>
}

// -----

// The update of %w waits for the launch that still reads it.
// CHECK-LABEL: func.func @readers_first
// CHECK-NEXT: %[[READ:.*]] = dsa.launch @read(%arg0)
// CHECK-NEXT: %[[NEW:.*]] = dsa.launch @step(%arg0, %arg1)
// CHECK-NEXT: return %[[NEW]], %[[READ]]
func.func @readers_first(%w: tensor<8xf32>, %g: tensor<8xf32>)
    -> (tensor<8xf32> {dsa.updates = 0 : i64}, tensor<8xf32>) {
  %new = dsa.launch @step(%w, %g) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %read = dsa.launch @read(%w) : (tensor<8xf32>) -> tensor<8xf32>
  return %new, %read : tensor<8xf32>, tensor<8xf32>
}
dsa.kernel @step(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %y = dsa.add %x, %g : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  dsa.yield %y : tensor<8xf32>
}
dsa.kernel @read(%x: tensor<8xf32>) -> tensor<8xf32> {
  %y = dsa.silu %x : (tensor<8xf32>) -> tensor<8xf32>
  dsa.yield %y : tensor<8xf32>
}

// -----

func.func @err_cycle(%w: tensor<8xf32>, %g: tensor<8xf32>)
    -> (tensor<8xf32> {dsa.updates = 0 : i64}, tensor<8xf32>) {
  // expected-error @+1 {{expected argument #0 to be read before it is updated in place, got @sum, which needs the update}}
  %new = dsa.launch @step(%w, %g) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %sum = dsa.launch @sum(%w, %new) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %new, %sum : tensor<8xf32>, tensor<8xf32>
}
dsa.kernel @step(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %y = dsa.add %x, %g : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  dsa.yield %y : tensor<8xf32>
}
dsa.kernel @sum(%x: tensor<8xf32>, %g: tensor<8xf32>) -> tensor<8xf32> {
  %y = dsa.add %x, %g : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  dsa.yield %y : tensor<8xf32>
}

// -----

func.func @err_not_outlined(%w: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{expected launches and constants only; outline kernels first}}
  %y = dsa.silu %w : (tensor<8xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}
