// SPDX-License-Identifier: Apache-2.0
// The SQL that reads a stream. Used inside this folder only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/mysql/row_decoding.h"
#include "connectors/mysql/source_options.h"
#include "connectors/sql/stream.h"
#include "model/partition.h"
#include "protocols/mysql/connection.h"

namespace weir::mysql {

struct TableName {
  std::string database;
  std::string table;

  std::string sql() const { return identifier(database) + "." + identifier(table); }
};

/// "history" in the connection's database, or "looker.history".
TableName table_name(std::string_view name, const std::string& database);

/// Puts a partition's values into SQL in place of its placeholders. A value is always a constant of
/// SQL: quoted where it stands alone, and escaped inside a constant. Start and end are times of `zone`,
/// in the form of the server.
Result<std::string> bind_values(std::string_view sql, const model::Partition& partition,
                                const std::optional<model::TimeZone>& zone);
/// What a stream's SQL depends on beside its own options.
struct QueryContext {
  std::string database;
  ZeroDates zero_dates = ZeroDates::Null;
  bool tinyint1_as_bool = false;
  DuplicateColumns duplicate_columns = DuplicateColumns::Error;
  std::optional<model::TimeZone> zone{};  ///< nothing: UTC
};

/// A stream, found out from the server.
class Stream final : public sql::Stream {
 public:
  Result<void> decode(std::string_view bytes, std::uint64_t first_row, model::Batch& rows,
                      std::vector<sql::UnreadRow>& unread) const override;
  std::string line_of(std::string_view bytes, const model::RowOrigin& origin) const override;
  std::optional<std::string> decode_line(std::string_view line, const model::RowOrigin& origin,
                                         model::Batch& rows) const override;
  /// The same statement for the rows of a table whose key lies between two values.
  std::string range_sql(const std::string& key, std::int64_t first, std::int64_t last) const;

  RowShape shape;
  std::string statement;
  std::string table;  ///< what the rows come from, for FROM; with its conditions in `where`
  std::string where;  ///< empty, or "WHERE ..."
};

/// Asks the server for the columns and their types.
Result<std::shared_ptr<Stream>> describe_stream(Connection& connection, const SourceTableOptions& options,
                                                const QueryContext& context,
                                                const model::Partition& partition);

}  // namespace weir::mysql
