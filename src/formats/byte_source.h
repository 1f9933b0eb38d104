// SPDX-License-Identifier: Apache-2.0
// A stream of bytes: a file, an object's body, or what inflating another stream gives.
// Used by the block reader and by sources that bring their own streams. One thread at a time.
#pragma once

#include <cstddef>

#include "base/result.h"

namespace weir::formats {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Puts up to `size` bytes (at least one) at `to` and says how many; 0 only at the end.
  /// At the end it verifies what it can: checksums, or that the file is still the one opened.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
};

}  // namespace weir::formats
