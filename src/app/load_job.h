// SPDX-License-Identifier: Apache-2.0
// Loads planned partitions of pipelines, one after the other or several side by side. Used by run
// and backfill.
#pragma once

#include <chrono>
#include <vector>

#include "app/partition_plan.h"
#include "app/workspace.h"

namespace weir::app {

/// What is to be loaded of one pipeline.
struct LoadTask {
  const execution::Pipeline* pipeline;
  std::vector<PlannedPartition> partitions;
};

struct LoadOptions {
  state::Trigger trigger = state::Trigger::Run;
  execution::RunOptions::Loaded loaded = execution::RunOptions::Loaded::Skip;
  std::size_t jobs = 1;
  /// What happens to the objects behind one that could not be loaded. Partitions in time always go on.
  enum class OnBadObject { Stop, GoOn } on_bad_object = OnBadObject::Stop;
  /// Is told what the display is told; may be null. Must be thread-safe when jobs run side by side.
  execution::Observer* witness = nullptr;
};

/// How the partitions of one pipeline ended, in their order.
struct LoadOutcome {
  const execution::Pipeline* pipeline;
  std::vector<execution::RunOutcome> runs;
  std::vector<std::string> not_begun{};  ///< keys of the partitions that no run was begun for
  std::chrono::microseconds duration{0};
};

/// Goes on after a partition in time that failed, and stops early when the user wants it or when
/// nothing more can succeed (a full disk). Afterwards files superseded objects away and removes what
/// retention no longer keeps.
std::vector<LoadOutcome> load(Workspace& workspace, state::StateStore& state,
                              const std::vector<LoadTask>& tasks, const LoadOptions& options);

/// The account of everything that was loaded, for people or machines, and the exit code.
ExitCode report_loads(const Console& console, const std::vector<LoadOutcome>& outcomes);

/// Marks runs whose process is gone, and says which.
Result<void> report_abandoned(Workspace& workspace, state::StateStore& state);

}  // namespace weir::app
