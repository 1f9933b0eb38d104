// SPDX-License-Identifier: Apache-2.0
#include "app/state_command.h"

#include <map>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/json_writer.h"
#include "app/workspace.h"
#include "base/text.h"
#include "state/sqlite_state_store.h"

namespace weir::app {
namespace {

/// All ledgers are read before anything is put aside, so that a failure leaves the state as it was.
Result<ExitCode> rebuild_in(Context& context) {
  const auto workspace = TRY(Workspace::open(context));
  const auto pipelines = TRY(workspace->make(TRY(workspace->select({}))));
  std::vector<model::LedgerEntry> entries;
  for (const auto& pipeline : pipelines) {
    auto ledger = TRY(pipeline.destination->ledger(pipeline.name)
                          .within("reading the ledger in " + pipeline.destination_name));
    entries.insert(entries.end(), ledger.begin(), ledger.end());
  }
  const auto aside = TRY(state::set_state_aside(workspace->state_path(), context.clock.now()));
  auto* state = TRY(workspace->state(Workspace::Access::Write));
  TRY(state->rebuild(entries));
  const auto& console = context.console;
  if (console.json()) {
    JsonWriter json;
    json.begin_object().key("ledger_entries").value(entries.size()).key("old_state").text(aside);
    console.print(json.end_object().result());
    return ExitCode::Done;
  }
  console.print(fmt::format("{} The state is rebuilt from {}.",
                            console.style().paint(terminal::Tone::Good, console.style().tick()),
                            counted(entries.size(), "ledger entry", "ledger entries")));
  if (!aside.empty()) console.say("The old one is kept as " + aside + "; delete it when you do not need it.");
  return ExitCode::Done;
}

}  // namespace

ExitCode rebuild_state(Context& context) { return finished(rebuild_in(context), context.console); }

Command state_command() {
  Command rebuild;
  rebuild.name = "rebuild";
  rebuild.summary = "Make the state anew from the ledgers of the destinations.";
  rebuild.details =
      "For a state that is lost, damaged or left behind on another machine. What is loaded is known to the "
      "destinations and comes back; failed runs and events do not. The old file is kept under another name.";
  rebuild.examples = {{"weir state rebuild", "ask every destination, then write .weir/state.db"},
                      {"weir state rebuild --json", "the same, with the result for machines"}};
  rebuild.action = rebuild_state;
  Command command;
  command.name = "state";
  command.summary = "Repair what weir remembers.";
  command.examples = {{"weir state rebuild", "make the state anew from the destinations"}};
  command.commands = {std::move(rebuild)};
  return command;
}

}  // namespace weir::app
