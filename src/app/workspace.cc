// SPDX-License-Identifier: Apache-2.0
#include "app/workspace.h"

#include <filesystem>
#include <random>

#include "app/builtin_connectors.h"
#include "app/command_parts.h"
#include "base/text.h"
#include "state/sqlite_state_store.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

std::array<std::uint8_t, 10> random_bytes() {
  std::random_device device;
  std::array<std::uint8_t, 10> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(device());
  return bytes;
}

Result<std::string> project_folder(const Context& context) {
  if (!context.global.project.empty()) {
    const auto folder = fs::path(context.working_folder) / context.global.project;
    std::error_code error;
    if (fs::exists(folder / "weir.yaml", error)) return fs::weakly_canonical(folder, error).string();
    return fail(ErrorCode::InvalidConfig,
                "{} is no project: it has no weir.yaml. `weir init --dir {}` makes one",
                context.global.project, context.global.project);
  }
  if (auto found = project::find_project(context.working_folder)) return *found;
  return fail(ErrorCode::InvalidConfig,
              "there is no weir.yaml in {} or above it. `weir init` makes a project here, --project DIR "
              "names another folder",
              context.working_folder);
}

void print_warnings(const config::Diagnostics& diagnostics, const Console& console) {
  for (const auto& diagnostic : diagnostics.sorted()) {
    if (diagnostic.severity == config::Severity::Warning) console.warn(diagnostic.without_severity());
  }
}

/// All problems with their lines of the files, as one error.
Failure configuration_failure(const config::Diagnostics& diagnostics) {
  const auto count = problems_in(diagnostics);
  return fail(ErrorCode::InvalidConfig, "the configuration has {}\n\n{}",
              count == 1 ? "a problem" : fmt::format("{} problems", count), trim(diagnostics.to_string()));
}

}  // namespace

Result<std::unique_ptr<Workspace>> Workspace::open(Context& context) {
  config::Diagnostics diagnostics;
  auto workspace = TRY(open(context, diagnostics));
  if (!diagnostics.ok()) {
    // The parts of the pipelines are looked at as well, so that all problems are told at once.
    for (const auto& file : workspace->project_.pipelines())
      static_cast<void>(workspace->make(file, diagnostics));
    return configuration_failure(diagnostics);
  }
  print_warnings(diagnostics, context.console);
  return workspace;
}

Result<std::unique_ptr<Workspace>> Workspace::open(Context& context, config::Diagnostics& diagnostics) {
  auto loaded = project::Project::load(TRY(project_folder(context)), builtin_connectors(), diagnostics);
  if (!loaded) return configuration_failure(diagnostics);
  return std::unique_ptr<Workspace>(new Workspace(context, *std::move(loaded)));
}

Result<PipelineFiles> Workspace::select(const std::vector<std::string>& names) const {
  PipelineFiles files;
  for (const auto& name : names) files.push_back(TRY(project_.find(name)));
  if (!names.empty()) return files;
  for (const auto& file : project_.pipelines()) files.push_back(&file);
  if (files.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "the project {} has no pipelines; put one into {}/pipelines/NAME.yaml", project_.folder(),
                project_.folder());
  }
  return files;
}

Result<const project::PipelineFile*> Workspace::select_one(const std::string& name) const {
  if (!name.empty()) return project_.find(name);
  const auto files = TRY(select({}));
  if (files.size() == 1) return files.front();
  std::vector<std::string> names;
  for (const auto* file : files) names.push_back(file->options.pipeline);
  return fail(ErrorCode::InvalidConfig, "the project has {} pipelines; name one of: {}", names.size(),
              join(names));
}

Result<std::vector<execution::Pipeline>> Workspace::make(const PipelineFiles& files) const {
  config::Diagnostics diagnostics;
  std::vector<execution::Pipeline> pipelines;
  for (const auto* file : files) {
    if (auto pipeline = TRY(make(*file, diagnostics))) pipelines.push_back(*std::move(pipeline));
  }
  if (!diagnostics.ok()) return configuration_failure(diagnostics);
  print_warnings(diagnostics, context_.console);
  return pipelines;
}

Result<execution::Pipeline> Workspace::make(const project::PipelineFile& file) const {
  auto pipelines = TRY(make(PipelineFiles{&file}));
  return std::move(pipelines.front());
}

Result<std::optional<execution::Pipeline>> Workspace::make(const project::PipelineFile& file,
                                                           config::Diagnostics& diagnostics) const {
  return project_.make(file, connector_context_, diagnostics);
}

Result<state::StateStore*> Workspace::state(Access access) {
  if (state_ == nullptr) {
    std::error_code error;
    const bool nothing_there = access == Access::Read && !fs::exists(state_path(), error);
    auto opened = state::open_sqlite_state(nothing_there ? ":memory:" : state_path());
    if (!opened.ok() && opened.error().code() == ErrorCode::DataMismatch) {
      return fail(ErrorCode::DataMismatch, "{}; `weir state rebuild` makes it anew from the destinations",
                  opened.error().to_string());
    }
    state_ = TRY(std::move(opened));
  }
  return state_.get();
}

/// Made when something first needs it: loading libcurl takes longer than most commands.
Result<io::HttpClient*> Workspace::http() {
  const std::lock_guard lock(http_mutex_);
  if (http_ == nullptr) http_ = TRY(io::CurlHttpClient::open());
  return http_.get();
}

Result<std::shared_ptr<geocoding::Geocoder>> Workspace::open_geocoder(
    const geocoding::GeocodeOptions& options) {
  return geocoding::Geocoder::open(options, {.http = *TRY(http()),
                                             .clock = context_.clock,
                                             .sleeper = sleeper_,
                                             .environment = context_.environment,
                                             .folder = project_.folder(),
                                             .cache_file = project_.work_folder() + "/geo-cache.db"});
}

execution::Services Workspace::services(state::StateStore& state, std::size_t workers) {
  return {.state = state,
          .clock = context_.clock,
          .environment = context_.environment,
          .random = random_bytes,
          .folder = project_.work_folder(),
          .cancelled = context_.cancelled,
          .sleeper = sleeper_,
          .open_geocoder = [this](const auto& options) { return open_geocoder(options); },
          .load_turn = load_turn_,
          .workers = workers};
}

}  // namespace weir::app
