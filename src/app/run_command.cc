// SPDX-License-Identifier: Apache-2.0
#include "app/run_command.h"

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/due_tasks.h"
#include "app/original_run.h"

namespace weir::app {
namespace {

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
  const auto due = due_tasks(options, pipelines, *workspace, *state);
  if (pipelines.size() == 1 && !due.failures.empty()) return Failure(due.failures.front().error);
  if (due.tasks.empty() && due.failures.empty())
    return nothing_to_do(options, context.console, pipelines.size());
  const auto loaded =
      options.rerun ? execution::RunOptions::Loaded::LoadAgain : execution::RunOptions::Loaded::Skip;
  const auto outcomes = load(*workspace, *state, due.tasks,
                             {.trigger = state::Trigger::Run,
                              .loaded = loaded,
                              .jobs = jobs,
                              .on_bad_object = on_bad_object(options.keep_going)});
  return report_unplanned(context.console, due.failures, report_loads(context.console, outcomes));
}

}  // namespace

ExitCode run(const RunCommandOptions& options, Context& context) {
  auto asked = options;
  if (!asked.json_file.empty()) asked.pipelines.insert(asked.pipelines.begin(), std::move(asked.json_file));
  asked.json_file.clear();
  if (names_original(asked)) return run_original(asked, context);
  return finished(run_in(asked, context), context.console);
}

namespace {

std::vector<Option> options_of_earlier_jobs(RunCommandOptions& options) {
  std::vector<Option> all = {
      {"--logs",
       "DIR",
       "Folder of its log, weir.log; default: logs.",
       &options.logs,
       Option::Need::Optional,
       {},
       Option::Completes::Folders},
      {"--json_file",
       "QUERIES.json",
       "Names a file of queries at Looker, which the first argument may do as well.",
       &options.json_file,
       Option::Need::Optional,
       {},
       Option::Completes::Files},
      {"--aws_storage_bucket_name", "BUCKET",
       "Of a file of queries: the bucket, instead of the variable bucket_name.", &options.bucket},
      {"--aws_server_public_key", "KEY",
       "Of a file of queries: access key of the bucket. Better: AWS_ACCESS_KEY_ID.", &options.access_key},
      {"--aws_server_secret_key", "SECRET",
       "Of a file of queries: its secret, which others on this machine can see. Better: "
       "AWS_SECRET_ACCESS_KEY.",
       &options.secret_key},
  };
  for (auto& option : all) option.heading = "With the JSON file of an earlier job";
  return all;
}

}  // namespace

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
      "into Redshift, or copied the tables of Looker's database into a bucket. It runs as it did, with exit "
      "code 0 or 1 and a report. The database is named by the variables pghost, pgport, pgdatabase, pguser "
      "and pgpass; copy_role is the role with which Redshift reads the bucket. A file of queries at Looker "
      "can be named as well, whose answers go to the bucket that bucket_name names, and one with the "
      "variables of a copy of Looker's content usage into BigQuery. Its project is kept below .weir/; `weir "
      "migrate` makes one to keep.";
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
  };
  for (auto& option : options_of_earlier_jobs(*options)) command.options.push_back(std::move(option));
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
