// detach: a value that a loss takes as given.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK: dsa.detach %{{.*}} : (tensor<4xf32>) -> tensor<4xf32>
func.func @detach(%x: tensor<4xf32>) {
  %y = dsa.detach %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}
