// SPDX-License-Identifier: Apache-2.0
#include "app/original_looker.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "app/command_parts.h"
#include "app/new_files.h"
#include "app/original_log.h"
#include "app/original_project.h"
#include "app/original_run.h"
#include "base/text.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

/// The process's variables, with some that the command line or the file gave.
class GivenVariables final : public io::Environment {
 public:
  GivenVariables(const io::Environment& inner, std::map<std::string, Secret> given)
      : inner_(inner), given_(std::move(given)) {}

  std::optional<std::string> get(const std::string& name) const override {
    const auto found = given_.find(name);
    return found == given_.end() ? inner_.get(name) : found->second.reveal();
  }

 private:
  const io::Environment& inner_;
  std::map<std::string, Secret> given_;
};

/// What the arguments say in place of variables, each of them alone.
Result<std::map<std::string, Secret>> given_by(const RunCommandOptions& options) {
  std::map<std::string, Secret> given;
  if (!options.bucket.empty()) given["bucket_name"] = Secret(options.bucket);
  if (options.access_key.empty() != options.secret_key.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "--aws_server_public_key and --aws_server_secret_key go together; {} is missing",
                options.access_key.empty() ? "the first" : "the second");
  }
  if (options.access_key.empty()) return given;
  given["AWS_ACCESS_KEY_ID"] = Secret(options.access_key);
  given["AWS_SECRET_ACCESS_KEY"] = Secret(options.secret_key);
  return given;
}

Failure problems_of(const std::string& file, const config::Diagnostics& diagnostics) {
  return fail(ErrorCode::InvalidConfig, "{} has {}\n\n{}", file, counted(problems_in(diagnostics), "problem"),
              trim(diagnostics.to_string()));
}

Result<ExitCode> run_queries_in(const RunCommandOptions& options, Context& context) {
  const auto& file = options.pipelines.front();
  auto given = TRY(given_by(options));
  const GivenVariables arguments(context.environment, given);
  const Context asked{context.console,        arguments,     context.clock, context.cancelled,
                      context.working_folder, context.global};
  config::Diagnostics diagnostics;
  const auto original = TRY(
      read_original_project(file, OriginalUse::Run, migrate::WarehouseKind::Redshift, asked, diagnostics));
  if (!original || !diagnostics.ok()) return problems_of(file, diagnostics);
  for (const auto& problem : diagnostics.sorted()) context.console.warn(problem.without_severity());
  for (const auto& [name, value] : original->variables) given[name] = value;
  std::vector<std::string> secrets;
  for (const auto& [name, value] : given) {
    if (name != "bucket_name") secrets.push_back(value.reveal());
  }
  auto console = redacting_console(context.console, secrets);
  const GivenVariables environment(context.environment, std::move(given));
  Context inner{console,       environment, context.clock, context.cancelled, context.working_folder,
                context.global};
  inner.global.project = original_project_folder(context.working_folder, file);
  TRY(replace_files(inner.global.project, files_of(original->project)));
  auto plain = options;
  plain.pipelines.clear();
  return run(plain, inner);
}

}  // namespace

bool is_looker_original(const std::string& path) {
  const auto text = read_whole_file(path);
  if (!text.ok()) return false;
  const auto kind = migrate::kind_of(*text);
  return kind == migrate::OriginalKind::LookerQueries || kind == migrate::OriginalKind::LookerUsage;
}

migrate::LookerOutput looker_output_of(const Context& context) {
  migrate::LookerOutput output;
  output.bucket = context.environment.get("bucket_name").value_or("");
  const auto ini = fs::path(context.working_folder) / "looker.ini";
  std::error_code error;
  if (fs::exists(ini, error)) output.ini = fs::absolute(ini, error).string();
  return output;
}

ExitCode run_looker_original(const RunCommandOptions& options, Context& context) {
  return finished(run_queries_in(options, context), context.console);
}

}  // namespace weir::app
