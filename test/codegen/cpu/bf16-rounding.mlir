// Sums stored as bf16: ties go to the even neighbour, above and below a tie to the nearest.
// RUN: dsa-run %s --target=cpu --print | FileCheck %s
// CHECK: result0 bf16[5] = [1, 1.01562, 1.00781, 1, -1.01562]
func.func @ties() -> tensor<5xbf16> {
  %a = arith.constant dense<[1.0, 1.0078125, 1.0, 1.0, -1.0078125]> : tensor<5xbf16>
  %b = arith.constant dense<[0.00390625, 0.00390625, 0.005859375, 0.001953125, -0.00390625]> : tensor<5xbf16>
  %y = dsa.add %a, %b : (tensor<5xbf16>, tensor<5xbf16>) -> tensor<5xbf16>
  return %y : tensor<5xbf16>
}
