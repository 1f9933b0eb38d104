// SPDX-License-Identifier: Apache-2.0
// Compressor: compresses a file block by block, so that memory stays bounded and blocks could be
// made side by side: each is a gzip member or a zstd frame of its own. Belongs to one thread.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/write_buffer.h"

namespace weir::formats {

enum class OutputCompression { None, Gzip, Zstd };

/// "", ".gz" or ".zst".
std::string_view file_suffix(OutputCompression compression);

class Compressor {
 public:
  virtual ~Compressor() = default;
  /// Appends one block. Blocks of a megabyte or more lose next to nothing against one long stream.
  virtual Result<void> compress(std::string_view block, WriteBuffer& out) = 0;
};

/// Null for OutputCompression::None.
std::unique_ptr<Compressor> make_compressor(OutputCompression compression);

}  // namespace weir::formats
