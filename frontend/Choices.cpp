// The discrete choices of a run: taken out of its results, read from a file, judged by another run.
#include "frontend/Choices.h"

#include "dialect/Dialect.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dsa;

/// The entries that one row of a choice holds.
using Row = llvm::ArrayRef<int32_t>;
/// The judge's score of an entry of a row.
using Score = llvm::function_ref<double(int32_t)>;

static bool isChoiceOf(llvm::StringRef name, DType dtype) {
  return name.starts_with(kChoicePrefix) && dtype == DType::I32;
}

bool dsa::isChoice(const TensorSpec &spec) {
  return isChoiceOf(spec.name, spec.dtype);
}

/// Whether the order of the entries means something: a route's first expert is its best.
static bool isOrdered(llvm::StringRef name) {
  return name.starts_with((kChoicePrefix + RouteOp::getOperationName().split('.').second).str());
}

static int64_t rowCount(const Tensor &choice) {
  return choice.numElements() / choice.shape().back();
}

static Row rowOf(const Tensor &choice, int64_t row) {
  int64_t width = choice.shape().back();
  return Row(choice.data<int32_t>() + row * width, width);
}

NamedTensors dsa::choicesAmong(llvm::ArrayRef<TensorSpec> specs, llvm::ArrayRef<Tensor> results) {
  NamedTensors choices;
  for (auto [spec, result] : llvm::zip_equal(specs, results))
    if (isChoice(spec))
      choices[spec.name] = result;
  return choices;
}

NamedTensors dsa::choicesAmong(const NamedTensors &tensors) {
  NamedTensors choices;
  for (const auto &[name, tensor] : tensors)
    if (isChoiceOf(name, tensor.dtype()))
      choices[name] = tensor;
  return choices;
}

/// What is wrong with the form of a row; empty if nothing is.
static std::string malformed(Row row, bool ordered) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (ordered && llvm::is_contained(row.take_front(i), row[i]))
      return llvm::formatv("expected different experts, got {0} twice", row[i]);
    if (!ordered && i > 0 && row[i] != -1 && row[i] <= row[i - 1])
      return llvm::formatv("expected ascending indices, got {0} after {1}", row[i], row[i - 1]);
    if (!ordered && i > 0 && row[i] != -1 && row[i - 1] == -1)
      return llvm::formatv("expected -1 only at the end, got {0} after it", row[i]);
  }
  return "";
}

llvm::Error dsa::checkChoices(llvm::ArrayRef<TensorSpec> specs, const NamedTensors &given) {
  for (const TensorSpec &spec : llvm::make_filter_range(specs, isChoice)) {
    auto found = given.find(spec.name);
    if (found == given.end())
      return llvm::createStringError("expected a choice '" + spec.name + "' to replay, got none");
    const Tensor &choice = found->second;
    if (choice.dtype() != spec.dtype || choice.shape() != llvm::ArrayRef(spec.shape))
      continue;
    for (int64_t row = 0; row < rowCount(choice); ++row)
      if (std::string fault = malformed(rowOf(choice, row), isOrdered(spec.name)); !fault.empty())
        return llvm::createStringError(llvm::formatv("{0} row {1}: {2}", spec.name, row, fault));
  }
  return llvm::Error::success();
}

/// Says that `made` was expected to be `own`, if an entry that only `made` has is worse than one
/// that only `own` has by more than `tolerance`. Both have as many entries.
static std::string worseThan(Row made, Row own, Score score, Tolerance tolerance) {
  int32_t taken = -1, left = -1;
  for (int32_t entry : made)
    if (!llvm::is_contained(own, entry) && (taken < 0 || score(entry) < score(taken)))
      taken = entry;
  for (int32_t entry : own)
    if (!llvm::is_contained(made, entry) && (left < 0 || score(entry) > score(left)))
      left = entry;
  if (taken < 0 || left < 0)
    return "";
  double best = score(left), worst = score(taken);
  if (best - worst <= tolerance.absolute + tolerance.relative * std::fabs(best))
    return "";
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("expected entry %d of score %.9g", left, best)
                                 << llvm::format(", got entry %d of score %.9g", taken, worst);
  return text;
}

/// What is wrong with a row that differs from the judge's `own`; empty if it is as good.
static std::string faultOf(Row made, Row own, bool ordered, Score score, Tolerance tolerance) {
  if (std::string fault = malformed(made, ordered); !fault.empty())
    return fault;
  if (llvm::count(made, -1) != llvm::count(own, -1))
    return llvm::formatv("expected {0} entries, got {1}", own.size() - llvm::count(own, -1),
                         made.size() - llvm::count(made, -1));
  for (size_t count = ordered ? 1 : made.size(); count <= made.size(); ++count)
    if (std::string fault =
            worseThan(made.take_front(count), own.take_front(count), score, tolerance);
        !fault.empty())
      return fault;
  return "";
}

/// The same for a choice among given scores, where no difference is as good.
static std::string exactFaultOf(Row made, Row own) {
  std::string text = "expected ";
  llvm::raw_string_ostream os(text);
  auto print = [&](Row row) { llvm::interleaveComma(row, os << '['), os << ']'; };
  print(own);
  os << " of the given scores, got ";
  print(made);
  return text;
}

namespace {
/// The judge's view of one choice.
struct Judge {
  Tensor own;
  Tensor scores; ///< none if the choice must be exact
  bool ordered;
  Tolerance tolerance;

  std::string faultOfRow(Row made, int64_t row) const {
    if (!scores)
      return exactFaultOf(made, rowOf(own, row));
    // Logarithms of probabilities differ as the numbers do that were ranked.
    auto score = [&](int32_t entry) {
      double value = scores.at(row * scores.shape().back() + entry);
      return ordered ? std::log(value) : value;
    };
    return faultOf(made, rowOf(own, row), ordered, score, tolerance);
  }

  /// Prints what there is to say about `made`; false if it is wrong.
  bool judge(llvm::StringRef name, const Tensor &made, llvm::raw_ostream &output) const {
    int64_t otherwise = 0;
    std::string what = name.str() + ' ' + describe(made.dtype(), made.shape());
    for (int64_t row = 0; row < rowCount(made); ++row) {
      if (rowOf(made, row) == rowOf(own, row))
        continue;
      ++otherwise;
      if (std::string fault = faultOfRow(rowOf(made, row), row); !fault.empty()) {
        output << llvm::formatv("{0}: DIFFERS, row {1}: {2}\n", what, row, fault);
        return false;
      }
    }
    if (otherwise)
      output << llvm::formatv("{0}: ok, {1} of {2} rows chose otherwise within tolerance\n", what,
                              otherwise, rowCount(made));
    return true;
  }
};
} // namespace

int64_t dsa::judgeChoices(llvm::ArrayRef<TensorSpec> specs, llvm::ArrayRef<Tensor> results,
                          const NamedTensors &made, std::optional<Tolerance> tolerance,
                          llvm::raw_ostream &output) {
  auto find = [&](const std::string &name) {
    auto *found = llvm::find_if(specs, [&](const TensorSpec &spec) { return spec.name == name; });
    return found == specs.end() ? Tensor() : results[found - specs.begin()];
  };
  int64_t wrong = 0;
  for (const auto &[name, choice] : made) {
    bool ordered = isOrdered(name);
    Tensor scores = find(name + (ordered ? ".probabilities" : ".scores"));
    Tolerance allowed = tolerance.value_or(toleranceOf(scores ? scores.dtype() : DType::I32));
    wrong += !Judge{find(name), scores, ordered, allowed}.judge(name, choice, output);
  }
  return wrong;
}
