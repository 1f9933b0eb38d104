// SPDX-License-Identifier: Apache-2.0
#include "app/preview_command.h"

#include <algorithm>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/partition_plan.h"
#include "app/run_json.h"
#include "app/terminal/table.h"
#include "app/workspace.h"
#include "base/text.h"
#include "model/cell_text.h"

namespace weir::app {
namespace {

using terminal::Align;
using terminal::Cell;
using terminal::Table;
using terminal::Tone;

using Rows = std::vector<std::vector<std::optional<std::string>>>;

constexpr std::int64_t kMostRows = 100'000;

Result<void> collect(const model::BatchView& batch, Rows& rows) {
  for (std::size_t row = 0; row < batch.rows; ++row) {
    auto& cells = rows.emplace_back();
    for (const auto& column : batch.columns)
      cells.push_back(column.is_null(row) ? std::nullopt : std::optional(model::cell_text(column, row)));
  }
  return {};
}

bool is_number(model::Type type) { return type == model::Type::Integer || type == model::Type::Double; }

/// Few columns fit side by side; a row of many is easier to read as a list.
constexpr std::size_t kMostTableColumns = 8;

void print_table(const Console& console, const model::Schema& schema, const Rows& rows) {
  std::vector<Table::Column> columns;
  for (const auto& column : schema.columns)
    columns.push_back(
        {column.name, is_number(column.type) ? Align::Right : Align::Left, Table::Column::Room::Yield});
  Table table(std::move(columns));
  for (const auto& row : rows) {
    std::vector<Cell> cells;
    for (const auto& value : row)
      cells.push_back(value ? Cell(terminal::visible(*value)) : Cell("null", Tone::Faint));
    table.add(std::move(cells));
  }
  console.write(table.render(console.style(), console.width()));
}

void print_list(const Console& console, const model::Schema& schema, const Rows& rows) {
  const auto& style = console.style();
  std::size_t widest = 0;
  for (const auto& column : schema.columns) widest = std::max(widest, terminal::display_width(column.name));
  widest = std::min(widest, console.width() / 2);
  const auto room = console.width() > widest + 4 ? console.width() - widest - 4 : 1;
  for (std::size_t number = 0; number < rows.size(); ++number) {
    console.print(style.paint(Tone::Strong, fmt::format("row {}", number + 1)));
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const auto& value = rows[number][i];
      const auto name =
          terminal::pad(terminal::shorten(schema.columns[i].name, widest, style.ellipsis()), widest);
      const auto shown = value ? terminal::shorten(terminal::visible(*value), room, style.ellipsis())
                               : style.paint(Tone::Faint, "null");
      console.print(fmt::format("  {}  {}", style.paint(Tone::Faint, name), shown));
    }
  }
}

std::string as_json(const std::string& table, const model::Partition& partition,
                    const execution::PreviewOutcome& outcome, const Rows& rows) {
  JsonWriter json;
  json.begin_object().key("table").text(table).key("partition").text(partition.key).key("columns");
  write_columns(json, outcome.schema);
  json.key("rows").begin_array();
  for (const auto& row : rows) {
    json.begin_object();
    for (std::size_t i = 0; i < outcome.schema.size(); ++i) {
      const auto type = outcome.schema.columns[i].type;
      json.key(outcome.schema.columns[i].name);
      if (!row[i])
        json.null();
      else if (type == model::Type::Boolean || type == model::Type::Integer || type == model::Type::Json ||
               (type == model::Type::Double && row[i]->find_first_of("in") == std::string::npos))
        json.raw(*row[i]);
      else
        json.text(*row[i]);
    }
    json.end_object();
  }
  json.end_array().key("bad_rows").begin_array();
  for (const auto& bad : outcome.bad) {
    json.begin_object().key("input").text(bad.input).key("line").value(bad.line);
    json.key("reason").text(bad.reason).end_object();
  }
  json.end_array().key("rows_read").value(outcome.read).key("whole_input").value(outcome.whole_input);
  return json.end_object().result();
}

void print_outcome(const Console& console, const model::Partition& partition,
                   const execution::PreviewOutcome& outcome, const Rows& rows) {
  const auto& style = console.style();
  if (outcome.schema.size() <= kMostTableColumns)
    print_table(console, outcome.schema, rows);
  else
    print_list(console, outcome.schema, rows);
  console.say(style.paint(
      Tone::Faint,
      fmt::format("\npartition {}: {} of {}, from {} read{}", partition.key, counted(outcome.shown, "row"),
                  counted(outcome.schema.size(), "column"), counted(outcome.read, "row"),
                  outcome.whole_input ? ", which is all" : " at its start")));
  for (const auto& note : outcome.notes) console.say(fmt::format("{} {}", style.bullet(), note));
  for (const auto& bad : outcome.bad) {
    console.say(fmt::format("{} {}:{} would be set aside: {}", style.paint(Tone::Caution, style.warning()),
                            bad.input, bad.line, terminal::visible(bad.reason)));
  }
}

Result<model::Partition> chosen_partition(const PreviewOptions& options, const execution::Pipeline& pipeline,
                                          Timestamp now) {
  if (!options.partition.empty()) return pipeline.partitions.calendar().parse_partition(options.partition);
  const auto newest = TRY(newest_with_input(pipeline, TRY(partitions_in(pipeline, {}, now))));
  if (!newest) return fail(ErrorCode::NotFound, "no partition of {} has input yet", pipeline.name);
  return *newest;
}

/// The tables to show, by their number.
Result<std::vector<std::size_t>> chosen_tables(const PreviewOptions& options,
                                               const execution::Pipeline& pipeline) {
  std::vector<std::size_t> tables;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < pipeline.tables.size(); ++i) {
    names.push_back(pipeline.tables[i].target.table);
    if (options.table.empty() || options.table == names.back()) tables.push_back(i);
  }
  if (!tables.empty()) return tables;
  const auto near = closest(options.table, names);
  return fail(ErrorCode::InvalidConfig, "{} fills no table '{}'{}; it fills: {}", pipeline.name,
              options.table, near ? fmt::format(" (did you mean '{}'?)", *near) : "", join(names));
}

Result<ExitCode> preview_in(const PreviewOptions& options, Context& context) {
  if (options.rows < 1 || options.rows > kMostRows)
    return fail(ErrorCode::InvalidConfig, "--rows is a number from 1 to {}, but is {}", kMostRows,
                options.rows);
  const auto workspace = TRY(Workspace::open(context));
  const auto pipeline = TRY(workspace->make(*TRY(workspace->select_one(options.pipeline))));
  const auto tables = TRY(chosen_tables(options, pipeline));
  const auto partition = TRY(chosen_partition(options, pipeline, context.clock.now()));
  auto* state = TRY(workspace->state(Workspace::Access::Read));
  const auto services = workspace->services(*state, 1);
  execution::Runner runner(pipeline, services);
  for (const auto table : tables) {
    Rows rows;
    const auto outcome = TRY(runner.preview(
        partition, {.table = table, .rows = static_cast<std::uint64_t>(options.rows)},
        [&](const model::Schema&, const model::BatchView& batch) { return collect(batch, rows); }));
    const auto& name = pipeline.tables[table].target.table;
    if (context.console.json()) {
      context.console.print(as_json(name, partition, outcome, rows));
      continue;
    }
    if (tables.size() > 1) {
      if (table != tables.front()) context.console.print("");
      context.console.print(context.console.style().paint(Tone::Strong, name));
    }
    print_outcome(context.console, partition, outcome, rows);
  }
  return ExitCode::Done;
}

}  // namespace

ExitCode preview(const PreviewOptions& options, Context& context) {
  return finished(preview_in(options, context), context.console);
}

Command preview_command() {
  auto options = std::make_shared<PreviewOptions>();
  Command command;
  command.name = "preview";
  command.summary = "Show the first rows as they would be loaded, without loading them.";
  command.details = "Reads the start of a partition's input and carries out the transforms and checks on it.";
  command.options = {
      pipeline_option(&options->pipeline, kOnlyPipeline),
      {"--partition", "PARTITION", "Of this partition. Default: the newest that has input.",
       &options->partition},
      {"--table", "TABLE", "Of a pipeline with several tables only this one. Default: all.", &options->table},
      {"-n,--rows", "N", "At most so many rows of each table. Default: 10.", &options->rows},
  };
  command.examples = {{"weir preview request_logs", "of the newest input"},
                      {"weir preview request_logs --partition 2024-05-01 --rows 3", "three rows of a day"},
                      {"weir preview request_logs --json | jq '.rows[0]'", "for machines"}};
  command.action = [options](Context& context) { return preview(*options, context); };
  return command;
}

}  // namespace weir::app
