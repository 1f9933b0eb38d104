// SPDX-License-Identifier: Apache-2.0
// Byte sources for tests: text in small pieces, to meet every boundary. Used by tests only.
#pragma once

#include <algorithm>
#include <string>

#include "formats/byte_source.h"

namespace weir::formats {

class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  Result<std::size_t> read(char* to, std::size_t size) override {
    const auto count = text_.copy(to, std::min(size, piece_), used_);
    used_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t used_ = 0;
};

}  // namespace weir::formats
