// SPDX-License-Identifier: Apache-2.0
#include "sandbox/objects/byte_range.h"

#include <algorithm>

#include "protocols/google/json_value.h"

namespace weir::sandbox::objects {
namespace {

std::optional<std::uint64_t> number(const std::string& text) { return google::number_of({{"n", text}}, "n"); }

}  // namespace

std::optional<ByteRange> parse_range(const std::string& header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const std::size_t dash = header.find('-');
  if (header.rfind(kUnit, 0) != 0 || dash == std::string::npos) return std::nullopt;
  const std::string first_text = header.substr(kUnit.size(), dash - kUnit.size());
  const std::string last_text = header.substr(dash + 1);
  const auto first = number(first_text);
  const auto last = number(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last))
    return std::nullopt;
  if (!first) return ByteRange{size - std::min(size, *last), std::min(size, *last)};
  if (*first >= size) return ByteRange{*first, 0};
  if (last && *last < *first) return std::nullopt;
  return ByteRange{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

}  // namespace weir::sandbox::objects
