// Growing the signature of a function: one argument or one result at its end.
#include "passes/Signature.h"

#include "dialect/Dialect.h"

using namespace mlir;

Value dsa::appendArgument(func::FuncOp function, Type type, DictionaryAttr attributes) {
  LogicalResult inserted =
      function.insertArgument(function.getNumArguments(), type, attributes, function.getLoc());
  assert(succeeded(inserted) && "a function type takes any argument");
  (void)inserted;
  return function.getArguments().back();
}

void dsa::appendResult(func::FuncOp function, Value value, const Twine &name) {
  Builder builder(function.getContext());
  unsigned last = function.getNumResults();
  LogicalResult inserted = function.insertResult(
      last, value.getType(),
      builder.getDictionaryAttr(builder.getNamedAttr(kNameAttr, builder.getStringAttr(name))));
  assert(succeeded(inserted) && "a function type takes any result");
  (void)inserted;
  function.front().getTerminator()->insertOperands(last, value);
}
