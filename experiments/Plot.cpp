// Draws SVG pages of line and bar panels.
#include "experiments/Plot.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace dsa;

namespace {

constexpr double kPanelWidth = 480, kPanelHeight = 330, kHeader = 74;
constexpr double kLeft = 62, kRight = 18, kTop = 40, kBottom = 54;
constexpr llvm::StringLiteral kInk = "#1f2933", kFaint = "#66727f", kGrid = "#e4e8ec";

/// A text element; `extra` holds attributes such as the anchor or the weight.
void text(llvm::raw_ostream &out, double x, double y, double size, llvm::StringRef color,
          llvm::StringRef content, llvm::StringRef extra = "") {
  out << llvm::formatv(
      "<text x=\"{0:f1}\" y=\"{1:f1}\" font-size=\"{2:f0}\" fill=\"{3}\" {4}>{5}</text>\n", x, y,
      size, color, extra, escapeXml(content));
}

void rule(llvm::raw_ostream &out, double x1, double y1, double x2, double y2, llvm::StringRef color,
          double width = 1) {
  out << llvm::formatv("<line x1=\"{0:f1}\" y1=\"{1:f1}\" x2=\"{2:f1}\" y2=\"{3:f1}\" "
                       "stroke=\"{4}\" stroke-width=\"{5:f1}\"/>\n",
                       x1, y1, x2, y2, color, width);
}

/// The shortest decimal of `value` that tells ticks `step` apart.
std::string number(double value, double step, bool percent) {
  if (percent) {
    value *= 100;
    step *= 100;
  }
  int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
  // 2.5 needs one digit more than its magnitude says.
  if (std::abs(step * std::pow(10, digits) - std::round(step * std::pow(10, digits))) > 1e-6)
    ++digits;
  std::string result;
  llvm::raw_string_ostream stream(result);
  stream << llvm::format("%.*f", digits, value == 0 ? 0.0 : value);
  if (percent)
    stream << " %";
  return result;
}

/// One panel at (x0, y0): owns the mapping from data to the page.
class PanelDrawing {
public:
  PanelDrawing(llvm::raw_ostream &out, const Panel &panel, double x0, double y0)
      : out(out), panel(panel), left(x0 + kLeft), right(x0 + kPanelWidth - kRight), top(y0 + kTop),
        bottom(y0 + kPanelHeight - kBottom) {
    findRanges();
  }

  void draw() {
    text(out, left, top - 16, 14, kInk, panel.title, "font-weight=\"600\"");
    drawAxes();
    if (panel.categories.empty())
      for (const Series &series : panel.series)
        drawCurve(series);
    else
      drawBars();
  }

private:
  bool isBars() const { return !panel.categories.empty(); }

  void findRanges() {
    double low = HUGE_VAL, high = -HUGE_VAL;
    xLow = HUGE_VAL, xHigh = -HUGE_VAL;
    for (const Series &series : panel.series) {
      assert((isBars() ? panel.categories.size() : series.x.size()) == series.y.size() &&
             "one value per position");
      for (auto [i, y] : llvm::enumerate(series.y)) {
        assert(std::isfinite(y) && "a plot shows finite values");
        double whisker = i < series.deviation.size() ? series.deviation[i] : 0;
        low = std::min(low, y - whisker);
        high = std::max(high, y + whisker);
      }
      for (double x : series.x) {
        xLow = std::min(xLow, x);
        xHigh = std::max(xHigh, x);
      }
    }
    if (low > high)
      low = 0, high = 1;
    if (isBars())
      low = std::min(low, 0.0), high = std::max(high * 1.08, 1e-9);
    yTicks = roundTicks(low, high, 5);
    if (xLow > xHigh)
      xLow = 0, xHigh = 1;
    xTicks = isBars() ? std::vector<double>() : roundTicks(std::min(0.0, xLow), xHigh, 5);
  }

  double mapX(double x) const {
    return left + (x - xTicks.front()) / (xTicks.back() - xTicks.front()) * (right - left);
  }
  double mapY(double y) const {
    return bottom - (y - yTicks.front()) / (yTicks.back() - yTicks.front()) * (bottom - top);
  }

  void drawAxes() {
    double step = yTicks[1] - yTicks[0];
    for (double tick : yTicks) {
      rule(out, left, mapY(tick), right, mapY(tick), kGrid);
      text(out, left - 8, mapY(tick) + 4, 11, kFaint, number(tick, step, panel.percent),
           "text-anchor=\"end\"");
    }
    for (double tick : xTicks)
      text(out, mapX(tick), bottom + 18, 11, kFaint, number(tick, xTicks[1] - xTicks[0], false),
           "text-anchor=\"middle\"");
    for (auto [i, category] : llvm::enumerate(panel.categories))
      text(out, left + groupWidth() * (i + 0.5), bottom + 18, 11, kFaint, category,
           "text-anchor=\"middle\"");
    rule(out, left, bottom, right, bottom, kFaint);
    text(out, (left + right) / 2, bottom + 38, 12, kFaint, panel.xLabel, "text-anchor=\"middle\"");
    double middle = (top + bottom) / 2, edge = left - kLeft + 14;
    text(out, edge, middle, 12, kFaint, panel.yLabel,
         llvm::formatv("text-anchor=\"middle\" transform=\"rotate(-90 {0:f1} {1:f1})\"", edge,
                       middle)
             .str());
  }

  double groupWidth() const { return (right - left) / panel.categories.size(); }

  void drawWhisker(const Series &series, size_t i, double x) {
    if (i >= series.deviation.size() || series.deviation[i] == 0)
      return;
    double high = mapY(series.y[i] + series.deviation[i]);
    double low = mapY(series.y[i] - series.deviation[i]);
    rule(out, x, low, x, high, kInk);
    rule(out, x - 4, high, x + 4, high, kInk);
    rule(out, x - 4, low, x + 4, low, kInk);
  }

  void drawCurve(const Series &series) {
    out << "<polyline fill=\"none\" stroke=\"" << series.color
        << "\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"";
    for (auto [x, y] : llvm::zip(series.x, series.y))
      out << llvm::formatv("{0:f1},{1:f1} ", mapX(x), mapY(y));
    out << "\"/>\n";
    for (size_t i = 0; i < series.x.size(); ++i) {
      drawWhisker(series, i, mapX(series.x[i]));
      out << llvm::formatv("<circle class=\"mark\" cx=\"{0:f1}\" cy=\"{1:f1}\" r=\"3\" "
                           "fill=\"{2}\"/>\n",
                           mapX(series.x[i]), mapY(series.y[i]), series.color);
    }
  }

  void drawBars() {
    double inner = groupWidth() * 0.76, width = inner / std::max<size_t>(panel.series.size(), 1);
    width = std::min(width, 64.0);
    for (auto [s, series] : llvm::enumerate(panel.series))
      for (auto [i, y] : llvm::enumerate(series.y)) {
        double center = left + groupWidth() * (i + 0.5) +
                        width * (static_cast<double>(s) - (panel.series.size() - 1) / 2.0);
        double y0 = mapY(std::max(y, 0.0)), height = std::abs(mapY(y) - mapY(0));
        out << llvm::formatv("<rect class=\"mark\" x=\"{0:f1}\" y=\"{1:f1}\" width=\"{2:f1}\" "
                             "height=\"{3:f1}\" rx=\"2\" fill=\"{4}\"/>\n",
                             center - width * 0.45, y0, width * 0.9, height, series.color);
        drawWhisker(series, i, center);
        double whisker = i < series.deviation.size() ? series.deviation[i] : 0;
        double size = width < 34 ? 9 : 11;
        text(out, center, mapY(std::max(y + whisker, 0.0)) - 5, size, kInk, barLabel(y),
             "text-anchor=\"middle\"");
      }
  }

  /// Three significant digits; the axis says what they count.
  std::string barLabel(double y) const {
    double shown = panel.percent ? 100 * y : y;
    double magnitude = shown == 0 ? 0 : std::floor(std::log10(std::abs(shown)));
    double least = panel.percent ? -1 : -4;
    return number(shown, std::pow(10, std::max(magnitude - 2, least)), false);
  }

  llvm::raw_ostream &out;
  const Panel &panel;
  double left, right, top, bottom;
  double xLow = 0, xHigh = 1;
  std::vector<double> xTicks, yTicks;
};

void drawLegend(llvm::raw_ostream &out, llvm::ArrayRef<Series> series, double y) {
  double x = kLeft;
  for (const Series &entry : series) {
    out << llvm::formatv("<rect x=\"{0:f1}\" y=\"{1:f1}\" width=\"12\" height=\"12\" rx=\"3\" "
                         "fill=\"{2}\"/>\n",
                         x, y - 10, entry.color);
    text(out, x + 18, y, 12, kInk, entry.name);
    x += 40 + 6.6 * entry.name.size();
  }
}

} // namespace

std::vector<double> dsa::roundTicks(double low, double high, int count) {
  if (high - low < 1e-12 * std::max(1.0, std::abs(high))) {
    double margin = std::max(std::abs(high) * 0.1, 1e-3);
    low -= margin;
    high += margin;
  }
  double raw = (high - low) / count, power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (double factor : {1.0, 2.0, 2.5, 5.0})
    if (factor * power >= raw * 0.999) {
      step = factor * power;
      break;
    }
  std::vector<double> ticks;
  double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  for (double i = first; i <= last; ++i)
    ticks.push_back(i * step);
  return ticks;
}

std::string dsa::escapeXml(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  return result;
}

std::string dsa::drawPage(llvm::StringRef title, llvm::ArrayRef<Panel> panels, int columns) {
  assert(!panels.empty() && columns > 0 && "a page shows something");
  int rows = (static_cast<int>(panels.size()) + columns - 1) / columns;
  double width = columns * kPanelWidth, height = kHeader + rows * kPanelHeight;
  std::string document;
  llvm::raw_string_ostream out(document);
  out << llvm::formatv("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:f0} {1:f0}\" "
                       "font-family=\"system-ui, 'Segoe UI', 'Helvetica Neue', Arial, "
                       "sans-serif\" role=\"img\">\n<title>{2}</title>\n"
                       "<rect width=\"{0:f0}\" height=\"{1:f0}\" fill=\"#ffffff\"/>\n",
                       width, height, escapeXml(title));
  text(out, kLeft, 30, 17, kInk, title, "font-weight=\"600\"");
  drawLegend(out, panels.front().series, 56);
  for (auto [i, panel] : llvm::enumerate(panels))
    PanelDrawing(out, panel, kPanelWidth * (i % columns), kHeader + kPanelHeight * (i / columns))
        .draw();
  out << "</svg>\n";
  return document;
}
