// SPDX-License-Identifier: Apache-2.0
#include "app/run_command.h"

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/original_run.h"

namespace weir::app {
namespace {

/// The partitions of one pipeline that this command is to load.
Result<std::vector<PlannedPartition>> chosen(const RunCommandOptions& options,
                                             const execution::Pipeline& pipeline, state::StateStore& state,
                                             Timestamp now) {
  if (!options.partition.empty()) {
    const auto one = TRY(pipeline.partitions.calendar().parse_partition(options.partition));
    return plan_partitions(pipeline, {one}, state);
  }
  auto planned = TRY(plan_partitions(pipeline, TRY(partitions_in(pipeline, {}, now)), state));
  if (!options.rerun) {
    auto due = needing_work(std::move(planned));
    const auto limit = pipeline.partitions.limit.value_or(due.size());
    if (due.size() > limit) due.erase(due.begin() + static_cast<std::ptrdiff_t>(limit), due.end());
    return due;
  }
  // Only the newest: reloading all of history is what backfill is for.
  if (planned.size() > 1) planned.erase(planned.begin(), planned.end() - 1);
  return planned;
}

ExitCode nothing_to_do(const RunCommandOptions& options, const Console& console, std::size_t pipelines) {
  if (console.json()) {
    console.print(R"({"event":"nothing_to_do"})");
  } else {
    const auto& style = console.style();
    console.print(fmt::format("{} Nothing to do: {} up to date.",
                              style.paint(terminal::Tone::Good, style.tick()),
                              all_are(pipelines, "pipeline")));
  }
  return options.fail_if_nothing ? ExitCode::NothingToDo : ExitCode::Done;
}

Result<ExitCode> run_in(const RunCommandOptions& options, Context& context) {
  const auto jobs = TRY(checked_jobs(options.jobs));
  const auto workspace = TRY(Workspace::open(context));
  const auto files = TRY(workspace->select(options.pipelines));
  if (!options.partition.empty() && files.size() != 1) {
    return fail(ErrorCode::InvalidConfig,
                "--partition needs the pipeline it belongs to: weir run PIPELINE --partition {}",
                options.partition);
  }
  const auto pipelines = TRY(workspace->make(files));
  auto* state = TRY(workspace->state(Workspace::Access::Write));
  TRY(report_abandoned(*workspace, *state));
  const auto tasks = TRY(due_tasks(options, pipelines, *state, context.clock.now()));
  if (tasks.empty()) return nothing_to_do(options, context.console, pipelines.size());
  const auto loaded =
      options.rerun ? execution::RunOptions::Loaded::LoadAgain : execution::RunOptions::Loaded::Skip;
  const auto outcomes = load(*workspace, *state, tasks,
                             {.trigger = state::Trigger::Run,
                              .loaded = loaded,
                              .jobs = jobs,
                              .on_bad_object = on_bad_object(options.keep_going)});
  return report_loads(context.console, outcomes);
}

}  // namespace

Result<std::vector<LoadTask>> due_tasks(const RunCommandOptions& options,
                                        const std::vector<execution::Pipeline>& pipelines,
                                        state::StateStore& state, Timestamp now) {
  std::vector<LoadTask> tasks;
  for (const auto& pipeline : pipelines) {
    auto partitions = TRY(chosen(options, pipeline, state, now).within("planning " + pipeline.name));
    if (!partitions.empty()) tasks.push_back({&pipeline, std::move(partitions)});
  }
  return tasks;
}

ExitCode run(const RunCommandOptions& options, Context& context) {
  auto asked = options;
  if (!asked.json_file.empty()) asked.pipelines.insert(asked.pipelines.begin(), std::move(asked.json_file));
  asked.json_file.clear();
  if (names_original(asked)) return run_original(asked, context);
  return finished(run_in(asked, context), context.console);
}

Command run_command() {
  auto options = std::make_shared<RunCommandOptions>();
  Command command;
  command.name = "run";
  command.summary = "Load what is due.";
  command.details =
      "Without arguments: for every pipeline all partitions up to the last complete one that were never "
      "loaded "
      "or whose input has changed. Loading is safe to repeat: a partition whose input is the same is left "
      "alone, "
      "one whose input has changed is replaced as the pipeline's write mode says.\n\n"
      "Instead of pipelines, the JSON file of an earlier job can be named that loaded archives or objects "
      "into "
      "Redshift, or copied the tables of Looker's database into a bucket. "
      "It runs as it did, with exit code 0 or 1 and a report, and its project is kept below .weir/. The "
      "database is named by the variables pghost, pgport, pgdatabase, pguser and pgpass; copy_role is the "
      "role "
      "with which Redshift reads the bucket. `weir migrate` makes a project of the file.";
  command.options = {
      pipeline_option(&options->pipelines, "Which pipelines; default: all."),
      {"--partition", "PARTITION",
       "Only this one, as in 2024-05-01 or the key of an object; it need not be complete.",
       &options->partition},
      {"--rerun", "", "Load again although the input is the same: the named partition, or the newest.",
       &options->rerun},
      jobs_option(options->jobs),
      keep_going_option(options->keep_going),
      {"--fail-if-nothing", "", "Exit with 3 when there is nothing to do.", &options->fail_if_nothing},
      {"--logs",
       "DIR",
       "Of a JSON file: folder of its log, weir.log; default: logs.",
       &options->logs,
       Option::Need::Optional,
       {},
       Option::Completes::Folders},
      {"--json_file",
       "QUERIES.json",
       "A file of queries at Looker, as the first argument may name it, too.",
       &options->json_file,
       Option::Need::Optional,
       {},
       Option::Completes::Files},
      {"--aws_storage_bucket_name", "BUCKET",
       "Of such a file: the bucket, instead of the variable bucket_name.", &options->bucket},
      {"--aws_server_public_key", "KEY",
       "Of such a file: access key of the bucket. Better: AWS_ACCESS_KEY_ID.", &options->access_key},
      {"--aws_server_secret_key", "SECRET",
       "Of such a file: its secret, which others on this machine can see. Better: AWS_SECRET_ACCESS_KEY.",
       &options->secret_key},
  };
  command.examples = {
      {"weir run", "everything that is due"},
      {"weir run request_logs --partition 2024-05-01", "one day"},
      {"weir run cmslite.json", "the job of an earlier JSON file"},
      {"bucket_name=usage weir run my_looker_query.json", "queries of an earlier file, into a bucket"},
      {"weir run --json | jq -c 'select(.level == \"error\")'", "only what went wrong, for machines"}};
  command.action = [options](Context& context) { return run(*options, context); };
  return command;
}

}  // namespace weir::app
