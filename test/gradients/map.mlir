// Gradients of functions of one's own: every op by each of its operands, what is chosen, kinks, several inputs.
// RUN: dsa-run %s --check-gradients | FileCheck %s
// CHECK-NOT: WRONG

// CHECK-LABEL: @smooth
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @smooth(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%x_ = %x) : tensor<3x5xf64> {
    %0 = math.sin %x_ : f64
    %1 = math.exp %0 : f64
    %2 = math.tanh %1 : f64
    %3 = math.erf %x_ : f64
    %4 = math.exp2 %3 : f64
    %5 = math.cos %4 : f64
    %6 = math.expm1 %5 : f64
    %7 = arith.subf %2, %6 : f64
    %r = arith.negf %7 : f64
    dsa.yield %r : f64
  }
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

// CHECK-LABEL: @roots
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @roots(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x", dsa.range = array<i64: 1, 3>}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%x_ = %x) : tensor<3x5xf64> {
    %0 = math.log %x_ : f64
    %1 = math.log1p %x_ : f64
    %2 = math.log2 %x_ : f64
    %3 = math.sqrt %x_ : f64
    %4 = math.rsqrt %x_ : f64
    %5 = math.fma %0, %1, %2 : f64
    %r = math.fma %3, %5, %4 : f64
    dsa.yield %r : f64
  }
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

// CHECK-LABEL: @arithmetic
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK-NEXT: grad.y f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK-NEXT: grad.z f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @arithmetic(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %y: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "y"}, %z: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "z", dsa.range = array<i64: 1, 3>}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%x_ = %x, %y_ = %y, %z_ = %z) : tensor<3x5xf64> {
    %0 = arith.mulf %x_, %y_ : f64
    %1 = arith.divf %0, %z_ : f64
    %2 = arith.subf %1, %x_ : f64
    %3 = math.fma %y_, %z_, %2 : f64
    %r = arith.addf %3, %x_ : f64
    dsa.yield %r : f64
  }
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

// CHECK-LABEL: @powers
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK-NEXT: grad.y f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @powers(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x", dsa.range = array<i64: 1, 3>}, %y: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "y"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%x_ = %x, %y_ = %y) : tensor<3x5xf64> {
    %half = arith.constant -1.5 : f64
    %0 = math.powf %x_, %y_ : f64
    %1 = math.powf %x_, %half : f64
    %r = arith.mulf %0, %1 : f64
    dsa.yield %r : f64
  }
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

// CHECK-LABEL: @extremes
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK-NEXT: grad.y f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @extremes(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %y: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "y"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%x_ = %x, %y_ = %y) : tensor<3x5xf64> {
    %0 = arith.maximumf %x_, %y_ : f64
    %1 = arith.minnumf %x_, %y_ : f64
    %2 = math.absf %x_ : f64
    %3 = arith.mulf %y_, %2 : f64
    %4 = arith.minimumf %0, %3 : f64
    %5 = arith.maxnumf %1, %2 : f64
    %6 = arith.mulf %0, %1 : f64
    %7 = arith.mulf %4, %5 : f64
    %r = arith.addf %6, %7 : f64
    dsa.yield %r : f64
  }
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

// The logarithm of a negative number is not taken, and neither is its derivative.
// CHECK-LABEL: @choices
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
// CHECK-NEXT: grad.y f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @choices(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %y: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "y"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%x_ = %x, %y_ = %y) : tensor<3x5xf64> {
    %zero = arith.constant 0.0 : f64
    %above = arith.cmpf ogt, %x_, %zero : f64
    %less = arith.cmpf olt, %y_, %zero : f64
    %one = arith.xori %above, %less : i1
    %log = math.log %x_ : f64
    %exp = math.exp %y_ : f64
    %0 = arith.select %above, %log, %exp : f64
    %1 = arith.select %one, %0, %y_ : f64
    %r = arith.mulf %1, %y_ : f64
    dsa.yield %r : f64
  }
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

// One value as two inputs, one map behind another.
// CHECK-LABEL: @inputs_twice
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @inputs_twice(%x: tensor<3x5xf64> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f64> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%a = %x, %b = %x) : tensor<3x5xf64> {
    %e = math.exp %b : f64
    %r = arith.mulf %a, %e : f64
    dsa.yield %r : f64
  }
  %g = dsa.map (%a = %f, %b = %x) : tensor<3x5xf64> {
    %s = math.sin %a : f64
    %r = arith.addf %s, %b : f64
    dsa.yield %r : f64
  }
  %loss, %each, %lse = dsa.cross_entropy %g, %t : (tensor<3x5xf64>, tensor<3xi32>) -> (tensor<f64>, tensor<3xf64>, tensor<3xf64>)
  return %loss : tensor<f64>
}

// Numbers of the body are widened with it.
// CHECK-LABEL: @single
// CHECK-NEXT: grad.x f64[3x5]: ok, max error {{.*}}, largest {{[1-9]}}
func.func @single(%x: tensor<3x5xf32> {dsa.role = "parameter", dsa.name = "x"}, %t: tensor<3xi32> {dsa.range = array<i64: 0, 5>}) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.5 : f64})
    attributes {dsa.train = {gradients}} {
  %f = dsa.map (%a = %x) : tensor<3x5xf32> {
    %c = arith.constant 0.75 : f32
    %s = arith.mulf %a, %c : f32
    %r = math.tanh %s : f32
    dsa.yield %r : f32
  }
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<3x5xf32>, tensor<3xi32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
  return %loss : tensor<f32>
}
