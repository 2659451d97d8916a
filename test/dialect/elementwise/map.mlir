// A function of one's own survives a round trip, in every op that its body may hold.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s
// RUN: dsa-opt %s --mlir-print-op-generic | dsa-opt | FileCheck %s

// CHECK-LABEL: @gate
// CHECK: dsa.map (%[[A:.*]] = %arg0, %[[B:.*]] = %arg1) : tensor<2x3xf32> {
// CHECK-NEXT: %[[T:.*]] = math.tanh %[[A]] : f32
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[T]], %[[B]] : f32
// CHECK-NEXT: dsa.yield %[[R]] : f32
// CHECK-NEXT: }
func.func @gate(%x: tensor<2x3xf32>, %g: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %y = dsa.map (%a = %x, %b = %g) : tensor<2x3xf32> {
    %t = math.tanh %a : f32
    %r = arith.mulf %t, %b : f32
    dsa.yield %r : f32
  }
  return %y : tensor<2x3xf32>
}

// Names inside may be those outside: nothing else can be meant.
// CHECK-LABEL: @shadow
// CHECK: dsa.map (%{{.*}} = %arg0) : tensor<5xf64> attributes {note = "twice"} {
func.func @shadow(%x: tensor<5xf64>) -> tensor<5xf64> {
  %y = dsa.map (%x = %x) : tensor<5xf64> attributes {note = "twice"} {
    %y = arith.addf %x, %x : f64
    dsa.yield %y : f64
  }
  return %y : tensor<5xf64>
}

// CHECK-LABEL: @every_op
// CHECK: math.erf
func.func @every_op(%x: tensor<bf16>, %z: tensor<bf16>) -> tensor<bf16> {
  %y = dsa.map (%a = %x, %b = %z) : tensor<bf16> {
    %0 = arith.constant 2.5 : bf16
    %true = arith.constant true
    %1 = arith.addf %a, %0 : bf16
    %2 = arith.subf %1, %b : bf16
    %3 = arith.mulf %2, %b : bf16
    %4 = arith.divf %3, %b : bf16
    %5 = arith.negf %4 : bf16
    %6 = arith.maximumf %5, %b : bf16
    %7 = arith.minimumf %6, %b : bf16
    %8 = arith.maxnumf %7, %b : bf16
    %9 = arith.minnumf %8, %b : bf16
    %10 = arith.cmpf olt, %9, %b : bf16
    %11 = arith.andi %10, %true : i1
    %12 = arith.ori %11, %10 : i1
    %13 = arith.xori %12, %10 : i1
    %14 = arith.select %13, %9, %b : bf16
    %15 = math.fma %14, %a, %b : bf16
    %16 = math.absf %15 : bf16
    %17 = math.exp %16 : bf16
    %18 = math.exp2 %17 : bf16
    %19 = math.expm1 %18 : bf16
    %20 = math.log %19 : bf16
    %21 = math.log1p %20 : bf16
    %22 = math.log2 %21 : bf16
    %23 = math.sqrt %22 : bf16
    %24 = math.rsqrt %23 : bf16
    %25 = math.powf %24, %b : bf16
    %26 = math.tanh %25 : bf16
    %27 = math.sin %26 : bf16
    %28 = math.cos %27 : bf16
    %29 = math.erf %28 : bf16
    dsa.yield %29 : bf16
  }
  return %y : tensor<bf16>
}
