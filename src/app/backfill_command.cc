// SPDX-License-Identifier: Apache-2.0
#include "app/backfill_command.h"

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/load_job.h"
#include "base/text.h"
#include "execution/fresh_start.h"

namespace weir::app {
namespace {

Result<void> check(const BackfillOptions& options) {
  const bool range = !options.from.empty() || !options.to.empty();
  if (options.all == range) {
    return fail(ErrorCode::InvalidConfig,
                "{}; which partitions? Give --from DATE, --to DATE or both, or --all",
                range ? "--all and a range exclude each other" : "a backfill needs a range");
  }
  return {};
}

Result<ExitCode> backfill_in(const BackfillOptions& options, Context& context) {
  TRY(check(options));
  const auto jobs = TRY(checked_jobs(options.jobs));
  const auto workspace = TRY(Workspace::open(context));
  const auto pipeline = TRY(workspace->make(*TRY(workspace->select_one(options.pipeline))));
  auto* state = TRY(workspace->state(Workspace::Access::Write));
  TRY(report_abandoned(*workspace, *state));
  const auto plan = [&] {
    return plan_range(pipeline, {options.from, options.to}, context.clock.now(), *state);
  };
  auto planned = TRY(execution::ask(*pipeline.source, workspace->sleeper(), context.cancelled, plan));
  const auto& console = context.console;
  const auto in_range = planned.size();
  if (!options.rerun) planned = needing_work(std::move(planned));
  if (planned.empty()) {
    if (console.json())
      console.print(R"({"event":"nothing_to_do"})");
    else
      console.print(fmt::format("{} Nothing to do: {} loaded.",
                                console.style().paint(terminal::Tone::Good, console.style().tick()),
                                all_are(in_range, "partition")));
    return ExitCode::Done;
  }
  if (planned.size() < in_range) {
    console.say(fmt::format("{} of {} are loaded already; going on with the others.",
                            with_thousands(in_range - planned.size()), counted(in_range, "partition")));
  }
  if (jobs > 1 && !pipeline.destination->capabilities().concurrent_loads && console.verbose())
    console.say("The destination takes one load at a time, so jobs wait for each other.");
  const auto loaded =
      options.rerun ? execution::RunOptions::Loaded::LoadAgain : execution::RunOptions::Loaded::Skip;
  const auto outcomes = load(*workspace, *state, {{&pipeline, std::move(planned)}},
                             {.trigger = state::Trigger::Backfill,
                              .loaded = loaded,
                              .jobs = jobs,
                              .on_bad_object = on_bad_object(options.keep_going)});
  return report_loads(console, outcomes);
}

}  // namespace

ExitCode backfill(const BackfillOptions& options, Context& context) {
  return finished(backfill_in(options, context), context.console);
}

Command backfill_command() {
  auto options = std::make_shared<BackfillOptions>();
  Command command;
  command.name = "backfill";
  command.summary = "Load a range of partitions.";
  command.details =
      "Loads every partition of the range that is not loaded yet or whose input has changed. A partition "
      "that "
      "fails does not stop the others; failures are listed at the end. Interrupted, the same command goes on "
      "where it stopped.\n\n" +
      std::string(kRangeForms);
  command.options = {
      pipeline_option(&options->pipeline, kOnlyPipeline),
      from_option(options->from),
      to_option(options->to),
      {"--all", "", "Everything from the first partition to the last that is complete.", &options->all},
      jobs_option(options->jobs),
      {"--rerun", "", "Load again although the input is the same.", &options->rerun},
      keep_going_option(options->keep_going),
  };
  command.examples = {
      {"weir backfill request_logs --from 2024-05-01 --to 2024-05-31", "all of May"},
      {"weir backfill request_logs --all --jobs 4", "all of history, four partitions at a time"},
      {"weir backfill request_logs --from 2024-05-01 --rerun", "again since May, with a changed pipeline"}};
  command.action = [options](Context& context) { return backfill(*options, context); };
  return command;
}

}  // namespace weir::app
