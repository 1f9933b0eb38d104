// SPDX-License-Identifier: Apache-2.0
// Text encodings other than UTF-8. Used when an input is opened. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "formats/byte_source.h"

namespace weir::formats {

/// Whether to_utf8() knows the encoding. Names are compared without regard to case.
bool is_known_encoding(const std::string& encoding);

/// The bytes of `source` as UTF-8; `source` itself when they are said to be that already. Bytes
/// that the encoding does not have are an error that gives their offset.
Result<std::unique_ptr<ByteSource>> to_utf8(std::unique_ptr<ByteSource> source, const std::string& encoding,
                                            const std::string& name);

}  // namespace weir::formats
