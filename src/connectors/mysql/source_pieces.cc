// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::mysql {
namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<TableFacts> facts_of(Connection& connection, const TableName& name) {
  const auto rows = TRY(connection.execute(fmt::format(
      "SELECT t.ENGINE, t.DATA_LENGTH, (SELECT c.COLUMN_NAME FROM information_schema.STATISTICS s JOIN "
      "information_schema.COLUMNS c ON c.TABLE_SCHEMA = s.TABLE_SCHEMA AND c.TABLE_NAME = s.TABLE_NAME AND "
      "c.COLUMN_NAME = s.COLUMN_NAME WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME "
      "AND s.INDEX_NAME = 'PRIMARY' AND s.SEQ_IN_INDEX = 1 AND c.DATA_TYPE IN ('tinyint', 'smallint', "
      "'mediumint', 'int', 'bigint')) FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = {} AND "
      "t.TABLE_NAME = {} AND t.TABLE_TYPE = 'BASE TABLE'",
      literal(name.database), literal(name.table))));
  TableFacts facts;
  if (rows.size() == 0) return facts;  // a view
  facts.engine = rows.text(0, 0);
  facts.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(rows.integer(0, 1), 0));
  if (!rows.is_null(0, 2)) facts.key = rows.text(0, 2);
  return facts;
}

Result<std::vector<sql::Piece>> cut(Connection& connection, const Stream& stream, const TableFacts& facts,
                                    std::uint64_t piece_bytes) {
  const std::vector<sql::Piece> whole = {{stream.number, stream.statement}};
  const auto key = identifier(*facts.key);
  const auto ends =
      TRY(connection.execute(fmt::format("SELECT MIN({0}), MAX({0}) FROM {1}", key, stream.table)));
  const auto lowest = integer(ends.text(0, 0));
  const auto highest = integer(ends.text(0, 1));
  if (!lowest || !highest) return whole;  // an empty table, or numbers beyond ours
  const auto span = static_cast<std::uint64_t>(*highest) - static_cast<std::uint64_t>(*lowest);
  const auto width = std::max<std::uint64_t>(span / (facts.bytes / piece_bytes + 1), 1);
  std::vector<sql::Piece> pieces;
  for (std::uint64_t done = 0;; done += width) {
    const auto first = static_cast<std::int64_t>(static_cast<std::uint64_t>(*lowest) + done);
    if (span - done < width) {
      pieces.push_back({stream.number, stream.range_sql(*facts.key, first, *highest)});
      return pieces;
    }
    const auto last = static_cast<std::int64_t>(static_cast<std::uint64_t>(*lowest) + done + width - 1);
    pieces.push_back({stream.number, stream.range_sql(*facts.key, first, last)});
  }
}

}  // namespace weir::mysql
