// SPDX-License-Identifier: Apache-2.0
#include "app/command_parts.h"
#include "app/commands.h"
#include "app/history_commands.h"
#include "app/run_json.h"
#include "app/run_reporter.h"
#include "app/terminal/table.h"
#include "app/workspace.h"
#include "base/text.h"

namespace weir::app {
namespace {

using terminal::Align;
using terminal::Cell;
using terminal::Table;
using terminal::Tone;

constexpr std::string_view kLostRuns =
    "after `weir state rebuild` a run goes by the id of its load, and one that published nothing is "
    "forgotten";

/// Known only from a ledger, which has no events and no id of the run.
bool is_rebuilt(const state::Run& run) { return run.trigger == state::Trigger::Rebuild; }

void print_facts(const Console& console, const state::Run& run) {
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty())
      console.print(
          fmt::format("  {}  {}", console.style().paint(Tone::Faint, terminal::pad(name, 12)), value));
  };
  console.print(fmt::format("{} {} {}", console.style().paint(Tone::Strong, run.pipeline), run.partition,
                            console.style().paint(tone_of(run.state), shown_name(run.state))));
  line("run", is_rebuilt(run) ? "" : run.run_id);
  line("started", short_time(run.started_at) + " UTC");
  line("took", took(run));
  line("asked for by", is_rebuilt(run)
                           ? "not known; this is what the destination's ledger tells"
                           : std::string(state::name(run.trigger)) +
                                 (run.attempt > 1 ? fmt::format(", attempt {}", run.attempt) : ""));
  line("input", run.bytes_read > 0 ? human_bytes(run.bytes_read) : "");
  line("load", run.load_id);
}

void print_run(const Console& console, const state::Run& run) {
  print_facts(console, run);
  Table table({{"  table"},
               {"read", Align::Right},
               {"loaded", Align::Right},
               {"filtered", Align::Right},
               {"deduplicated", Align::Right},
               {"quarantined", Align::Right}});
  for (const auto& [name, counts] : run.counts) {
    table.add(
        {Cell("  " + name), Cell(with_thousands(counts.read + counts.added)),
         Cell(with_thousands(counts.loaded)), Cell(with_thousands(counts.filtered)),
         Cell(with_thousands(counts.deduplicated)),
         Cell(with_thousands(counts.quarantined), counts.quarantined > 0 ? Tone::Caution : Tone::Plain)});
  }
  if (!table.empty()) console.write("\n" + table.render(console.style(), console.width()));
  for (const auto& warning : run.warnings)
    console.print("\n  " + console.style().paint(Tone::Caution, "warning: ") +
                  terminal::visible_lines(warning, "  "));
  if (!run.error_message.empty())
    console.print("\n  " + console.style().paint(Tone::Bad, run.error_code + ": ") +
                  terminal::visible_lines(run.error_message, "  "));
  if (state::is_final(run.state) && !is_rebuilt(run)) console.print("\nIts events: weir logs " + run.run_id);
}

Result<ExitCode> show_in(const RunIdOptions& options, Context& context) {
  const auto workspace = TRY(Workspace::open(context));
  auto* state = TRY(workspace->state(Workspace::Access::Read));
  const auto run = TRY(state->runs().find(options.run));
  if (context.console.json()) {
    JsonWriter json;
    write_run(json, run);
    context.console.print(json.result());
  } else {
    print_run(context.console, run);
  }
  return ExitCode::Done;
}

Tone tone_of_level(const std::string& level) {
  if (level == "error") return Tone::Bad;
  return level == "warn" ? Tone::Caution : Tone::Plain;
}

Result<ExitCode> logs_in(const RunIdOptions& options, Context& context) {
  const auto workspace = TRY(Workspace::open(context));
  auto* state = TRY(workspace->state(Workspace::Access::Read));
  const auto run = TRY(state->runs().find(options.run));
  const auto events = TRY(state->events().read(run.run_id));
  const auto& console = context.console;
  if (console.json()) {
    JsonWriter json;
    json.begin_object().key("events").begin_array();
    for (const auto& event : events) json.raw(event_json(run, event));
    console.print(json.end_array().end_object().result());
    return ExitCode::Done;
  }
  if (events.empty()) {
    console.print(
        is_rebuilt(run)
            ? "No events: `weir state rebuild` learned of this run from the ledger, which keeps none."
            : "No events of this run are kept.");
  }
  for (const auto& event : events) {
    console.print(
        fmt::format("{}  {}  {}  {}", console.style().paint(Tone::Faint, to_string(event.time)),
                    console.style().paint(tone_of_level(event.level), terminal::pad(event.level, 5)),
                    event.name, event.fields == "{}" ? "" : terminal::visible(event.fields)));
  }
  return ExitCode::Done;
}

Option run_argument(RunIdOptions& options) {
  return {"run", "RUN", "The id of a run or of its load, or the beginning of it.", &options.run,
          Option::Need::Required};
}

}  // namespace

ExitCode show_run(const RunIdOptions& options, Context& context) {
  return finished(show_in(options, context), context.console, kLostRuns);
}

ExitCode show_logs(const RunIdOptions& options, Context& context) {
  return finished(logs_in(options, context), context.console, kLostRuns);
}

Command show_command() {
  auto options = std::make_shared<RunIdOptions>();
  Command command;
  command.name = "show";
  command.summary = "Show one run: its account, its warnings, its error.";
  command.options = {run_argument(*options)};
  command.examples = {{"weir show 01HXAB", "a run by the beginning of its id"},
                      {"weir show 01HXAB --json", "the same for machines"}};
  command.details =
      "The id is that of `weir runs`, or the load id that stands in the destination's ledger and its rows. "
      "After `weir state rebuild` only loads are known, and each goes by its load id.";
  command.action = [options](Context& context) { return show_run(*options, context); };
  return command;
}

Command logs_command() {
  auto options = std::make_shared<RunIdOptions>();
  Command command;
  command.name = "logs";
  command.summary = "Show the events of one run.";
  command.options = {run_argument(*options)};
  command.examples = {{"weir logs 01HXAB", "what happened, in order"},
                      {"weir logs 01HXAB --json", "the same for machines"}};
  command.action = [options](Context& context) { return show_logs(*options, context); };
  return command;
}

}  // namespace weir::app
