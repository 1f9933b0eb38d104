// SPDX-License-Identifier: Apache-2.0
#include "app/command_parts.h"
#include "app/commands.h"
#include "app/history_commands.h"
#include "app/run_json.h"
#include "app/terminal/table.h"
#include "app/workspace.h"
#include "base/text.h"

namespace weir::app {
namespace {

using terminal::Align;
using terminal::Cell;
using terminal::Table;

constexpr std::size_t kShortId = 10;

Result<state::RunFilter> filter_of(const RunsOptions& options) {
  if (options.limit < 1)
    return fail(ErrorCode::InvalidConfig, "--limit is at least 1, but is {}", options.limit);
  state::RunFilter filter{options.pipeline, options.partition, std::nullopt,
                          static_cast<std::size_t>(options.limit)};
  if (!options.state.empty()) filter.state = state_of_shown_name(options.state);
  return filter;
}

/// As many characters of the ids as tell all of them apart.
std::size_t id_length(const std::vector<state::Run>& runs) {
  std::size_t length = kShortId;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const auto& first = runs[i - 1].run_id;
    const auto& second = runs[i].run_id;
    while (length < first.size() && first.substr(0, length) == second.substr(0, length)) ++length;
  }
  return length;
}

void print_table(const Console& console, const std::vector<state::Run>& runs) {
  Table table({{"run"},
               {"pipeline", Align::Left, Table::Column::Room::Yield},
               {"partition"},
               {"state"},
               {"started (UTC)"},
               {"took", Align::Right},
               {"loaded", Align::Right},
               {"note", Align::Left, Table::Column::Room::Below}});
  const auto length = id_length(runs);
  for (const auto& run : runs) {
    model::RowCounts counts;
    for (const auto& [name, each] : run.counts) counts += each;
    const bool loaded = run.state == state::RunState::Succeeded;
    auto note = run.error_message;
    if (note.empty() && counts.quarantined > 0 && loaded)
      note = with_thousands(counts.quarantined) + " quarantined";
    table.add({Cell(run.run_id.substr(0, length)), Cell(run.pipeline), Cell(run.partition),
               Cell(std::string(shown_name(run.state)), tone_of(run.state)), Cell(short_time(run.started_at)),
               Cell(run.finished_at ? took(run) : ""), Cell(loaded ? with_thousands(counts.loaded) : ""),
               Cell(terminal::visible_line(note))});
  }
  console.write(table.render(console.style(), console.width()));
}

Result<ExitCode> runs_in(const RunsOptions& options, Context& context) {
  const auto workspace = TRY(Workspace::open(context));
  if (!options.pipeline.empty()) TRY(workspace->project().find(options.pipeline));
  auto* state = TRY(workspace->state(Workspace::Access::Read));
  const auto runs = TRY(state->runs().list(TRY(filter_of(options))));
  const auto& console = context.console;
  if (console.json()) {
    JsonWriter json;
    json.begin_object().key("runs").begin_array();
    for (const auto& run : runs) write_run(json, run);
    console.print(json.end_array().end_object().result());
  } else if (runs.empty()) {
    const bool any = options.pipeline.empty() && options.partition.empty() && options.state.empty();
    console.print(any ? "No runs yet. `weir run` loads what is due." : "No such runs.");
  } else {
    print_table(console, runs);
  }
  return ExitCode::Done;
}

}  // namespace

ExitCode list_runs(const RunsOptions& options, Context& context) {
  return finished(runs_in(options, context), context.console);
}

Command runs_command() {
  auto options = std::make_shared<RunsOptions>();
  Command command;
  command.name = "runs";
  command.summary = "List runs, newest first.";
  command.options = {
      pipeline_option(&options->pipeline, "Only runs of this one."),
      {"--partition", "PARTITION", "Only runs of this partition.", &options->partition},
      {"--state", "STATE", "Only runs that are in this state.", &options->state, Option::Need::Optional,
       shown_names()},
      {"-n,--limit", "N", "At most so many. Default: 20.", &options->limit},
  };
  command.examples = {{"weir runs", "the last twenty"},
                      {"weir runs request_logs --state failed", "what failed"},
                      {"weir runs --json | jq '.runs[0]'", "the newest, for machines"}};
  command.action = [options](Context& context) { return list_runs(*options, context); };
  return command;
}

}  // namespace weir::app
