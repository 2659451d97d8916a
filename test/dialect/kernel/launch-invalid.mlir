// What kernels, yields and launches refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{expected one block, got 0}}
dsa.kernel private @kernel_c1(tensor<4xf32>) -> tensor<4xf32>

// -----

// expected-error @+1 {{expected statically shaped tensors as arguments and results, got 'tensor<?xf32>'}}
dsa.kernel private @kernel_c2(%0: tensor<?xf32>) {
  dsa.yield
}

// -----

dsa.kernel private @inner() {
  dsa.yield
}
// expected-error @+1 {{expected only dsa, tensor, arith and math ops and no launch inside, got dsa.launch}}
dsa.kernel private @kernel_c3() {
  dsa.launch @inner() : () -> ()
  dsa.yield
}

// -----

// expected-error @+1 {{expected only dsa, tensor, arith and math ops and no launch inside, got cf.assert}}
dsa.kernel private @kernel_c3_foreign(%0: tensor<i1>) {
  %1 = tensor.extract %0[] : tensor<i1>
  cf.assert %1, "no"
  dsa.yield
}

// -----

// expected-error @+1 {{expected dsa.yield at the end, got another op}}
"dsa.kernel"() <{sym_name = "kernel_c4", function_type = (tensor<4xf32>) -> ()}> ({
^bb0(%0: tensor<4xf32>):
  %1 = "dsa.silu"(%0) : (tensor<4xf32>) -> tensor<4xf32>
}) : () -> ()

// -----

dsa.kernel private @yield_c1(%0: tensor<4xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{expected operands of the kernel's result types 'tensor<8xf32>', got 'tensor<4xf32>'}}
  dsa.yield %0 : tensor<4xf32>
}

// -----

func.func private @plain(tensor<4xf32>)
func.func @launch_c1(%0: tensor<4xf32>) {
  // expected-error @+1 {{expected the name of a dsa.kernel, got @plain}}
  dsa.launch @plain(%0) : (tensor<4xf32>) -> ()
  return
}

// -----

dsa.kernel private @same(%0: tensor<4xf32>) -> tensor<4xf32> {
  dsa.yield %0 : tensor<4xf32>
}
func.func @launch_c2(%0: tensor<8xf32>) {
  // expected-error @+1 {{expected inputs of types 'tensor<4xf32>', got 'tensor<8xf32>'}}
  %1 = dsa.launch @same(%0) : (tensor<8xf32>) -> tensor<4xf32>
  return
}

// -----

dsa.kernel private @same(%0: tensor<4xf32>) -> tensor<4xf32> {
  dsa.yield %0 : tensor<4xf32>
}
func.func @launch_c3(%0: tensor<4xf32>) {
  // expected-error @+1 {{expected outputs of types 'tensor<4xf32>', got 'tensor<8xf32>'}}
  %1 = dsa.launch @same(%0) : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

dsa.kernel private @same(%0: tensor<4xf32>) -> tensor<4xf32> {
  dsa.yield %0 : tensor<4xf32>
}
func.func @launch_c4(%0: tensor<4xf32>) {
  // expected-error @+1 {{expected one offset for each of 1 outputs, got 2}}
  %1 = dsa.launch @same(%0) {offsets = array<i64: 0, 64>} : (tensor<4xf32>) -> tensor<4xf32>
  return
}
