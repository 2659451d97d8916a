// Draws the progress of a run.
#include "experiments/Progress.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace dsa;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kBarCells = 24;
constexpr auto kRedraw = std::chrono::milliseconds(100);

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A bar of kBarCells cells in eighths of a cell.
std::string bar(double share) {
  static constexpr llvm::StringLiteral kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  int64_t eighths = std::lround(share * kBarCells * 8);
  std::string text;
  for (int64_t i = 0; i < eighths / 8; ++i)
    text += "█";
  text += kEighths[eighths % 8];
  for (int64_t cells = (eighths + 7) / 8; cells < kBarCells; ++cells)
    text += "·";
  return text;
}

} // namespace

Progress::Progress(llvm::raw_ostream &out, llvm::StringRef label, int64_t steps,
                   int64_t tokensPerStep, int64_t done)
    : out(out), label(label), steps(steps), tokensPerStep(tokensPerStep), first(done),
      terminal(out.is_displayed()), begin(Clock::now()), drawn(begin) {}

std::string Progress::duration(double seconds) {
  int64_t total = std::llround(std::max(seconds, 0.0));
  if (total >= 3600)
    return llvm::formatv("{0} h {1} min", total / 3600, total / 60 % 60);
  if (total >= 60)
    return llvm::formatv("{0} min {1} s", total / 60, total % 60);
  return llvm::formatv("{0} s", total);
}

double Progress::tokensPerSecond(int64_t step) const {
  double tokens = static_cast<double>((step - first) * tokensPerStep);
  return tokens / std::max(secondsSince(begin), 1e-9);
}

std::string Progress::line(int64_t step, double loss) const {
  double speed = tokensPerSecond(step);
  double left = static_cast<double>((steps - step) * tokensPerStep) / speed;
  return llvm::formatv("{0}/{1}  loss {2:f3}  {3:f0} tokens/s  {4} left", step, steps, loss, speed,
                       duration(left));
}

void Progress::update(int64_t step, double loss) {
  if (terminal) {
    if (step < steps && Clock::now() - drawn < kRedraw)
      return;
    drawn = Clock::now();
    double share = static_cast<double>(step) / static_cast<double>(steps);
    out << "\r\x1b[2K" << label << "  " << bar(share) << "  " << line(step, loss);
  } else {
    if (step * 10 / steps == (step - 1) * 10 / steps)
      return;
    out << label << "  " << line(step, loss) << '\n';
  }
  out.flush();
}

void Progress::say(llvm::StringRef text) {
  if (terminal)
    out << "\r\x1b[2K";
  out << label << "  " << text << '\n';
  out.flush();
}
