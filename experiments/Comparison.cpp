// Looks up comparisons, their arms and their published results.
#include "experiments/Comparison.h"

#include "llvm/ADT/STLExtras.h"

#include <cstdlib>

using namespace dsa;

const Arm *Comparison::find(llvm::StringRef name) const {
  auto found = llvm::find_if(arms, [&](const Arm &arm) { return arm.name == name; });
  return found == arms.end() ? nullptr : &*found;
}

const Arm &Comparison::arm(llvm::StringRef name) const {
  const Arm *found = find(name);
  assert(found && "options and saved settings accept the names of arms only");
  return *found;
}

std::vector<std::string> Comparison::armNames() const {
  std::vector<std::string> names;
  for (const Arm &arm : arms)
    names.push_back(arm.name.str());
  return names;
}

const PublishedResult &Comparison::publishedNear(int64_t length) const {
  return *llvm::min_element(published, [&](const PublishedResult &a, const PublishedResult &b) {
    return std::abs(a.length - length) < std::abs(b.length - length);
  });
}

bool Comparison::isPublishedNetwork(const StudySettings &settings) const {
  return settings.width == paper.width && settings.layers == paper.layers &&
         settings.expertWidth == paper.expertWidth;
}

const Comparison *dsa::findComparison(llvm::StringRef name) {
  for (const Comparison *comparison : {&sparseVsClassic(), &latentSparse()})
    if (comparison->name == name)
      return comparison;
  return nullptr;
}

const Comparison &dsa::comparisonOf(const StudySettings &settings) {
  const Comparison *comparison = findComparison(settings.question);
  assert(comparison && "options and saved settings accept the names of comparisons only");
  return *comparison;
}
