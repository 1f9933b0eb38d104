// SPDX-License-Identifier: Apache-2.0
// Rows as the server sent them: of each cell its length, four bytes, and its bytes. On the hot path; pure
// functions.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "connectors/sql/snapshot_reader.h"
#include "protocols/mysql/connection.h"

namespace weir::mysql {

constexpr std::uint32_t kNullCell = std::numeric_limits<std::uint32_t>::max();

/// Copies a row into the sink, which has yet to take it.
inline void put_row(sql::RowSink& sink, const RawRow& row, std::size_t columns) {
  std::size_t size = columns * sizeof(std::uint32_t);
  for (std::size_t i = 0; i < columns; ++i) {
    if (row.values[i] != nullptr) size += row.lengths[i];
  }
  char* place = sink.room(size);
  for (std::size_t i = 0; i < columns; ++i) {
    const auto length = row.values[i] == nullptr ? kNullCell : static_cast<std::uint32_t>(row.lengths[i]);
    std::memcpy(place, &length, sizeof length);
    place += sizeof length;
    if (length == kNullCell) continue;
    std::memcpy(place, row.values[i], length);
    place += length;
  }
}

/// Takes the next cell off the front of a row; nothing for NULL.
inline std::optional<std::string_view> take_cell(std::string_view& row) {
  std::uint32_t length = 0;
  std::memcpy(&length, row.data(), sizeof length);
  row.remove_prefix(sizeof length);
  if (length == kNullCell) return std::nullopt;
  const auto cell = row.substr(0, length);
  row.remove_prefix(length);
  return cell;
}

}  // namespace weir::mysql
