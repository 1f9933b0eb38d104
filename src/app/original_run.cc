// SPDX-License-Identifier: Apache-2.0
#include "app/original_run.h"

#include <fmt/format.h>

#include <filesystem>

#include "app/command_parts.h"
#include "app/new_files.h"
#include "app/original_log.h"
#include "app/original_report.h"
#include "app/surroundings.h"
#include "base/text.h"
#include "execution/fingerprint.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kZone = "America/Vancouver";

Failure all_problems(const config::Diagnostics& diagnostics) {
  return fail(ErrorCode::InvalidConfig, "the configuration has {}\n\n{}",
              counted(diagnostics.error_count(), "problem"), trim(diagnostics.to_string()));
}

/// One run of an original configuration.
class OriginalRun {
 public:
  OriginalRun(const RunCommandOptions& options, Context& context, OriginalLog& log, OriginalReport& report)
      : options_(options), context_(context), log_(log), report_(report) {}

  Result<void> carry_out() {
    auto project = TRY(make_project());
    context_.global.project = project;
    log_.write(LogLevel::Debug, "the project that is run: " + project);
    const auto workspace = TRY(Workspace::open(context_));
    const auto pipelines = TRY(workspace->make(TRY(workspace->select({}))));
    auto* state = TRY(workspace->state(Workspace::Access::Write));
    TRY(report_abandoned(*workspace, *state));
    const auto tasks = TRY(due_tasks(options_, pipelines, *state, context_.clock.now()));
    for (const auto& task : tasks) report_.objects += task.partitions.size();
    log_.write(LogLevel::Info, fmt::format("{} to process", counted(report_.objects, "object")));
    if (tasks.empty()) return {};
    const auto outcomes = app::load(*workspace, *state, tasks, load_options());
    if (context_.console.json()) report_loads(context_.console, outcomes);
    return account(outcomes.front());
  }

 private:
  /// Reads the file and asks the database for its tables; writes the project and gives its folder.
  Result<std::string> make_project() {
    const auto& file = options_.pipelines.front();
    const auto path = fs::path(context_.working_folder) / file;
    config::Diagnostics diagnostics;
    const auto job = migrate::read_original(TRY(read_whole_file(path)), file, diagnostics);
    const auto around = surroundings_of(context_.environment, migrate::WarehouseKind::Redshift, diagnostics);
    check_surroundings(context_.environment, diagnostics);
    if (!job || !diagnostics.ok()) return all_problems(diagnostics);
    for (const auto& table : job->files) report_.tables.push_back(job->target_schema() + "." + table.table());
    const auto tables = TRY(read_target_tables(*job, around, context_.environment));
    check_target_tables(*job, tables, diagnostics);
    if (!diagnostics.ok()) return all_problems(diagnostics);
    for (const auto& problem : diagnostics.sorted()) log_.write(LogLevel::Warning, problem.to_string());
    const auto project = migrate::write_project(*job, around, tables);
    for (const auto& decision : project.decisions) log_.write(LogLevel::Debug, "decided: " + decision);
    auto folder = original_project_folder(context_.working_folder, file);
    TRY(replace_files(folder,
                      {{"weir.yaml", project.weir_yaml}, {project.pipeline_path, project.pipeline_yaml}}));
    return folder;
  }

  LoadOptions load_options() const {
    LoadOptions options;
    options.loaded =
        options_.rerun ? execution::RunOptions::Loaded::LoadAgain : execution::RunOptions::Loaded::Skip;
    options.on_bad_object = on_bad_object(options_.keep_going);
    options.witness = &log_;
    return options;
  }

  Result<void> account(const LoadOutcome& outcome) {
    report_.add(outcome);
    for (const auto& run : outcome.runs) {
      for (const auto& warning : run.run.warnings)
        log_.write(LogLevel::Warning, fmt::format("{}: {}", run.run.partition, warning));
      if (run.error)
        log_.write(LogLevel::Error, fmt::format("{}: {}", run.run.partition, run.error->to_string()));
    }
    if (report_.failed.empty() && report_.not_processed.empty()) return {};
    return fail(ErrorCode::DataMismatch, "{} of {} could not be loaded",
                report_.failed.size() + report_.not_processed.size(), counted(report_.objects, "object"));
  }

  const RunCommandOptions& options_;
  Context& context_;
  OriginalLog& log_;
  OriginalReport& report_;
};

Result<ExitCode> run_in(const RunCommandOptions& options, Context& context) {
  const auto& file = options.pipelines.front();
  const auto zone = TRY(model::TimeZone::find(kZone));
  const auto secrets = secrets_of(context.environment);
  const auto console = redacting_console(context.console, secrets);
  const auto logs = (fs::path(context.working_folder) / options.logs).string();
  const auto log = TRY(OriginalLog::open(logs, context.clock, zone, console));
  log->hide(secrets);
  // What the parts of weir print themselves would stand twice on the console.
  auto quiet = console.json() ? console : console.muted();
  Context inner{quiet,         context.environment, context.clock, context.cancelled, context.working_folder,
                context.global};
  OriginalReport report{"weir run", (fs::path(context.working_folder) / file).string(), context.clock.now()};
  const auto result = OriginalRun(options, inner, *log, report).carry_out();
  report.finished = context.clock.now();
  if (!result.ok()) log->write(LogLevel::Error, result.error().to_string());
  const bool worth_a_report = report.objects > 0 || !result.ok();
  if (worth_a_report && !console.json()) console.write(report.text(zone));
  const auto code = result.ok() ? ExitCode::Done : ExitCode::Failed;
  log->write(LogLevel::Info, fmt::format("Exiting with code {} : {}", static_cast<int>(code),
                                         result.ok() ? "done" : name(result.error().code())));
  return code;
}

}  // namespace

bool names_original(const RunCommandOptions& options) {
  return options.pipelines.size() == 1 && options.pipelines.front().ends_with(".json");
}

std::string original_project_folder(const std::string& working_folder, const std::string& file) {
  std::error_code error;
  const auto path = fs::weakly_canonical(fs::path(working_folder) / file, error);
  const auto name =
      fmt::format("{}-{}", path.stem().string(), execution::hash_text(path.string()).substr(0, 8));
  return (fs::path(working_folder) / ".weir" / name).string();
}

ExitCode run_original(const RunCommandOptions& options, Context& context) {
  const auto path = fs::path(context.working_folder) / options.pipelines.front();
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    context.console.report(Error(ErrorCode::NotFound, fmt::format("{} is no file", path.string())));
    return ExitCode::Failed;
  }
  const auto result = run_in(options, context);
  if (result.ok()) return *result;
  context.console.report(result.error());
  return ExitCode::Failed;
}

}  // namespace weir::app
