// cast: the same numbers in another float type.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK: dsa.cast %{{.*}} : (tensor<2x4xf32>) -> tensor<2x4xbf16>
func.func @cast(%x: tensor<2x4xf32>) {
  %y = dsa.cast %x : (tensor<2x4xf32>) -> tensor<2x4xbf16>
  return
}
