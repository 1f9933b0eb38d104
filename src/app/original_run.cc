// SPDX-License-Identifier: Apache-2.0
#include "app/original_run.h"

#include <fmt/format.h>

#include <filesystem>

#include "app/command_parts.h"
#include "app/due_tasks.h"
#include "app/new_files.h"
#include "app/original_days.h"
#include "app/original_log.h"
#include "app/original_looker.h"
#include "app/original_project.h"
#include "app/original_report.h"
#include "app/original_tables_report.h"
#include "app/surroundings.h"
#include "base/text.h"
#include "execution/fingerprint.h"
#include "execution/fresh_start.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kZone = "America/Vancouver";

Failure all_problems(const config::Diagnostics& diagnostics) {
  return fail(ErrorCode::InvalidConfig, "the configuration has {}\n\n{}",
              counted(problems_in(diagnostics), "problem"), trim(diagnostics.to_string()));
}

/// What is told at the end, in the form of the original's kind.
struct Reports {
  OriginalReport loads;
  OriginalTablesReport tables;
  migrate::OriginalKind kind = migrate::OriginalKind::Archives;

  std::string text(const model::TimeZone& zone) const {
    return kind == migrate::OriginalKind::LookerTables ? tables.text(zone) : loads.text(zone);
  }
};

/// One run of an original configuration.
class OriginalRun {
 public:
  OriginalRun(const RunCommandOptions& options, Context& context, OriginalLog& log, Reports& reports)
      : options_(options), context_(context), log_(log), reports_(reports) {}

  Result<void> carry_out() {
    auto folder = TRY(make_project());
    context_.global.project = folder;
    log_.write(LogLevel::Debug, "the project that is run: " + folder);
    const auto workspace = TRY(Workspace::open(context_));
    const auto pipelines = TRY(workspace->make(TRY(workspace->select({}))));
    auto* state = TRY(workspace->state(Workspace::Access::Write));
    TRY(report_abandoned(*workspace, *state));
    const auto planned = due(pipelines, *workspace, *state);
    if (!planned.ok() && original_.looker) {
      const auto day = options_.partition.empty() ? original_.day : options_.partition;
      reports_.tables.add_failure(planned.error(), original_.looker->keys(day));
    }
    const auto tasks = TRY(planned);
    for (const auto& task : tasks) reports_.loads.objects += task.partitions.size();
    log_.write(LogLevel::Info, fmt::format("{} to process", counted(reports_.loads.objects, noun())));
    if (tasks.empty()) return {};
    const auto outcomes = app::load(*workspace, *state, tasks, load_options());
    if (context_.console.json()) report_loads(context_.console, outcomes);
    return account(outcomes.front());
  }

 private:
  bool copies_days() const { return reports_.kind == migrate::OriginalKind::LookerTables; }
  const char* noun() const { return copies_days() ? "day" : "object"; }

  /// Reads the file and asks the database for its tables; writes the project and gives its folder.
  Result<std::string> make_project() {
    const auto& file = options_.pipelines.front();
    const auto path = fs::path(context_.working_folder) / file;
    reports_.kind = migrate::kind_of(TRY(read_whole_file(path)));
    config::Diagnostics diagnostics;
    auto read = TRY(read_original_project(file, OriginalUse::Run, migrate::WarehouseKind::Redshift, context_,
                                          diagnostics));
    if (!read || !diagnostics.ok()) return all_problems(diagnostics);
    original_ = *std::move(read);
    reports_.loads.tables = original_.tables;
    for (const auto& problem : diagnostics.sorted())
      log_.write(LogLevel::Warning, problem.without_severity());
    const auto& project = original_.project;
    for (const auto& decision : project.decisions) log_.write(LogLevel::Debug, "decided: " + decision);
    auto folder = original_project_folder(context_.working_folder, file);
    TRY(replace_files(folder, files_of(project)));
    return folder;
  }

  Result<std::vector<LoadTask>> due(const std::vector<execution::Pipeline>& pipelines, Workspace& workspace,
                                    state::StateStore& state) const {
    if (copies_days() && options_.partition.empty() && !options_.rerun) {
      std::vector<LoadTask> tasks;
      for (const auto& pipeline : pipelines) {
        const auto plan = [&] { return due_days(pipeline, state, context_.clock.now()); };
        auto days = TRY(execution::ask(*pipeline.source, workspace.sleeper(), context_.cancelled, plan)
                            .within("planning " + pipeline.name));
        if (!days.empty()) tasks.push_back({&pipeline, std::move(days)});
      }
      return tasks;
    }
    auto found = due_tasks(options_, pipelines, workspace, state);
    if (!found.failures.empty()) return Failure(found.failures.front().error);
    return std::move(found.tasks);
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
    reports_.loads.add(outcome);
    if (original_.looker) reports_.tables.add(outcome, *original_.looker);
    for (const auto& run : outcome.runs) {
      for (const auto& warning : run.run.warnings)
        log_.write(LogLevel::Warning, fmt::format("{}: {}", run.run.partition, warning));
      if (run.error)
        log_.write(LogLevel::Error, fmt::format("{}: {}", run.run.partition, run.error->to_string()));
    }
    const auto& report = reports_.loads;
    if (report.failed.empty() && report.not_processed.empty()) return {};
    return fail(ErrorCode::DataMismatch, "{} of {} could not be loaded",
                report.failed.size() + report.not_processed.size(), counted(report.objects, noun()));
  }

  const RunCommandOptions& options_;
  Context& context_;
  OriginalLog& log_;
  Reports& reports_;
  OriginalProject original_;
};

Result<ExitCode> run_original_in(const RunCommandOptions& options, Context& context) {
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
  const auto configuration = (fs::path(context.working_folder) / file).string();
  const auto started = context.clock.now();
  Reports reports{{"weir run", configuration, started}, {"weir run", configuration, started}};
  const auto result = OriginalRun(options, inner, *log, reports).carry_out();
  reports.loads.finished = reports.tables.finished = context.clock.now();
  if (!result.ok()) reports.tables.ending = OriginalTablesReport::Ending::Failed;
  if (!result.ok()) log->write(LogLevel::Error, result.error().to_string());
  // One that copies tables always has something to say, one that finds no objects has not.
  const bool worth_a_report =
      reports.loads.objects > 0 || !result.ok() || reports.kind == migrate::OriginalKind::LookerTables;
  if (worth_a_report && !console.json()) console.write(reports.text(zone));
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
  if (is_looker_original(path.string())) return run_looker_original(options, context);
  const auto result = run_original_in(options, context);
  if (result.ok()) return *result;
  context.console.report(result.error());
  return ExitCode::Failed;
}

}  // namespace weir::app
