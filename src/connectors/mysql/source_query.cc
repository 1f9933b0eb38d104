// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace weir::mysql {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::int64_t kDay = 86'400'000'000;  // microseconds

bool has_placeholders(std::string_view sql) { return sql.find(kOpen) != std::string_view::npos; }

std::string escaped(std::string_view text) {
  const auto quoted = literal(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// An SQL query without blanks and semicolons at its end.
std::string_view bare(std::string_view query) {
  query = trim(query);
  while (query.ends_with(';')) query = trim(query.substr(0, query.size() - 1));
  return query;
}

/// "2022-01-24 00:00:00", with a fraction where there is one.
std::string shown_time(std::int64_t micros) {
  char text[26];
  write_sql_timestamp(Timestamp{micros}, text);
  return std::string(text, micros % 1'000'000 == 0 ? 19 : sizeof text);
}

std::int64_t local(Timestamp time, const std::optional<model::TimeZone>& zone) {
  return zone ? zone->to_local(time).micros : time.micros;
}

Result<std::string> value_of(std::string_view placeholder, const model::Partition& partition,
                             const std::optional<model::TimeZone>& zone) {
  const auto name = trim(placeholder.substr(2, placeholder.size() - 4));
  if (partition.window && name == "partition.start")
    return shown_time(local(partition.reading().start, zone));
  if (partition.window && name == "partition.start_unix")
    return std::to_string(partition.reading().start.micros / 1'000'000);
  if (partition.window && name == "partition.end") return shown_time(local(partition.window->end, zone));
  return model::expand(placeholder, partition);
}

/// A bound of a window in the form in which the column compares.
std::string bound(Kind kind, Timestamp time, const std::optional<model::TimeZone>& zone) {
  if (kind == Kind::Timestamp) return literal(shown_time(time.micros));
  const auto wall = local(time, zone);
  if (kind == Kind::Datetime) return literal(shown_time(wall));
  // A day belongs to the window that holds its midnight.
  const auto day = weir::day_of(Timestamp{wall});
  return literal(to_string(wall % kDay == 0 ? day : Date{day.days + 1}));
}

Result<std::string> window_condition(Connection& connection, const std::string& from,
                                     const std::string& column, const model::Window& window,
                                     const std::optional<model::TimeZone>& zone) {
  const auto name = identifier(column);
  const auto fields = TRY(connection.describe(fmt::format("SELECT {} FROM {}", name, from)));
  const auto kind = fields.front().kind;
  if (kind != Kind::Date && kind != Kind::Datetime && kind != Kind::Timestamp) {
    return fail(ErrorCode::InvalidConfig,
                "the partition_column {} holds no times; name one of type DATE, DATETIME or TIMESTAMP, or "
                "say the condition in `filter`",
                column);
  }
  if (window.start == model::kBeginning)
    return fmt::format("({0} < {1} OR {0} IS NULL)", name, bound(kind, window.end, zone));
  return fmt::format("{0} >= {1} AND {0} < {2}", name, bound(kind, window.start, zone),
                     bound(kind, window.end, zone));
}

/// Fills `where` of a table's stream.
Result<void> add_conditions(Connection& connection, const SourceTableOptions& options,
                            const QueryContext& context, const model::Partition& partition, Stream& stream) {
  std::vector<std::string> conditions;
  if (!options.filter.empty()) {
    // A line of its own, because it may end with a comment.
    conditions.push_back("(" + TRY(bind_values(options.filter, partition, context.zone)) + "\n)");
  }
  if (!options.partition_column.empty() && partition.window) {
    conditions.push_back(TRY(window_condition(connection, stream.table, options.partition_column,
                                              partition.reading(), context.zone)));
  }
  if (!conditions.empty()) stream.where = "WHERE " + join(conditions, " AND ");
  return {};
}

/// Text has too few digits for a FLOAT; as a DOUBLE every one of its values is exact.
std::string selected(const Field& field) {
  const auto name = identifier(field.name);
  return field.kind == Kind::Float ? fmt::format("{0} + 0e0 AS {0}", name) : name;
}

Result<std::string> name_of(const Field& field, const QueryContext& context,
                            const std::vector<model::Column>& before) {
  const auto taken = [&](const std::string& name) {
    return std::any_of(before.begin(), before.end(), [&](const auto& column) { return column.name == name; });
  };
  if (!taken(field.name)) return field.name;
  if (context.duplicate_columns == DuplicateColumns::Error) {
    return fail(ErrorCode::InvalidConfig,
                "the query has two columns named {}; give one another name with AS, or set "
                "`duplicate_columns: number`",
                field.name);
  }
  for (int number = 2;; ++number) {
    auto name = fmt::format("{}_{}", field.name, number);
    if (!taken(name)) return name;
  }
}

Result<void> add_columns(std::vector<Field> fields, const QueryContext& context, RowShape& shape) {
  for (auto& field : fields) {
    const auto type = type_of(field, context.zero_dates, context.tinyint1_as_bool);
    shape.columns.push_back({TRY(name_of(field, context, shape.columns)), type});
    shape.fields.push_back(std::move(field));
  }
  return {};
}

}  // namespace

TableName table_name(std::string_view name, const std::string& database) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) {
    return {database, std::string(name)};
  }
  return {std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))};
}

bool is_partitioned(const SourceTableOptions& options) {
  return !options.partition_column.empty() || has_placeholders(options.query) ||
         has_placeholders(options.filter);
}

Result<std::string> bind_values(std::string_view sql, const model::Partition& partition,
                                const std::optional<model::TimeZone>& zone) {
  std::string bound_sql;
  bool inside_constant = false;
  while (true) {
    const auto open = sql.find(kOpen);
    for (const char c : sql.substr(0, open)) inside_constant = inside_constant != (c == '\'');
    bound_sql += sql.substr(0, open);
    if (open == std::string_view::npos) return bound_sql;
    sql.remove_prefix(open);
    const auto close = sql.find(kClose);
    if (close == std::string_view::npos) {
      return fail(ErrorCode::InvalidConfig, "a placeholder has no end: {}", sql.substr(0, 40));
    }
    const auto placeholder = sql.substr(0, close + kClose.size());
    const auto value = TRY(value_of(placeholder, partition, zone));
    bound_sql += inside_constant ? escaped(value) : literal(value);
    sql.remove_prefix(placeholder.size());
  }
}

std::string Stream::range_sql(const std::string& key, std::int64_t first, std::int64_t last) const {
  return fmt::format("{} {} {} BETWEEN {} AND {}", sql, where.empty() ? "WHERE" : "AND", identifier(key),
                     first, last);
}

Result<Stream> describe_stream(Connection& connection, const SourceTableOptions& options,
                               const QueryContext& context, const model::Partition& partition) {
  Stream stream;
  stream.shape.zero_dates = context.zero_dates;
  stream.shape.zone = context.zone;
  if (!options.query.empty()) {
    stream.sql = TRY(bind_values(bare(options.query), partition, context.zone));
    stream.table = "(" + stream.sql + "\n) AS weir_rows";
    TRY(add_columns(TRY(connection.describe(stream.sql)), context, stream.shape));
    return stream;
  }
  stream.table = table_name(options.table, context.database).sql();
  std::vector<std::string> wanted;
  for (const auto& column : options.columns) wanted.push_back(identifier(column));
  auto fields = TRY(connection.describe(
      fmt::format("SELECT {} FROM {}", wanted.empty() ? "*" : join(wanted), stream.table)));
  TRY(add_conditions(connection, options, context, partition, stream));
  // Named one by one, so that a column that is added later does not come in.
  std::vector<std::string> columns;
  for (const auto& field : fields) columns.push_back(selected(field));
  stream.sql = fmt::format("SELECT {} FROM {} {}", join(columns), stream.table, stream.where);
  TRY(add_columns(std::move(fields), context, stream.shape));
  return stream;
}

}  // namespace weir::mysql
