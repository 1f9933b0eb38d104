// SPDX-License-Identifier: Apache-2.0
#include "app/migrate_command.h"

#include <fmt/format.h>

#include <filesystem>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/json_writer.h"
#include "app/new_files.h"
#include "app/original_project.h"
#include "base/text.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

void print_json(const Console& console, const fs::path& folder, const std::vector<NewFile>& files,
                const std::vector<std::string>& decisions) {
  JsonWriter json;
  json.begin_object().key("folder").text(folder.string()).key("files").begin_array();
  for (const auto& file : files) json.text(file.path);
  json.end_array().key("decisions").begin_array();
  for (const auto& decision : decisions) json.text(decision);
  console.print(json.end_array().end_object().result());
}

Result<ExitCode> migrate_in(const MigrateOptions& options, Context& context) {
  const auto kind =
      options.warehouse == "postgres" ? migrate::WarehouseKind::Postgres : migrate::WarehouseKind::Redshift;
  const auto& console = context.console;
  config::Diagnostics diagnostics;
  const auto original =
      TRY(read_original_project(options.file, OriginalUse::Migrate, kind, context, diagnostics));
  if (!original || !diagnostics.ok()) {
    return fail(ErrorCode::InvalidConfig, "{} has {}\n\n{}", options.file,
                counted(problems_in(diagnostics), "problem"), trim(diagnostics.to_string()));
  }
  for (const auto& problem : diagnostics.sorted()) console.warn(problem.without_severity());
  const auto& project = original->project;
  const auto name = options.folder.empty() ? original->name : options.folder;
  const auto folder = (fs::path(context.working_folder) / name).lexically_normal();
  const auto files = files_of(project);
  TRY(write_new_files(folder, files));
  if (console.json()) {
    print_json(console, folder, files, project.decisions);
    return ExitCode::Done;
  }
  const auto& style = console.style();
  for (const auto& file : files) {
    console.say(fmt::format("{} {}", style.paint(terminal::Tone::Good, style.tick()),
                            (fs::path(name) / file.path).lexically_normal().string()));
  }
  console.print("\nWhat was decided:");
  for (const auto& decision : project.decisions) console.print("- " + decision);
  console.say(fmt::format("\nNext: weir check --project {0}, then weir run --project {0}", name));
  return ExitCode::Done;
}

}  // namespace

ExitCode migrate(const MigrateOptions& options, Context& context) {
  return finished(migrate_in(options, context), context.console);
}

Command migrate_command() {
  auto options = std::make_shared<MigrateOptions>();
  Command command;
  command.name = "migrate";
  command.summary = "Make a project of an earlier job's JSON file.";
  command.details =
      "For the configuration files of jobs that load archives of CSV files, or objects of delimited text, "
      "from a bucket into Redshift, and of those that copy the tables of Looker's database into a bucket; "
      "for "
      "files of queries at Looker, and of the variables of a copy of its content usage into BigQuery. "
      "Says what was decided where the file left a choice, and writes the same into the pipeline's file. "
      "Where the variables pghost, pguser and pgpass name the database that is loaded, it is asked for the "
      "types of its tables; lookerhost and lookeruser name Looker's.";
  command.options = {
      {"file", "OLD.json", "The file.", &options->file, Option::Need::Required, {}, Option::Completes::Files},
      {"--to",
       "FOLDER",
       "Folder to make the project in; default: named after the file.",
       &options->folder,
       Option::Need::Optional,
       {},
       Option::Completes::Folders},
      {"--warehouse",
       "TYPE",
       "Where the tables are; default: redshift.",
       &options->warehouse,
       Option::Need::Optional,
       {"redshift", "postgres"}},
  };
  command.examples = {{"weir migrate cmslite.json --to cmslite", "a project in the folder cmslite"}};
  command.action = [options](Context& context) { return migrate(*options, context); };
  return command;
}

}  // namespace weir::app
