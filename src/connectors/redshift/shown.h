// SPDX-License-Identifier: Apache-2.0
// Values as messages show them. Used inside this folder only. Pure.
#pragma once

#include <string>
#include <string_view>

namespace weir::redshift {

/// The text, cut when it is long, between two characters.
inline std::string shortened(std::string_view text) {
  constexpr std::size_t kShownBytes = 60;
  if (text.size() <= kShownBytes) return std::string(text);
  auto end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace weir::redshift
