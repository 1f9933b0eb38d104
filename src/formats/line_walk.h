// SPDX-License-Identifier: Apache-2.0
// Goes through the lines of a block, for formats with one record a line. Used by decoders.
#pragma once

#include <cstring>
#include <string_view>

#include "formats/block.h"
#include "model/batch.h"

namespace weir::formats {

/// The line without blanks and carriage returns at its end, which no line format gives a meaning.
inline std::string_view without_trailing_blanks(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
    line.remove_suffix(1);
  return line;
}

/// Calls `handle(line, origin)` for every line that is not empty.
template <typename Handle>
void for_each_line(const RawBlock& block, Handle&& handle) {
  const char* const begin = block.bytes.data();
  const char* const end = begin + block.bytes.size();
  std::uint64_t number = block.line;
  for (const char* at = begin; at < end; ++number) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* const stop = newline == nullptr ? end : newline;
    const auto line = without_trailing_blanks({at, static_cast<std::size_t>(stop - at)});
    if (!line.empty()) {
      handle(line, model::RowOrigin{number, static_cast<std::uint64_t>(at - begin),
                                    static_cast<std::uint32_t>(line.size())});
    }
    at = stop + 1;
  }
}

}  // namespace weir::formats
