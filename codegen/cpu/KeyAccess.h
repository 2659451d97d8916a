// How attention reaches the keys of a selection, chosen by what each way costs.
#pragma once

#include "codegen/cpu/AttentionFrame.h"

namespace dsa::cpu {

/// Whether gathering the selected rows beats masked tiles of all keys.
bool prefersGather(const AttentionOperands &op);

/// How attention reads keys: all of them in tiles, masked by a selection if there is one; lists of
/// what queries of one head share and what each has to itself; or the list of one query, in tiles
/// that 32 heads over one row of keys share.
enum class KeyAccess { Tiles, Lists, HeadTiles };
/// The cheapest of them, with the phases that prepare it.
KeyAccess prepareKeys(KernelBuilder &b, AttentionFrame &frame);

} // namespace dsa::cpu
