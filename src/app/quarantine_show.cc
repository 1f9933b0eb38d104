// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/json_writer.h"
#include "app/quarantine_commands.h"
#include "app/quarantine_file.h"
#include "app/terminal/table.h"
#include "app/workspace.h"
#include "base/text.h"
#include "state/base64.h"
#include "state/quarantine.h"

namespace weir::app {
namespace {

using terminal::Align;
using terminal::Cell;
using terminal::Table;
using terminal::Tone;

std::string reasons_text(const state::QuarantineSummary& summary) {
  std::vector<std::string> parts;
  for (const auto& [reason, rows] : summary.reasons)
    parts.push_back(summary.reasons.size() == 1 ? reason
                                                : fmt::format("{} ({})", reason, with_thousands(rows)));
  return terminal::visible(join(parts, "; "));
}

std::string list_json(const std::vector<state::QuarantineSummary>& summaries) {
  JsonWriter json;
  json.begin_object().key("partitions").begin_array();
  for (const auto& summary : summaries) {
    json.begin_object().key("pipeline").text(summary.pipeline).key("partition").text(summary.partition);
    json.key("rows").value(summary.rows).key("reasons").begin_object();
    for (const auto& [reason, rows] : summary.reasons) json.key(reason).value(rows);
    json.end_object().end_object();
  }
  return json.end_array().end_object().result();
}

Result<ExitCode> list_in(const QuarantineListOptions& options, Context& context) {
  const auto workspace = TRY(Workspace::open(context));
  if (!options.pipeline.empty()) TRY(workspace->project().find(options.pipeline));
  const auto summaries = TRY(state::list_quarantine(workspace->project().work_folder(), options.pipeline));
  const auto& console = context.console;
  if (console.json()) {
    console.print(list_json(summaries));
    return ExitCode::Done;
  }
  if (summaries.empty()) {
    console.print(fmt::format("{} No rows are in quarantine.",
                              console.style().paint(Tone::Good, console.style().tick())));
    return ExitCode::Done;
  }
  Table table({{"pipeline", Align::Left, Table::Column::Room::Yield},
               {"partition"},
               {"rows", Align::Right},
               {"reasons", Align::Left, Table::Column::Room::Below}});
  for (const auto& summary : summaries) {
    table.add({Cell(summary.pipeline), Cell(summary.partition), Cell(with_thousands(summary.rows)),
               Cell(reasons_text(summary))});
  }
  console.write(table.render(console.style(), console.width()));
  console.say("\nThe rows themselves: weir quarantine show " + summaries.front().pipeline);
  return ExitCode::Done;
}

using Show = std::function<Result<void>(const std::string& partition, const state::QuarantinedRow& row)>;

/// Hands out at most `limit` rows; returns how many there are.
Result<std::uint64_t> each_row(const Workspace& workspace, const QuarantineShowOptions& options,
                               const std::string& pipeline, std::uint64_t limit, const Show& show) {
  const auto folder = workspace.project().work_folder();
  std::uint64_t shown = 0;
  std::uint64_t rows = 0;
  for (const auto& summary : TRY(state::list_quarantine(folder, pipeline))) {
    if (!options.partition.empty() && summary.partition != options.partition) continue;
    rows += summary.rows;
    auto reader = TRY(state::QuarantineReader::open({folder, pipeline, summary.partition}));
    while (shown < limit) {
      const auto row = TRY(reader.next());
      if (!row) break;
      ++shown;
      TRY(show(summary.partition, *row));
    }
  }
  return rows;
}

void print_row(const Console& console, const std::string& partition, const state::QuarantinedRow& row) {
  const auto& style = console.style();
  const auto place = row.line > 0 ? fmt::format("{}:{}", row.input, row.line)
                                  : fmt::format("{} at byte {}", row.input, row.offset);
  console.print(fmt::format("{}  {}", style.paint(Tone::Strong, partition), terminal::visible(place)));
  console.print("  " + style.paint(Tone::Caution, terminal::visible(row.reason)));
  const auto bytes = terminal::visible(row.bytes);
  const auto room = console.verbose() ? bytes.size() + 1 : console.width() - 2;
  console.print("  " + style.paint(Tone::Faint, terminal::shorten(bytes, room, style.ellipsis())));
}

void write_row(JsonWriter& json, const std::string& partition, const state::QuarantinedRow& row) {
  json.begin_object().key("partition").text(partition).key("input").text(row.input);
  json.key("line").value(row.line).key("offset").value(row.offset).key("reason").text(row.reason);
  if (is_utf8(row.bytes))
    json.key("bytes").text(row.bytes);
  else
    json.key("bytes_base64").text(state::to_base64(row.bytes));
  json.key("partial").value(row.partial);
  if (!row.table.empty()) json.key("table").text(row.table);
  json.key("run_id").text(row.run_id).key("time").time(row.time).end_object();
}

Result<ExitCode> export_rows(const Workspace& workspace, const QuarantineShowOptions& options,
                             const std::string& pipeline) {
  const auto path = std::filesystem::path(workspace.context().working_folder) / options.export_file;
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return fail(ErrorCode::InvalidConfig,
                "{} is there already, and could hold rows that you have mended; choose another name",
                options.export_file);
  }
  std::ofstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorCode::InvalidConfig, "{} cannot be written: {}; choose another place",
                options.export_file, std::strerror(errno));
  }
  file << mending_header(pipeline, options.export_file);
  const auto exported =
      each_row(workspace, options, pipeline, UINT64_MAX,
               [&](const std::string& partition, const state::QuarantinedRow& row) -> Result<void> {
                 file << mending_entry(partition, row);
                 return {};
               });
  file.close();
  // A part of the rows would pass for all of them, and keep the next export from its name.
  if (!exported.ok() || !file) std::filesystem::remove(path, error);
  const auto rows = TRY(exported);
  if (!file) return fail(ErrorCode::Exhausted, "{} cannot be written", options.export_file);
  const auto& console = workspace.context().console;
  if (console.json())
    console.print(JsonWriter()
                      .begin_object()
                      .key("file")
                      .text(options.export_file)
                      .key("rows")
                      .value(rows)
                      .end_object()
                      .result());
  else
    console.print(fmt::format("{} {} in {}. Mend them there, then: weir quarantine replay {} --from {}",
                              counted(rows, "row"), rows == 1 ? "is" : "are", options.export_file, pipeline,
                              options.export_file));
  return ExitCode::Done;
}

Result<ExitCode> show_in(const QuarantineShowOptions& options, Context& context) {
  if (options.limit < 1)
    return fail(ErrorCode::InvalidConfig, "--limit is at least 1, but is {}", options.limit);
  const auto workspace = TRY(Workspace::open(context));
  const auto pipeline = TRY(workspace->select_one(options.pipeline))->options.pipeline;
  if (!options.export_file.empty()) return export_rows(*workspace, options, pipeline);
  const auto& console = context.console;
  const auto limit = static_cast<std::uint64_t>(options.limit);
  JsonWriter json;
  json.begin_object().key("rows").begin_array();
  const auto rows =
      TRY(each_row(*workspace, options, pipeline, limit,
                   [&](const std::string& partition, const state::QuarantinedRow& row) -> Result<void> {
                     if (console.json())
                       write_row(json, partition, row);
                     else
                       print_row(console, partition, row);
                     return {};
                   }));
  if (console.json()) {
    console.print(json.end_array().key("rows_in_quarantine").value(rows).end_object().result());
    return ExitCode::Done;
  }
  if (rows == 0) console.print(fmt::format("No rows of {} are in quarantine.", pipeline));
  if (rows > limit) console.say(fmt::format("\n{} of {}; --limit shows more.", limit, counted(rows, "row")));
  if (rows > 0) {
    console.say(
        fmt::format("\nMend them in a file:  weir quarantine show {0} --export rows.txt\n"
                    "Try them again:       weir quarantine replay {0}",
                    pipeline));
  }
  return ExitCode::Done;
}

}  // namespace

ExitCode list_quarantine(const QuarantineListOptions& options, Context& context) {
  return finished(list_in(options, context), context.console);
}

ExitCode show_quarantine(const QuarantineShowOptions& options, Context& context) {
  return finished(show_in(options, context), context.console);
}

}  // namespace weir::app
