// What a function of one's own refuses.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @map_c1() -> tensor<3xf32> {
  // expected-error @+1 {{expected an input, got none}}
  %y = dsa.map () : tensor<3xf32> {
    %0 = arith.constant 1.0 : f32
    dsa.yield %0 : f32
  }
  return %y : tensor<3xf32>
}

// -----

func.func @map_c2(%x: tensor<3xf32>, %z: tensor<4xf32>) {
  // expected-error @+1 {{expected an input of type 'tensor<3xf32>', got 'tensor<4xf32>'}}
  %y = "dsa.map"(%x, %z) ({
  ^bb0(%a: f32, %b: f32):
    dsa.yield %a : f32
  }) : (tensor<3xf32>, tensor<4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @map_c3_count(%x: tensor<3xf32>) {
  // expected-error @+1 {{expected a body with arguments ('f32'), got ('f32', 'f32')}}
  %y = "dsa.map"(%x) ({
  ^bb0(%a: f32, %b: f32):
    dsa.yield %a : f32
  }) : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @map_c3_type(%x: tensor<3xf32>) {
  // expected-error @+1 {{expected a body with arguments ('f32'), got ('f64')}}
  %y = "dsa.map"(%x) ({
  ^bb0(%a: f64):
    %0 = arith.constant 1.0 : f32
    dsa.yield %0 : f32
  }) : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @map_c4(%x: tensor<3xf32>) {
  %y = dsa.map (%a = %x) : tensor<3xf32> {
    // expected-error @+1 {{'math.atan' op expected an op that the body of dsa.map may hold (arith.constant, arith.addf, }}
    %0 = math.atan %a : f32
    dsa.yield %0 : f32
  }
  return
}

// -----

func.func @map_c4_last(%x: tensor<3xf32>) {
  %y = dsa.map (%a = %x) : tensor<3xf32> {
    // expected-error @+1 {{'llvm.unreachable' op expected an op that the body of dsa.map may hold}}
    llvm.unreachable
  }
  return
}

// -----

func.func @map_c5(%x: tensor<3xf32>) {
  %y = dsa.map (%a = %x) : tensor<3xf32> {
    // expected-error @+1 {{expected values of type 'f32' or i1 in the body of dsa.map, got 'f64'}}
    %0 = arith.constant 1.0 : f64
    dsa.yield %a : f32
  }
  return
}

// -----

func.func @map_c6(%x: tensor<3xf32>) {
  %c = arith.constant 1.0 : f32
  // expected-note @+1 {{required by region isolation constraints}}
  %y = "dsa.map"(%x) ({
  ^bb0(%a: f32):
    // expected-error @+1 {{using value defined outside the region}}
    %0 = arith.addf %a, %c : f32
    dsa.yield %0 : f32
  }) : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @yield_c2(%x: tensor<3xf32>) {
  %y = dsa.map (%a = %x) : tensor<3xf32> {
    // expected-error @+1 {{expected one operand of type 'f32', got 2 of types ('f32', 'f32')}}
    dsa.yield %a, %a : f32, f32
  }
  return
}

// -----

func.func @yield_c2_truth(%x: tensor<3xf32>) {
  %y = dsa.map (%a = %x) : tensor<3xf32> {
    %0 = arith.cmpf olt, %a, %a : f32
    // expected-error @+1 {{expected one operand of type 'f32', got 1 of types ('i1')}}
    dsa.yield %0 : i1
  }
  return
}

// -----

func.func @yield_elsewhere(%x: tensor<3xf32>) {
  // expected-error @+1 {{'dsa.yield' op expects parent op to be one of 'dsa.kernel, dsa.map, dsa.attention, }}
  dsa.yield %x : tensor<3xf32>
}

// -----

// What the custom form cannot say it refuses as it reads.
func.func @not_a_tensor(%x: tensor<3xf32>) {
  // expected-error @+1 {{invalid kind of type specified}}
  %y = dsa.map (%a = %x) : f32 {
    dsa.yield %a : f32
  }
  return
}
