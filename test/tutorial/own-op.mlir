// An op of your own, without a line of C++: write an activation that dsa does not know, see it fuse, run it, differentiate it.
// Read this file from top to bottom. Every RUN line below is a command that you can type, and the words behind REFUSED, FUSED and so on
// are what you will see.
//
// 1. Write it. Say for one number what your op does; `dsa.map` does it for every element. This one lets a positive
// number pass, bends a negative one to erf(x) / 2, and multiplies with a gate. The names in parentheses are the numbers of the body, one
// for each tensor; the type is that of every tensor. What else a body may hold is in the description of the op, and in the answer
// to a body that holds something else.
//
func.func @layer(%x: tensor<32x64xf32>, %w: tensor<128x64xf32>, %g: tensor<32x128xf32>) -> (tensor<32x128xf32> {dsa.name = "y"}) {
  %h = dsa.linear %x, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  %y = dsa.map (%a = %h, %gate = %g) : tensor<32x128xf32> {
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.5 : f32
    %erf = math.erf %a : f32
    %bent = arith.mulf %erf, %half : f32
    %passes = arith.cmpf ogt, %a, %zero : f32
    %leaning = arith.select %passes, %a, %bent : f32
    %r = arith.mulf %leaning, %gate : f32
    dsa.yield %r : f32
  }
  return %y : tensor<32x128xf32>
}
//
// RUN: sed 's/math.erf/math.atan/' %s | not dsa-opt 2>&1 | FileCheck %s --check-prefix=REFUSED
// REFUSED: error: 'math.atan' op expected an op that the body of dsa.map may hold (arith.constant, arith.addf,
//
// 2. See it fuse. To the compiler it is an element-wise op like `dsa.silu`: it moves into the kernel of the linear map before it, and
// memory sees the result only.
//
// RUN: dsa-opt %s --dsa-plan-fusion --dsa-outline-kernels | FileCheck %s --check-prefix=FUSED
// FUSED: dsa.kernel @linear_0(
// FUSED-NEXT: %[[H:.*]] = dsa.linear
// FUSED-NEXT: dsa.map (%{{.*}} = %[[H]], %{{.*}} = %{{.*}}) : tensor<32x128xf32>
// FUSED: math.erf
// FUSED-NOT: dsa.kernel
// FUSED: func.func @layer
// FUSED-NEXT: dsa.launch @linear_0
// FUSED-NEXT: return
//
// 3. Read its loops. The body stands behind the multiply-adds, on vectors of eight numbers here; `math.erf` has become two polynomials
// and a choice between them, and no library is called.
//
// RUN: dsa-opt %s --dsa-graph-pipeline --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s --check-prefix=LOOPS
// LOOPS: module @linear_0_cpu
// LOOPS: vector.fma {{.*}} : vector<8xf32>
// LOOPS: arith.cmpf olt, {{.*}} : vector<8xf32>
// LOOPS: arith.select {{.*}} : vector<8xi1>, vector<8xf32>
// LOOPS-NOT: math.erf
// LOOPS: vector.store
//
// 4. Run it, and doubt it. The reference evaluates the body in double precision, one op after the other.
//
// RUN: dsa-run %s --entry=layer --against=reference | FileCheck %s --check-prefix=RUN-IT
// RUN-IT: @layer
// RUN-IT: y f32[32x128]: ok, max error
//
// 5. Differentiate it. Nothing more is to be written: the chain rule is applied inside the body, so the derivative is a map as well,
// one for each input. Of a choice it is that of the value taken.
//
func.func @loss(%x: tensor<8x16xf32>, %w: tensor<10x16xf32> {dsa.role = "parameter", dsa.name = "w"},
    %g: tensor<8x10xf32> {dsa.role = "parameter", dsa.name = "g"}, %targets: tensor<8xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64})
    attributes {dsa.train = {gradients}} {
  %h = dsa.linear %x, %w : (tensor<8x16xf32>, tensor<10x16xf32>) -> tensor<8x10xf32>
  %y = dsa.map (%a = %h, %gate = %g) : tensor<8x10xf32> {
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.5 : f32
    %erf = math.erf %a : f32
    %bent = arith.mulf %erf, %half : f32
    %passes = arith.cmpf ogt, %a, %zero : f32
    %leaning = arith.select %passes, %a, %bent : f32
    %r = arith.mulf %leaning, %gate : f32
    dsa.yield %r : f32
  }
  %loss, %each, %lse = dsa.cross_entropy %y, %targets : (tensor<8x10xf32>, tensor<8xi32>) -> (tensor<f32>, tensor<8xf32>, tensor<8xf32>)
  return %loss : tensor<f32>
}
//
// RUN: dsa-opt %s --dsa-differentiate-graph | FileCheck %s --check-prefix=DERIVED
// DERIVED: func.func @loss
// DERIVED: %[[DY:.*]] = dsa.cross_entropy_grad
// DERIVED: %[[DH:.*]] = dsa.map ({{.*}} = %[[DY]]) : tensor<8x10xf32>
// DERIVED: math.exp
// DERIVED: dsa.linear_grad_weight %[[DH]]
//
// 6. Doubt that too: every derivative is compared with differences of the loss, all in double precision.
//
// RUN: dsa-run %s --check-gradients --entry=loss | FileCheck %s --check-prefix=CHECKED
// CHECKED: grad.w f64[10x16]: ok
// CHECKED: grad.g f64[8x10]: ok
//
// From C++ the same is `Graph::map`. An op that many models share, or one whose kernel should look different, deserves a name:
// dialect/README.md says how to add one.
