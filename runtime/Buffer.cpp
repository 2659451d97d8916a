// Aligned memory: small pieces from the heap, large ones straight from the kernel on huge pages.
#include "runtime/Buffer.h"

#include "llvm/Support/Alignment.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <utility>

namespace dsa {

namespace {
constexpr int64_t kLine = 64;
constexpr int64_t kHugePage = 2 << 20;
} // namespace

Buffer::Buffer(int64_t bytes) : bytes_(bytes) {
  assert(bytes >= 0 && "a buffer cannot have a negative size");
  size_t padded = llvm::alignTo(bytes, kLine) + kLine;
  if (bytes < kHugePage) {
    data_ = static_cast<char *>(std::aligned_alloc(kLine, padded));
    if (!data_)
      llvm::report_bad_alloc_error("out of memory for a buffer");
    std::memset(data_, 0, padded);
    return;
  }
  // One huge page more than needed, so that the start can be aligned; the kernel hands out zeroes
  // on first touch.
  mappedBytes = padded + kHugePage;
  mapping =
      ::mmap(nullptr, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    llvm::report_bad_alloc_error("out of memory for a buffer");
  data_ = static_cast<char *>(mapping) + llvm::offsetToAlignedAddr(mapping, llvm::Align(kHugePage));
  ::madvise(data_, padded, MADV_HUGEPAGE); // advice: a system without huge pages says no and works
}

Buffer::~Buffer() {
  if (mapping)
    ::munmap(mapping, mappedBytes);
  else
    std::free(data_);
}

Buffer::Buffer(Buffer &&other) noexcept {
  *this = std::move(other);
}

Buffer &Buffer::operator=(Buffer &&other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapping, other.mapping);
  std::swap(mappedBytes, other.mappedBytes);
  return *this;
}

} // namespace dsa
