// SPDX-License-Identifier: Apache-2.0
// Stored bytes with a look ahead and their position, for whoever takes a packed stream apart. Used by
// inflate.cc and the archives. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.h"

namespace weir::formats {

class StoredBytes {
 public:
  StoredBytes(std::unique_ptr<ByteSource> source, std::string name);

  /// Reads more behind what is left; false at the end.
  Result<bool> fill();
  /// Tries to have at least `wanted` bytes ahead, of which there is room for 64 KiB.
  Result<void> look_ahead(std::size_t wanted);

  std::string_view ahead() const { return {buffer_.data() + start_, size_}; }
  void consume(std::size_t count) {
    start_ += count;
    size_ -= count;
    position_ += count;
  }
  /// Takes back at most 8 bytes that were consumed last.
  void give_back(std::size_t count) {
    start_ -= count;
    size_ += count;
    position_ -= count;
  }
  std::uint64_t position() const { return position_; }
  const std::string& name() const { return name_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t start_ = 0;
  std::size_t size_ = 0;
  std::uint64_t position_ = 0;
  bool ended_ = false;
};

/// The errors of a stream of some kind, "gzip" or "zip", with the place of the trouble.
Failure cut_short(const StoredBytes& input, std::string_view kind);
Failure corrupt(const StoredBytes& input, std::string_view kind, std::string_view detail);

}  // namespace weir::formats
