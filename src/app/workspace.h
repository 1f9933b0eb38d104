// SPDX-License-Identifier: Apache-2.0
// Workspace: an opened project with what its commands need: pipelines made on demand, the state
// store, the services of runs. Used by the commands. One thread at a time.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/context.h"
#include "connectors/sdk/connector.h"
#include "execution/runner.h"
#include "geocoding/geocoder.h"
#include "io/http_client.h"
#include "io/sleeper.h"
#include "project/project.h"
#include "state/state_store.h"

namespace weir::app {

using PipelineFiles = std::vector<const project::PipelineFile*>;

class Workspace {
 public:
  /// Finds and reads the project. The error holds every problem of its files; warnings are printed.
  static Result<std::unique_ptr<Workspace>> open(Context& context);
  /// The same, keeping all problems for the caller to show.
  static Result<std::unique_ptr<Workspace>> open(Context& context, config::Diagnostics& diagnostics);

  const project::Project& project() const { return project_; }
  Context& context() const { return context_; }
  std::string state_path() const { return project_.work_folder() + "/state.db"; }

  /// The files of the named pipelines, of all when none is named.
  Result<PipelineFiles> select(const std::vector<std::string>& names) const;
  /// The file of the named pipeline, or of the only one there is.
  Result<const project::PipelineFile*> select_one(const std::string& name) const;
  /// Makes pipelines; the error holds the problems of all of them.
  Result<std::vector<execution::Pipeline>> make(const PipelineFiles& files) const;
  Result<execution::Pipeline> make(const project::PipelineFile& file) const;
  /// Makes one pipeline and leaves problems in `diagnostics`.
  Result<std::optional<execution::Pipeline>> make(const project::PipelineFile& file,
                                                  config::Diagnostics& diagnostics) const;

  enum class Access { Read, Write };
  /// Opens the state once. To read, a project that never ran has an empty one, and no file is made.
  Result<state::StateStore*> state(Access access);
  execution::Services services(state::StateStore& state, std::size_t workers);
  io::Sleeper& sleeper() { return sleeper_; }

 private:
  Workspace(Context& context, project::Project project)
      : context_(context),
        project_(std::move(project)),
        connector_context_{project_.folder(), context.environment, context.clock, sleeper_,
                           [this] { return http(); }} {}

  Result<io::HttpClient*> http();
  Result<std::shared_ptr<geocoding::Geocoder>> open_geocoder(const geocoding::GeocodeOptions& options);

  Context& context_;
  project::Project project_;
  sdk::ConnectorContext connector_context_;
  std::unique_ptr<state::StateStore> state_;
  std::mutex load_turn_;
  std::mutex http_mutex_;  ///< guards http_
  std::unique_ptr<io::HttpClient> http_;
  io::SystemSleeper sleeper_;
};

}  // namespace weir::app
