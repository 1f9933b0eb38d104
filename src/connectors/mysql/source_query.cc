// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/sql/placeholders.h"

namespace weir::mysql {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;  // microseconds

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
  auto [first, second] = sql::split_name(name, database);
  return {std::move(first), std::move(second)};
}

Result<std::string> bind_values(std::string_view sql, const model::Partition& partition,
                                const std::optional<model::TimeZone>& zone) {
  const auto value = [&](std::string_view placeholder) { return value_of(placeholder, partition, zone); };
  return sql::bind_placeholders(sql, {value, literal, literal});
}

Result<void> Stream::decode(std::string_view bytes, std::uint64_t first_row, model::Batch& rows,
                            std::vector<sql::UnreadRow>& unread) const {
  RowDecoder decoder(shape);
  const auto size = bytes.size();
  for (auto row = first_row; !bytes.empty(); ++row) {
    const model::RowOrigin origin{row, size - bytes.size(), 0};
    auto reason = decoder.decode(bytes, origin, rows);
    if (reason) unread.push_back({origin, *std::move(reason)});
  }
  return {};
}

std::string Stream::line_of(std::string_view bytes, const model::RowOrigin& origin) const {
  return mysql::line_of(bytes.substr(origin.offset), shape.columns.size());
}

std::optional<std::string> Stream::decode_line(std::string_view line, const model::RowOrigin& origin,
                                               model::Batch& rows) const {
  return RowDecoder(shape).decode_line(line, origin, rows);
}

std::string Stream::range_sql(const std::string& key, std::int64_t first, std::int64_t last) const {
  return fmt::format("{} {} {} BETWEEN {} AND {}", statement, where.empty() ? "WHERE" : "AND",
                     identifier(key), first, last);
}

Result<std::shared_ptr<Stream>> describe_stream(Connection& connection, const SourceTableOptions& options,
                                                const QueryContext& context,
                                                const model::Partition& partition) {
  auto made = std::make_shared<Stream>();
  auto& stream = *made;
  stream.shape.zero_dates = context.zero_dates;
  stream.shape.zone = context.zone;
  std::vector<Field> fields;
  if (!options.query.empty()) {
    stream.statement = TRY(bind_values(sql::bare(options.query), partition, context.zone));
    stream.table = "(" + stream.statement + "\n) AS weir_rows";
    fields = TRY(connection.describe(stream.statement));
  } else {
    stream.table = table_name(options.table, context.database).sql();
    std::vector<std::string> wanted;
    for (const auto& column : options.columns) wanted.push_back(identifier(column));
    fields = TRY(connection.describe(
        fmt::format("SELECT {} FROM {}", wanted.empty() ? "*" : join(wanted), stream.table)));
    TRY(add_conditions(connection, options, context, partition, stream));
    // Named one by one, so that a column that is added later does not come in.
    std::vector<std::string> columns;
    for (const auto& field : fields) columns.push_back(selected(field));
    stream.statement = fmt::format("SELECT {} FROM {} {}", join(columns), stream.table, stream.where);
  }
  stream.from = stream.table + " " + stream.where;
  TRY(add_columns(std::move(fields), context, stream.shape));
  stream.schema.columns = stream.shape.columns;
  return made;
}

}  // namespace weir::mysql
