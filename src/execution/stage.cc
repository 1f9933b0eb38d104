// SPDX-License-Identifier: Apache-2.0
#include "execution/stage.h"

#include <algorithm>
#include <numeric>

#include "base/json_text.h"
#include "base/text.h"

namespace weir::execution {
namespace {

using transforms::Segment;

/// Where a staged row came from, kept when it may still be refused.
const std::vector<model::Column>& origin_columns() {
  static const std::vector<model::Column> columns = {{"_weir_input", model::Type::Text},
                                                     {"_weir_line", model::Type::Integer},
                                                     {"_weir_offset", model::Type::Integer},
                                                     {"_weir_bytes", model::Type::Blob}};
  return columns;
}

std::string table(std::size_t segment) { return fmt::format("weir_stage_{}", segment); }

std::string column_list(const model::Schema& schema) {
  std::string list;
  for (const auto& column : schema.columns) list += sql_identifier(column.name) + ", ";
  return list;
}

bool is_rows(const Segment& segment) { return segment.kind == Segment::Kind::Rows; }

/// A row as a JSON object, for rows that exist nowhere else.
std::string row_as_json(const model::Schema& schema, const model::BatchView& rows, std::size_t row) {
  std::string json = "{";
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto& column = rows.columns[i];
    if (i > 0) json += ",";
    write_json_string(json, schema.columns[i].name);
    json += ":";
    if (column.is_null(row)) {
      json += "null";
      continue;
    }
    switch (column.type) {
      case model::Type::Boolean:
        json += column.at<std::uint8_t>(row) != 0 ? "true" : "false";
        break;
      case model::Type::Integer:
        json += fmt::format("{}", column.at<std::int64_t>(row));
        break;
      case model::Type::Double:
        json += fmt::format("{}", column.at<double>(row));
        break;
      case model::Type::Timestamp:
        write_json_string(json, to_string(Timestamp{column.at<std::int64_t>(row)}));
        break;
      case model::Type::Date:
        write_json_string(json, to_string(Date{column.at<std::int32_t>(row)}));
        break;
      case model::Type::Json:
        json += column.text(row);
        break;
      case model::Type::Text:
      case model::Type::Blob:
        write_json_string(json, column.text(row));
        break;
    }
  }
  return json + "}";
}

void count_change(Segment::Kind kind, std::uint64_t came, std::uint64_t went, model::RowCounts& counts) {
  if (went > came) {
    counts.added += went - came;
  } else if (kind == Segment::Kind::Deduplicate) {
    counts.deduplicated += came - went;
  } else {
    counts.filtered += came - went;
  }
}

}  // namespace

bool needs_stage(const transforms::Program& program) {
  return std::any_of(program.segments.begin(), program.segments.end(),
                     [](const Segment& segment) { return !is_rows(segment); });
}

Result<Stage> Stage::open(Workers& workers) {
  Stage stage(workers, TRY(workers.connect()));
  const auto& program = stage.program_;
  stage.first_ = is_rows(program.segments.front()) ? 1 : 0;
  auto columns = stage.first_ == 1 ? program.segments.front().output.columns : workers.input().columns;
  columns.push_back({std::string(transforms::kRowColumn), model::Type::Integer});
  columns.insert(columns.end(), origin_columns().begin(), origin_columns().end());
  std::string definition;
  for (const auto& column : columns) {
    definition += fmt::format("{}{} {}", definition.empty() ? "" : ", ", sql_identifier(column.name),
                              engine::sql_type(column.type));
  }
  TRY(stage.connection_.execute("DROP VIEW IF EXISTS input"));
  for (std::size_t i = 0; i <= program.segments.size(); ++i) {
    TRY(stage.connection_.execute(fmt::format("DROP TABLE IF EXISTS {}", table(i))));
  }
  TRY(stage.connection_.execute(fmt::format("CREATE TABLE {} ({})", table(0), definition)));
  stage.appender_ = TRY(stage.connection_.append_to(table(0)));
  return stage;
}

Result<void> Stage::append(const model::BatchView& data, const Writer::RejectOf& origin_of) {
  std::vector<model::ColumnView> columns(data.columns.begin(), data.columns.end());
  std::vector<std::int64_t> numbers(data.rows);
  std::iota(numbers.begin(), numbers.end(), next_row_);
  next_row_ += static_cast<std::int64_t>(data.rows);
  columns.push_back({model::Type::Integer, numbers.data(), nullptr});
  model::Batch origins(model::Schema{origin_columns()});
  for (std::size_t row = 0; row < data.rows; ++row) {
    const auto origin = TRY(origin_of(row, ""));
    const auto at = origins.add_row({});
    origins.set_text(0, at, origins.keep(origin.input));
    origins.set_integer(1, at, static_cast<std::int64_t>(origin.line));
    origins.set_integer(2, at, static_cast<std::int64_t>(origin.offset));
    origins.set_text(3, at, origins.keep(origin.bytes));
  }
  const auto view = origins.view();
  columns.insert(columns.end(), view.columns.begin(), view.columns.end());
  return appender_->append({data.rows, columns});
}

Result<void> Stage::finish(Writer& writer) {
  TRY(appender_->close().within("staging rows"));
  for (std::size_t i = first_; i + 1 < program_.segments.size(); ++i) TRY(materialise(i, writer));
  return stream_last(writer);
}

/// Makes the relation `input` of a segment, the rows that its predecessor left, and counts them.
Result<std::uint64_t> Stage::make_input(std::size_t segment) {
  const auto source = table(segment == first_ ? 0 : segment);
  const auto& schema = segment == 0 ? std::nullopt : std::optional(program_.segments[segment - 1].output);
  const auto columns = schema ? column_list(*schema) : std::string();
  const auto list = schema ? columns + std::string(transforms::kRowColumn)
                           : fmt::format("* EXCLUDE (_weir_input, _weir_line, _weir_offset, _weir_bytes)");
  TRY(connection_.execute(
      fmt::format("CREATE OR REPLACE TEMP VIEW input AS SELECT {}, CAST(NULL AS VARCHAR) AS {} FROM {}", list,
                  transforms::kErrorColumn, source)));
  return static_cast<std::uint64_t>(TRY(connection_.query_integer("SELECT count(*) FROM input")));
}

/// Runs a segment that is not the last into a table of its own.
Result<void> Stage::materialise(std::size_t index, Writer& writer) {
  const auto& segment = program_.segments[index];
  const auto came = TRY(make_input(index));
  const bool makes_rows = segment.kind == Segment::Kind::Sql;
  // Rows that SQL makes get numbers of their own; others keep theirs.
  const auto sql = makes_rows ? fmt::format("SELECT *, row_number() OVER () - 1 AS {} FROM ({}\n)",
                                            transforms::kRowColumn, segment.sql)
                              : segment.sql;
  const auto target = table(index + 1);
  TRY(connection_.execute(fmt::format("CREATE TABLE {} AS {}", target, sql)));
  if (makes_rows) rows_are_original_ = false;
  const auto went = TRY(connection_.query_integer(fmt::format("SELECT count(*) FROM {}", target)));
  count_change(segment.kind, came, static_cast<std::uint64_t>(went), writer.counts());
  return is_rows(segment) ? quarantine_bad(index, writer) : Result<void>();
}

/// Moves the bad rows of a materialised row-by-row segment into quarantine.
Result<void> Stage::quarantine_bad(std::size_t index, Writer& writer) {
  const auto& segment = program_.segments[index];
  const auto target = table(index + 1);
  auto bad = TRY(connection_.query(fmt::format("SELECT {}{}, {} FROM {} WHERE {} IS NOT NULL",
                                               column_list(segment.output), transforms::kRowColumn,
                                               transforms::kErrorColumn, target, transforms::kErrorColumn)));
  const auto nothing = [](const model::BatchView&, const std::int64_t*) { return Result<void>(); };
  while (const auto batch = TRY(bad.next())) {
    TRY(Writer::split(
        *batch,
        [&](std::size_t row, std::int64_t number, std::string_view reason) -> Result<void> {
          return writer.quarantine(TRY(reject(segment, *batch, row, number, std::string(reason))));
        },
        nothing));
  }
  return connection_.execute(
      fmt::format("DELETE FROM {} WHERE {} IS NOT NULL", target, transforms::kErrorColumn));
}

Result<void> Stage::stream_last(Writer& writer) {
  const auto last = program_.segments.size() - 1;
  const auto& segment = program_.segments[last];
  const auto came = TRY(make_input(last));
  if (segment.kind == Segment::Kind::Sql) rows_are_original_ = false;
  std::uint64_t went = 0;
  auto rows = TRY(connection_.query(segment.sql));
  while (const auto batch = TRY(rows.next())) {
    went += batch->rows;
    TRY(write_last(segment, *batch, writer));
  }
  count_change(segment.kind, came, went, writer.counts());
  return {};
}

Result<void> Stage::write_last(const Segment& segment, const model::BatchView& rows, Writer& writer) {
  const auto write = [&](const model::BatchView& data, const std::int64_t* numbers) -> Result<void> {
    return writer.write(data, [&](std::size_t row, std::string reason) {
      return reject(segment, data, row, numbers == nullptr ? 0 : numbers[row], std::move(reason));
    });
  };
  if (segment.kind == Segment::Kind::Sql) return write(rows, nullptr);
  if (segment.kind == Segment::Kind::Deduplicate) {
    return write({rows.rows, rows.columns.first(rows.columns.size() - 1)},
                 static_cast<const std::int64_t*>(rows.columns.back().data));
  }
  return Writer::split(
      rows,
      [&](std::size_t row, std::int64_t number, std::string_view reason) -> Result<void> {
        return writer.quarantine(TRY(reject(segment, rows, row, number, std::string(reason))));
      },
      write);
}

Result<sdk::Reject> Stage::reject(const Segment& segment, const model::BatchView& rows, std::size_t index,
                                  std::int64_t number, std::string reason) {
  if (!rows_are_original_) {
    return sdk::Reject{"rows made by the sql transform",         0,   0, std::move(reason),
                       row_as_json(segment.output, rows, index), true};
  }
  auto found = TRY(lookup_.query(
      fmt::format("SELECT _weir_input, _weir_line, _weir_offset, _weir_bytes FROM {} WHERE {} = {}", table(0),
                  transforms::kRowColumn, number)));
  const auto origin = TRY(found.next());
  if (!origin || origin->rows != 1)
    return fail(ErrorCode::Internal, "the staged row {} has no origin", number);
  return sdk::Reject{std::string(origin->columns[0].text(0)),
                     static_cast<std::uint64_t>(origin->columns[1].at<std::int64_t>(0)),
                     static_cast<std::uint64_t>(origin->columns[2].at<std::int64_t>(0)),
                     std::move(reason),
                     std::string(origin->columns[3].text(0)),
                     false};
}

}  // namespace weir::execution
