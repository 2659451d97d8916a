// Which keys a query may see.
#include "runtime/reference/Visibility.h"

namespace dsa::reference {

int64_t valueOr0(const std::optional<Tensor> &offset) {
  return offset ? *offset->data<int32_t>() : 0;
}

bool Visibility::isVisible(int64_t b, int64_t t, int64_t s) const {
  if (causal && s > valueOr0(queryOffset) + t)
    return false;
  return !querySegments || Indices(*querySegments)(b, t) == Indices(*keySegments)(b, s);
}

Keys visibleKeys(const Visibility &visibility, int64_t b, int64_t t, int64_t numKeys) {
  Keys keys;
  for (int64_t s = 0; s < numKeys; ++s)
    if (visibility.isVisible(b, t, s))
      keys.push_back(s);
  return keys;
}

Keys selectedKeys(const Visibility &visibility, int64_t b, int64_t t, const Indices &selection) {
  Keys keys;
  for (int64_t j = 0; j < selection.size(2); ++j)
    if (selection(b, t, j) >= 0 && visibility.isVisible(b, t, selection(b, t, j)))
      keys.push_back(selection(b, t, j));
  return keys;
}

} // namespace dsa::reference
