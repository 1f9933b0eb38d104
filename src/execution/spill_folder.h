// SPDX-License-Identifier: Apache-2.0
// A folder of an engine's own for what outgrows memory. The engine gives its files fixed names, so
// two engines in one folder would read each other's blocks. Used by Workers.
#pragma once

#include <string>
#include <utility>

namespace weir::execution {

class SpillFolder {
 public:
  /// Names a new folder whose path begins with `prefix` and a dash; the engine makes it when it needs
  /// it, and makes no folder above it. Removes those that killed processes left.
  static SpillFolder create(const std::string& prefix);

  SpillFolder() = default;
  SpillFolder(SpillFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SpillFolder& operator=(SpillFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  /// Removes the folder with everything in it.
  ~SpillFolder();

  const std::string& path() const { return path_; }

 private:
  explicit SpillFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace weir::execution
