// SPDX-License-Identifier: Apache-2.0
#include "app/original_project.h"

#include <filesystem>

#include "app/new_files.h"
#include "app/original_looker.h"
#include "app/surroundings.h"
#include "migrate/looker_usage.h"
#include "migrate/object_job.h"
#include "migrate/original_job.h"
#include "model/time_zone.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

class OriginalReader {
 public:
  OriginalReader(std::string file, std::string text, OriginalUse use, const Context& context,
                 config::Diagnostics& diagnostics)
      : file_(std::move(file)),
        text_(std::move(text)),
        use_(use),
        context_(context),
        diagnostics_(diagnostics) {}

  Result<std::optional<OriginalProject>> archives(migrate::WarehouseKind warehouse) {
    const auto job = migrate::read_original(text_, file_, diagnostics_);
    const auto around = surroundings(warehouse);
    if (!job || !diagnostics_.ok()) return nothing();
    const auto wanted = wanted_tables(*job);
    const auto tables = TRY(tables_of(wanted, around));
    if (!diagnostics_.ok()) return nothing();
    OriginalProject made{migrate::OriginalKind::Archives, job->name,
                         migrate::write_project(*job, around, tables)};
    for (const auto& table : wanted) made.tables.push_back(table.name());
    return std::optional(std::move(made));
  }

  Result<std::optional<OriginalProject>> objects(migrate::WarehouseKind warehouse) {
    const auto job = migrate::read_object_job(text_, file_, diagnostics_);
    const auto around = surroundings(warehouse);
    if (!job || !diagnostics_.ok()) return nothing();
    const std::vector<WantedTable> wanted = {
        {job->target_schema(), job->table(), job->loaded_columns(), job->table_at}};
    const auto tables = TRY(tables_of(wanted, around));
    if (!diagnostics_.ok()) return nothing();
    OriginalProject made{migrate::OriginalKind::Objects, job->name,
                         migrate::write_project(*job, around, tables)};
    made.tables.push_back(wanted.front().name());
    return std::optional(std::move(made));
  }

  Result<std::optional<OriginalProject>> looker_tables() {
    auto job = migrate::read_looker_tables(text_, file_, diagnostics_);
    const auto server = looker_server_of(context_.environment, diagnostics_);
    if (use_ == OriginalUse::Run) check_looker_server(server, context_.environment, diagnostics_);
    if (!job || !diagnostics_.ok()) return nothing();
    const auto zone = TRY(model::TimeZone::find(server.zone));
    const auto today = day_of(Timestamp{zone.to_local(context_.clock.now()).micros});
    const auto yesterday = to_string(Date{today.days - 1});
    OriginalProject made{migrate::OriginalKind::LookerTables, job->name,
                         migrate::write_project(*job, server, yesterday)};
    made.looker = std::move(job);
    made.day = yesterday;
    return std::optional(std::move(made));
  }

  std::optional<OriginalProject> looker_queries() {
    const auto job = migrate::read_looker_queries(text_, file_, diagnostics_);
    const auto output = looker_output_of(context_);
    if (use_ == OriginalUse::Run && output.bucket.empty()) {
      diagnostics_.error({"environment", 0, 0},
                         "the variable bucket_name is not set; it holds the bucket that the answers go to");
    }
    if (!job || !diagnostics_.ok()) return nothing();
    return OriginalProject{migrate::OriginalKind::LookerQueries, job->name,
                           migrate::write_project(*job, output)};
  }

  std::optional<OriginalProject> looker_usage() {
    auto job = migrate::read_looker_usage(text_, file_, diagnostics_);
    if (!job || !diagnostics_.ok()) return nothing();
    job->ini = looker_output_of(context_).ini;
    OriginalProject made{migrate::OriginalKind::LookerUsage, job->name, migrate::write_project(*job)};
    if (!job->client_secret.empty()) made.variables[migrate::kLookerSecretVariable] = job->client_secret;
    return made;
  }

 private:
  static std::optional<OriginalProject> nothing() { return std::nullopt; }

  migrate::Surroundings surroundings(migrate::WarehouseKind warehouse) {
    auto around = surroundings_of(context_.environment, warehouse, diagnostics_);
    if (use_ == OriginalUse::Run) check_surroundings(context_.environment, diagnostics_);
    return around;
  }

  /// A run needs the database; a migration works without it, and then does not know its types.
  Result<migrate::TargetTables> tables_of(const std::vector<WantedTable>& wanted,
                                          const migrate::Surroundings& around) {
    if (use_ == OriginalUse::Run) {
      auto tables = TRY(read_target_tables(wanted, around, context_.environment));
      check_target_tables(wanted, tables, diagnostics_);
      return tables;
    }
    const auto password = around.password.substr(around.password.find(':') + 1);
    if (around.host.empty() || around.user.empty() || !context_.environment.get(password))
      return migrate::TargetTables();
    auto tables = read_target_tables(wanted, around, context_.environment);
    if (tables.ok()) return tables;
    context_.console.warn("the types of the existing tables are not known: " + tables.error().to_string());
    return migrate::TargetTables();
  }

  std::string file_;
  std::string text_;
  OriginalUse use_;
  const Context& context_;
  config::Diagnostics& diagnostics_;
};

}  // namespace

std::vector<NewFile> files_of(const migrate::MigratedProject& project) {
  std::vector<NewFile> files = {{"weir.yaml", project.weir_yaml},
                                {project.pipeline_path, project.pipeline_yaml}};
  for (const auto& [path, text] : project.more_pipelines) files.push_back({path, text});
  return files;
}

Result<std::optional<OriginalProject>> read_original_project(const std::string& file, OriginalUse use,
                                                             migrate::WarehouseKind warehouse,
                                                             const Context& context,
                                                             config::Diagnostics& diagnostics) {
  auto text = TRY(read_whole_file(fs::path(context.working_folder) / file));
  const auto kind = migrate::kind_of(text);
  OriginalReader reader(file, std::move(text), use, context, diagnostics);
  switch (kind) {
    case migrate::OriginalKind::LookerTables:
      return reader.looker_tables();
    case migrate::OriginalKind::Objects:
      return reader.objects(warehouse);
    case migrate::OriginalKind::LookerQueries:
      return reader.looker_queries();
    case migrate::OriginalKind::LookerUsage:
      return reader.looker_usage();
    case migrate::OriginalKind::Archives:
      break;
  }
  return reader.archives(warehouse);
}

}  // namespace weir::app
