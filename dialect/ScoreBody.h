// The score body of attention: a function of one's own between the scaled score of a pair and the
// softmax.
#pragma once

#include "dialect/Dialect.h"

namespace dsa {

/// The numbers that a score body is told of a pair: what its arguments are, in this order.
enum ScoreArgument : unsigned { kScore, kQueryPosition, kKeyPosition, kHead, kScoreArguments };

/// The largest size of an axis whose places an f32 can tell apart.
inline constexpr int64_t kLargestPlace = 1 << 24;

/// The type of the numbers of a score body of attention on tensors of `element`: f64 on f64
/// tensors, f32 on all others, so that positions are exact.
mlir::Type scoreType(mlir::Type element);

/// The score body of an attention op or of its gradient; null if `op` is none or has no body.
mlir::Block *scoreBodyOf(mlir::Operation *op);

/// Verifies the score body of `op`, if there is one: arguments, ops and types, and that its numbers
/// of the `places`, the sizes of the axes of queries, keys and heads, are exact.
mlir::LogicalResult verifyScoreBody(mlir::Operation *op, mlir::Type element,
                                    llvm::ArrayRef<int64_t> places);

/// FLOPs that the score body of `op` adds to each pair.
int64_t flopsOfScoreBody(mlir::Operation *op);

/// Gives `grad` the score body of `forward`, which yields behind the new score its derivative by
/// the score.
void differentiateScoreBody(mlir::Operation *forward, mlir::Operation *grad);

/// Names the arguments of a score body: %score, %query, %key, %head.
void nameScoreArguments(mlir::Region &body, mlir::OpAsmSetValueNameFn setName);

} // namespace dsa
