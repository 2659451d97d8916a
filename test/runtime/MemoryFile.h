// A file in memory that readers of files can be fed from.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace dsa {

class MemoryFile {
public:
  MemoryFile() : file(memfd_create("fuzzed", 0)) {}
  ~MemoryFile() { close(file); }
  MemoryFile(const MemoryFile &) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file); }
  /// Replaces the content.
  void write(const uint8_t *data, size_t size) {
    if (ftruncate(file, 0) || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
      std::abort();
  }

private:
  int file;
};

} // namespace dsa
