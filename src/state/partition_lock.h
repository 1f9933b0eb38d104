// SPDX-License-Identifier: Apache-2.0
// The lock that keeps two processes, or two jobs of one, from loading the same partition at once.
// Used by execution.
//
// It is flock() on a file of its own per partition. The kernel releases it with the process, so
// kill -9 leaves no lock behind. The holder removes the file before it lets go, which is why a taker
// checks that the file it locked is still the one in the folder; files do not pile up.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"

namespace weir::state {

/// Held until destroyed. Movable; belongs to one thread at a time.
class PartitionLock {
 public:
  /// Takes the lock or fails at once with Conflict, which names the holder. `folder` is `.weir`.
  static Result<PartitionLock> acquire(const std::string& folder, const std::string& pipeline,
                                       const std::string& partition, Timestamp now);

  PartitionLock(PartitionLock&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}
  PartitionLock& operator=(PartitionLock&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(file_, other.file_);
    return *this;
  }
  ~PartitionLock();

 private:
  PartitionLock(std::string path, int file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  int file_;
};

}  // namespace weir::state
