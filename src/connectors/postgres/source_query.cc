// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/source_query.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/sql/placeholders.h"
#include "protocols/postgres/options.h"

namespace weir::postgres {
namespace {

/// A placeholder's value. What is read again begins before the partition.
Result<std::string> value_of(std::string_view placeholder, const model::Partition& partition) {
  const auto name = trim(placeholder.substr(2, placeholder.size() - 4));
  if (!partition.window || !name.starts_with("partition.start")) return model::expand(placeholder, partition);
  auto read = partition;
  read.window = partition.reading();
  return model::expand(placeholder, read);
}

std::string window_condition(const std::string& column, const model::Window& window) {
  const auto bound = [](Timestamp time) {
    char text[26];
    write_sql_timestamp(time, text);
    return sql_literal(std::string_view(text, sizeof text)) + "::timestamp";
  };
  // The session's zone is UTC, so this is right for columns with and without zone, and for days.
  if (window.start == model::kBeginning)
    return fmt::format("({0} < {1} OR {0} IS NULL)", sql_identifier(column), bound(window.end));
  return fmt::format("{0} >= {1} AND {0} < {2}", sql_identifier(column), bound(window.start),
                     bound(window.end));
}

struct TypeFacts {
  char kind = 'b';
  char category = 'U';
};

Result<TypeFacts> facts_of(Connection& connection, std::uint32_t type) {
  const auto rows = TRY(connection.query("SELECT typtype, typcategory FROM pg_type WHERE oid = $1",
                                         Parameters().integer(type)));
  if (rows.size() == 0) return TypeFacts{};
  return TypeFacts{rows.text(0, 0).front(), rows.text(0, 1).front()};
}

std::optional<Decode> decode_of(std::uint32_t type) {
  switch (type) {
    case type_id::kBool:
      return Decode::Boolean;
    case type_id::kInt2:
      return Decode::Int2;
    case type_id::kInt4:
      return Decode::Int4;
    case type_id::kInt8:
      return Decode::Int8;
    case type_id::kOid:
      return Decode::Oid;
    case type_id::kFloat4:
      return Decode::Float4;
    case type_id::kFloat8:
      return Decode::Float8;
    case type_id::kText:
    case type_id::kVarchar:
    case type_id::kBpchar:
      return Decode::Text;
    case type_id::kJson:
      return Decode::Json;
    case type_id::kJsonb:
      return Decode::Jsonb;
    case type_id::kBytea:
      return Decode::Bytea;
    case type_id::kDate:
      return Decode::Date;
    case type_id::kTimestamp:
    case type_id::kTimestamptz:
      return Decode::Timestamp;
    default:
      return std::nullopt;
  }
}

/// Adds a column to a stream: how it is selected and what becomes of it. Numbers with decimals keep
/// their digits as text; arrays and rows become JSON.
Result<void> add_column(Connection& connection, const Field& field, Stream& stream) {
  if (stream.schema.find(field.name)) {
    return fail(ErrorCode::InvalidConfig, "the query has two columns named {}; give one another name with AS",
                field.name);
  }
  const auto name = sql_identifier(field.name);
  auto decode = decode_of(field.type);
  auto selected = name;
  if (!decode) {
    const auto facts = TRY(facts_of(connection, field.type));
    const bool nested = facts.category == 'A' || facts.kind == 'c';
    decode = nested ? Decode::Json : Decode::Text;
    selected = nested ? fmt::format("to_json({})", name) : name + "::text";
  }
  stream.select += (stream.select.empty() ? "" : ", ") + selected;
  stream.schema.columns.push_back({field.name, type_of(*decode)});
  stream.shape.columns.push_back(*decode);
  stream.shape.names.push_back(field.name);
  return {};
}

/// The pages of a table that can be read piece by piece: a plain one, on a server that finds a range
/// of pages without reading the others.
Result<std::uint64_t> pages_of(Connection& connection, const TableName& name) {
  constexpr int kFirstWithRanges = 140000;
  if (connection.server_version() < kFirstWithRanges) return std::uint64_t{0};
  const auto rows =
      TRY(connection.query("SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint FROM "
                           "pg_class c JOIN pg_namespace n ON "
                           "n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = "
                           "'r' AND NOT c.relhassubclass",
                           Parameters().text(name.schema).text(name.table)));
  return rows.size() == 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(rows.integer(0, 0));
}

}  // namespace

Result<std::string> bind_placeholders(std::string_view sql, const model::Partition& partition) {
  const auto value = [&](std::string_view placeholder) { return value_of(placeholder, partition); };
  return sql::bind_placeholders(sql, {value, literal, sql_literal});
}

std::string Relation::sql(const std::string& more) const {
  if (where.empty() && more.empty()) return from;
  return from + " WHERE " + where + (where.empty() || more.empty() ? "" : " AND ") + more;
}

Result<Relation> relation_of(const SourceTableOptions& options, const std::string& schema,
                             const model::Partition& partition) {
  // Lines of their own, because what a person wrote may end with a comment.
  if (!options.query.empty()) {
    return Relation{"(" + TRY(bind_placeholders(sql::bare(options.query), partition)) + "\n) AS weir_rows",
                    ""};
  }
  std::vector<std::string> conditions;
  if (!options.filter.empty())
    conditions.push_back("(" + TRY(bind_placeholders(options.filter, partition)) + "\n)");
  if (!options.partition_column.empty() && partition.window) {
    conditions.push_back(window_condition(options.partition_column, partition.reading()));
  }
  return Relation{table_name(options.table, schema).sql(), join(conditions, " AND ")};
}

Result<void> Stream::decode(std::string_view bytes, std::uint64_t first_row, model::Batch& rows,
                            std::vector<sql::UnreadRow>& unread) const {
  const auto size = bytes.size();
  for (auto row = first_row; !bytes.empty(); ++row) {
    const auto length = TRY(row_length(bytes, shape.columns.size()));
    const model::RowOrigin origin{row, size - bytes.size(), static_cast<std::uint32_t>(length)};
    auto reason = TRY(decode_row(bytes.substr(0, length), shape, origin, rows).within("reading " + input));
    if (reason) unread.push_back({origin, *std::move(reason)});
    bytes.remove_prefix(length);
  }
  return {};
}

std::string Stream::line_of(std::string_view bytes, const model::RowOrigin& origin) const {
  return postgres::line_of(bytes.substr(origin.offset, origin.length), shape);
}

std::optional<std::string> Stream::decode_line(std::string_view line, const model::RowOrigin& origin,
                                               model::Batch& rows) const {
  return postgres::decode_line(line, shape, origin, rows);
}

std::string Stream::copy_sql() const {
  return fmt::format("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)", select, relation.sql());
}

std::string Stream::copy_sql(std::uint64_t first, std::uint64_t end) const {
  auto range = fmt::format("ctid >= '({},0)'::tid", first);
  if (end != 0) range += fmt::format(" AND ctid < '({},0)'::tid", end);
  return fmt::format("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)", select, relation.sql(range));
}

Result<std::shared_ptr<Stream>> describe_stream(Connection& connection, const SourceTableOptions& options,
                                                const std::string& schema, const model::Partition& partition,
                                                OutOfRange out_of_range) {
  auto made = std::make_shared<Stream>();
  auto& stream = *made;
  stream.relation = TRY(relation_of(options, schema, partition));
  stream.from = stream.relation.sql();
  stream.shape.out_of_range = out_of_range;
  std::vector<std::string> wanted;
  for (const auto& column : options.columns) wanted.push_back(sql_identifier(column));
  const auto fields = TRY(connection.describe(
      fmt::format("SELECT {} FROM {}", wanted.empty() ? "*" : join(wanted), stream.from)));
  if (fields.empty()) return fail(ErrorCode::DataMismatch, "it has no columns");
  for (const auto& field : fields) TRY(add_column(connection, field, stream));
  // A part of a table that an index finds is better read as a whole.
  const bool is_whole =
      options.partition_column.empty() || !partition.window || partition.window->start == model::kBeginning;
  if (!options.table.empty() && is_whole) {
    stream.pages = TRY(pages_of(connection, table_name(options.table, schema)));
  }
  const auto encoding = TRY(connection.execute("SHOW server_encoding"));
  if (encoding.text(0, 0) == "SQL_ASCII") stream.shape.text = TextBytes::Unchecked;
  return made;
}

}  // namespace weir::postgres
