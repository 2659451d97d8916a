// Instruction sets by name, and the widest of this machine.
#include "codegen/cpu/VectorIsa.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Host.h"

namespace dsa::cpu {

llvm::ArrayRef<VectorIsa> VectorIsa::all() {
  static const VectorIsa sets[] = {{"avx512", 16, 32, true, "x86-64-v4"},
                                   {"avx2", 8, 16, true, "x86-64-v3"},
                                   {"sse", 4, 16, false, "x86-64"}};
  return sets;
}

VectorIsa VectorIsa::ofHost() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  if (features.lookup("avx512f")) {
    VectorIsa widest = all()[0];
    widest.dotsPairs =
        features.lookup("avx512bf16") && llvm::sys::getHostCPUName().starts_with("znver");
    return widest;
  }
  if (features.lookup("avx2") && features.lookup("fma"))
    return all()[1];
  return all()[2];
}

llvm::Expected<VectorIsa> VectorIsa::named(llvm::StringRef name, VectorIsa host) {
  if (name.empty())
    return host;
  llvm::SmallVector<VectorIsa> present;
  if (host.lanes == 16 && llvm::sys::getHostCPUFeatures().lookup("avx512bf16"))
    present.push_back({"avx512bf16", 16, 32, true, "cooperlake", true});
  llvm::copy_if(all(), std::back_inserter(present),
                [&](const VectorIsa &isa) { return isa.lanes <= host.lanes; });
  for (const VectorIsa &isa : present)
    if (isa.name == name)
      return isa.name == host.name ? host : isa;
  std::string names =
      llvm::join(llvm::map_range(present, [](const VectorIsa &isa) { return isa.name; }), ", ");
  return llvm::createStringError("expected an instruction set of this machine (%s), got '%s'",
                                 names.c_str(), name.str().c_str());
}

} // namespace dsa::cpu
