// A zero-filled, aligned piece of memory that one owner holds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dsa {

/// Memory for tensors, arenas and scratch: aligned to 64 bytes (2 MB with huge pages advised from 2
/// MB on), zero at first, followed by one spare cache line, so that a full-width vector store at
/// the last element stays inside.
class Buffer {
public:
  Buffer() = default;
  explicit Buffer(int64_t bytes);
  ~Buffer();
  Buffer(Buffer &&other) noexcept;
  Buffer &operator=(Buffer &&other) noexcept;

  char *data() const { return data_; }
  /// The bytes asked for, without the spare line.
  int64_t bytes() const { return bytes_; }

private:
  char *data_ = nullptr;
  int64_t bytes_ = 0;
  void *mapping = nullptr; // the whole mapping when the memory came from mmap
  size_t mappedBytes = 0;
};

} // namespace dsa
