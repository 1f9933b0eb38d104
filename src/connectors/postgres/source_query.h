// SPDX-License-Identifier: Apache-2.0
// The SQL that reads a stream. Used inside this folder only. Pure functions but describe_stream().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/postgres/source_options.h"
#include "connectors/postgres/table.h"
#include "connectors/sql/stream.h"
#include "model/partition.h"
#include "protocols/postgres/connection.h"

namespace weir::postgres {

/// Puts a partition's values into SQL in place of its placeholders. A value is always a constant of
/// SQL: quoted where it stands alone, and inside a constant with its quotes doubled.
Result<std::string> bind_placeholders(std::string_view sql, const model::Partition& partition);

/// The rows of a stream, for SQL.
struct Relation {
  std::string from;   ///< a table's name, or a query in brackets
  std::string where;  ///< a condition; empty: all rows

  /// "table WHERE condition AND more".
  std::string sql(const std::string& more = "") const;
};
Result<Relation> relation_of(const SourceTableOptions& options, const std::string& schema,
                             const model::Partition& partition);
/// A stream, found out from the server.
class Stream final : public sql::Stream {
 public:
  Result<void> decode(std::string_view bytes, std::uint64_t first_row, model::Batch& rows,
                      std::vector<sql::UnreadRow>& unread) const override;
  std::string line_of(std::string_view bytes, const model::RowOrigin& origin) const override;
  std::optional<std::string> decode_line(std::string_view line, const model::RowOrigin& origin,
                                         model::Batch& rows) const override;
  /// COPY of all of it, or of the pages from `first` to before `end`, without end when that is 0.
  std::string copy_sql() const;
  std::string copy_sql(std::uint64_t first, std::uint64_t end) const;

  RowShape shape;
  std::string select;  ///< the columns in the form in which they are read: "\"id\", \"code\"::text"
  Relation relation;
  /// Pages of the table, when it may be read piece by piece; 0: it may not.
  std::uint64_t pages = 0;
};

/// Asks the server for the columns and their types.
Result<std::shared_ptr<Stream>> describe_stream(Connection& connection, const SourceTableOptions& options,
                                                const std::string& schema, const model::Partition& partition,
                                                OutOfRange out_of_range);

}  // namespace weir::postgres
