// A small SVG writer: pages of line and bar panels, drawn without any other tool.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace dsa {

/// One curve, or one bar per category. All values must be finite.
struct Series {
  std::string name;
  std::string color;             ///< Any SVG colour.
  std::vector<double> x;         ///< Positions of a curve, ascending; empty for bars.
  std::vector<double> y;         ///< One value per position or category.
  std::vector<double> deviation; ///< Half length of a whisker per value; empty for none.
};

/// One pair of axes. With `categories` the series are grouped bars from zero, otherwise curves.
struct Panel {
  std::string title;
  std::string xLabel;
  std::string yLabel;
  std::vector<std::string> categories;
  std::vector<Series> series;
  bool percent = false; ///< Values are shares, shown as per cent.
};

/// An SVG document of `panels`, row by row in `columns` columns, under `title` and one legend of
/// the series of the first panel. Every data point is one element of class "mark".
std::string drawPage(llvm::StringRef title, llvm::ArrayRef<Panel> panels, int columns);

/// About `count` round numbers that cover [low, high]: steps of 1, 2, 2.5 or 5 times a power of 10.
std::vector<double> roundTicks(double low, double high, int count);

/// `text` with the characters that XML reserves replaced.
std::string escapeXml(llvm::StringRef text);

} // namespace dsa
