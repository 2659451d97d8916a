// Functions of one's own: values, every op on every kind of number, odd sizes, places in a kernel.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --entry=behind_linear --every-form
// RUN: dsa-run %s --entry=behind_norm --every-form
// CHECK: @gelu
// CHECK: y f32[4] = [0, 0.841345, -0.158655, 20]
func.func @gelu() -> (tensor<4xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[0.0, 1.0, -1.0, 20.0]> : tensor<4xf32>
  %y = dsa.map (%a = %x) : tensor<4xf32> {
    %half = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %scale = arith.constant 0.707106781 : f32
    %s = arith.mulf %a, %scale : f32
    %e = math.erf %s : f32
    %p = arith.addf %e, %one : f32
    %h = arith.mulf %a, %half : f32
    %r = arith.mulf %h, %p : f32
    dsa.yield %r : f32
  }
  return %y : tensor<4xf32>
}

// CHECK: @truths
// CHECK: y f32[4] = [1, 0, 5, 0]
func.func @truths() -> (tensor<4xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[-1.0, 0.0, 5.0, 0x7FC00000]> : tensor<4xf32>
  %y = dsa.map (%a = %x) : tensor<4xf32> {
    %zero = arith.constant 0.0 : f32
    %false = arith.constant false
    %low = arith.cmpf olt, %a, %zero : f32
    %high = arith.cmpf ogt, %a, %zero : f32
    %some = arith.xori %low, %high : i1
    %either = arith.ori %some, %false : i1
    %both = arith.andi %either, %low : i1
    %n = arith.negf %a : f32
    %m = arith.select %both, %n, %a : f32
    %r = arith.select %either, %m, %zero : f32
    dsa.yield %r : f32
  }
  return %y : tensor<4xf32>
}

// A body may be a number, and no input be read.
// CHECK: @constant
// CHECK: y f32[3] = [2.5, 2.5, 2.5]
func.func @constant(%x: tensor<3xf32>) -> (tensor<3xf32> {dsa.name = "y"}) {
  %y = dsa.map (%a = %x) : tensor<3xf32> {
    %0 = arith.constant 2.5 : f32
    dsa.yield %0 : f32
  }
  return %y : tensor<3xf32>
}

// Infinities, NaN, zeros, a subnormal number, the ends of the ranges of the exponentials.
func.func @special() -> (tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>,
    tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>) {
  %x = arith.constant dense<[0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0e-40, 1.0e-30, 1.0e-7, -1.0e-7, 1.0, -1.0, -2.0, 0.70710678, 88.5, -88.5,
      -104.5, 127.9, -127.5, 3.0e+38, -3.0e+38]> : tensor<20xf32>
  %0 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.exp %a : f32
    dsa.yield %r : f32
  }
  %1 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.exp2 %a : f32
    dsa.yield %r : f32
  }
  %2 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.expm1 %a : f32
    dsa.yield %r : f32
  }
  %3 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.log %a : f32
    dsa.yield %r : f32
  }
  %4 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.log1p %a : f32
    dsa.yield %r : f32
  }
  %5 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.log2 %a : f32
    dsa.yield %r : f32
  }
  %6 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.tanh %a : f32
    dsa.yield %r : f32
  }
  %7 = dsa.map (%a = %x) : tensor<20xf32> {
    %r = math.erf %a : f32
    dsa.yield %r : f32
  }
  %8 = dsa.map (%a = %x) : tensor<20xf32> {
    %s = math.sqrt %a : f32
    %r = math.rsqrt %s : f32
    dsa.yield %r : f32
  }
  // The signs of zeros show in what they divide.
  %9 = dsa.map (%a = %x) : tensor<20xf32> {
    %one = arith.constant 1.0 : f32
    %t = math.tanh %a : f32
    %e = math.expm1 %t : f32
    %l = math.log1p %e : f32
    %f = math.erf %l : f32
    %r = arith.divf %one, %f : f32
    dsa.yield %r : f32
  }
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9 : tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>, tensor<20xf32>,
    tensor<20xf32>, tensor<20xf32>
}

// Powers as <cmath> has them, and some that an f32 logarithm would spoil.
func.func @powers() -> tensor<37xf32> {
  %x = arith.constant dense<[0x7F800000, 0x7F800000, 0x7F800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0x7FC00000, 0x7FC00000, 1.0, -1.0, 0.0, 1.0, -1.0, -1.0, 0.5, 0.5, -2.5, 0.0, 0.0, 0.0, -0.0, -0.0, -0.0, -2.5, -2.5, -2.5, -2.5, -1.0, -1.0, 0.9999, 1.0001, 1.0e-40, 3.0e+38, 2.5, 2.5, 10.0]> : tensor<37xf32>
  %y = arith.constant dense<[-1.0, 0.0, 0.5, 3.0, 2.0, -3.0, 0.5, 0.0, 1.0, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7F800000, 0x7F800000, 0xFF800000, 0x7F800000, 0xFF800000, 0x7F800000, 0.0, 2.0, -2.0, 3.0, -3.0, 0.5, 2.0, 3.0, -3.0, 0.5, 16777216.0, 8388609.0, 1.0e+6, -800000.0, 0.5, 0.99, -96.5, 96.5, 38.0]> : tensor<37xf32>
  %p = dsa.map (%a = %x, %b = %y) : tensor<37xf32> {
    %r = math.powf %a, %b : f32
    dsa.yield %r : f32
  }
  return %p : tensor<37xf32>
}

// Maxima of NaN and of zeros, whose signs show in what they divide.
func.func @extremes() -> (tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) {
  %x = arith.constant dense<[0x7FC00000, 1.0, 0x7FC00000, 0.0, -0.0, 2.0, 0xFF800000]> : tensor<7xf32>
  %y = arith.constant dense<[1.0, 0x7FC00000, 0x7FC00000, -0.0, 0.0, 3.0, 0x7F800000]> : tensor<7xf32>
  %0 = dsa.map (%a = %x, %b = %y) : tensor<7xf32> {
    %one = arith.constant 1.0 : f32
    %m = arith.maximumf %a, %b : f32
    %r = arith.divf %one, %m : f32
    dsa.yield %r : f32
  }
  %1 = dsa.map (%a = %x, %b = %y) : tensor<7xf32> {
    %one = arith.constant 1.0 : f32
    %m = arith.minimumf %a, %b : f32
    %r = arith.divf %one, %m : f32
    dsa.yield %r : f32
  }
  %2 = dsa.map (%a = %x, %b = %y) : tensor<7xf32> {
    %r = arith.maxnumf %a, %b : f32
    dsa.yield %r : f32
  }
  %3 = dsa.map (%a = %x, %b = %y) : tensor<7xf32> {
    %r = arith.minnumf %a, %b : f32
    dsa.yield %r : f32
  }
  return %0, %1, %2, %3 : tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>
}

func.func @wide(%x: tensor<1031xf32> {dsa.range = array<i64: -80, 80>}) -> (tensor<1031xf32>, tensor<1031xf32>) {
  %y = dsa.map (%a = %x) : tensor<1031xf32> {
    %s = math.sin %a : f32
    %c = math.cos %a : f32
    %r = math.fma %s, %c, %a : f32
    dsa.yield %r : f32
  }
  %z = dsa.map (%a = %x) : tensor<1031xf32> {
    %b = math.absf %a : f32
    %l = math.log2 %b : f32
    %r = math.exp2 %l : f32
    dsa.yield %r : f32
  }
  return %y, %z : tensor<1031xf32>, tensor<1031xf32>
}

func.func @scalar(%x: tensor<f32>) -> tensor<f32> {
  %y = dsa.map (%a = %x) : tensor<f32> {
    %r = math.tanh %a : f32
    dsa.yield %r : f32
  }
  return %y : tensor<f32>
}

func.func @rank_4(%x: tensor<2x3x5x7xf32>, %z: tensor<2x3x5x7xf32>, %w: tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32> {
  %y = dsa.map (%a = %x, %b = %z, %c = %w, %d = %x) : tensor<2x3x5x7xf32> {
    %p = math.fma %a, %b, %c : f32
    %r = arith.subf %p, %d : f32
    dsa.yield %r : f32
  }
  return %y : tensor<2x3x5x7xf32>
}

// Behind a linear map: its result is read again, an operand is used twice, one map follows another.
func.func @behind_linear(%x: tensor<5x9xf32>, %w: tensor<37x9xf32>, %g: tensor<5x37xf32>) -> (tensor<5x37xf32>, tensor<5x37xf32>) {
  %h = dsa.linear %x, %w : (tensor<5x9xf32>, tensor<37x9xf32>) -> tensor<5x37xf32>
  %y = dsa.map (%a = %h, %b = %g, %c = %h) : tensor<5x37xf32> {
    %e = math.exp %b : f32
    %p = arith.mulf %a, %e : f32
    %r = arith.addf %p, %c : f32
    dsa.yield %r : f32
  }
  %s = dsa.add %y, %h : (tensor<5x37xf32>, tensor<5x37xf32>) -> tensor<5x37xf32>
  %z = dsa.map (%a = %s, %b = %y) : tensor<5x37xf32> {
    %r = arith.maximumf %a, %b : f32
    dsa.yield %r : f32
  }
  return %h, %z : tensor<5x37xf32>, tensor<5x37xf32>
}

// Through a reshape, behind a norm, on a slice.
func.func @behind_norm(%x: tensor<3x4x12xf32>, %gain: tensor<12xf32>) -> (tensor<12x12xf32>, tensor<3x4x5xf32>) {
  %n = dsa.rms_norm %x, %gain {eps = 1.0e-5 : f64} : (tensor<3x4x12xf32>, tensor<12xf32>) -> tensor<3x4x12xf32>
  %r = tensor.collapse_shape %n [[0, 1], [2]] : tensor<3x4x12xf32> into tensor<12x12xf32>
  %y = dsa.map (%a = %r) : tensor<12x12xf32> {
    %t = math.tanh %a : f32
    dsa.yield %t : f32
  }
  %s = tensor.extract_slice %x[0, 0, 3] [3, 4, 5] [1, 1, 1] : tensor<3x4x12xf32> to tensor<3x4x5xf32>
  %z = dsa.map (%a = %s) : tensor<3x4x5xf32> {
    %t = math.erf %a : f32
    dsa.yield %t : f32
  }
  return %y, %z : tensor<12x12xf32>, tensor<3x4x5xf32>
}
