// SPDX-License-Identifier: Apache-2.0
// The Range header of a download. Used by gcs/ and s3/. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace weir::sandbox::objects {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// "bytes=0-99", "bytes=100-", "bytes=-50"; nothing for anything else, which RFC 9110 lets a server
/// ignore. A length of 0 means that the range lies behind the end.
std::optional<ByteRange> parse_range(const std::string& header, std::uint64_t size);

}  // namespace weir::sandbox::objects
