// Numbers as people read them in tables, claims and reports.
#pragma once

#include <string>

namespace dsa {

/// `value` with `digits` decimals.
std::string number(double value, int digits);

/// The fewest digits that name `value` to six places, "0.001" or "1e+30".
std::string shortNumber(double value);

/// A share as per cent with one decimal, "41.4 %".
std::string percent(double share);

} // namespace dsa
