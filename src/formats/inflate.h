// SPDX-License-Identifier: Apache-2.0
// Inflating gzip and zstd streams. Corrupt or cut-short data is always an error.
// Used when an input is opened. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "formats/byte_source.h"

namespace weir::formats {

enum class Compression {
  Auto,  ///< decided by the first bytes; the name only tells an empty .gz from an empty file
  None,
  Gzip,
  Zstd,
};

/// The compression that a name's extension suggests: ".gz" is Gzip; None when it suggests nothing.
Compression compression_of_name(std::string_view name);

/// The inflated bytes of `stored`. `name` appears in errors, which give the offset in the stored
/// bytes where the trouble was noticed.
Result<std::unique_ptr<ByteSource>> inflate(std::unique_ptr<ByteSource> stored, Compression compression,
                                            const std::string& name);

}  // namespace weir::formats
