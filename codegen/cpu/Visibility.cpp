// Positions and segments of queries.
#include "codegen/cpu/Visibility.h"

using namespace mlir;

namespace dsa::cpu {

Value positionOf(KernelBuilder &b, Value offset, Value t) {
  return offset ? b.add(t, b.toIndex(b.loadAt(b.view(offset), b.index(0)))) : t;
}

Value isVisible(KernelBuilder &b, const Visibility &rules, Value batch, Value t, Value chosen) {
  Value seen = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, chosen, b.i32(0));
  if (rules.causal) {
    Value last = b.toI32(positionOf(b, rules.offset, t));
    Value past = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, chosen, last);
    seen = arith::AndIOp::create(b, seen, past);
  }
  if (!rules.querySegments)
    return seen;
  Value s = b.toIndex(arith::MaxSIOp::create(b, chosen, b.i32(0)));
  Value same = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                     b.load(b.view(rules.querySegments), {batch, t}),
                                     b.load(b.view(rules.keySegments), {batch, s}));
  return arith::AndIOp::create(b, seen, same);
}

} // namespace dsa::cpu
