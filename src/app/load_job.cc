// SPDX-License-Identifier: Apache-2.0
#include "app/load_job.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "app/run_reporter.h"

namespace weir::app {
namespace {

using execution::RunOutcome;

/// Tells the display and a witness.
class Both final : public execution::Observer {
 public:
  Both(execution::Observer& display, execution::Observer* witness) : display_(display), witness_(witness) {}

  void on_event(const state::Run& run, const state::Event& event) override {
    display_.on_event(run, event);
    if (witness_ != nullptr) witness_->on_event(run, event);
  }
  void on_progress(const state::Run& run, const execution::Progress& progress) override {
    display_.on_progress(run, progress);
    if (witness_ != nullptr) witness_->on_progress(run, progress);
  }

 private:
  execution::Observer& display_;
  execution::Observer* witness_;
};

/// Several threads take the partitions of one task in turn.
class Line {
 public:
  Line(const LoadTask& task, const LoadOptions& options, const execution::Services& services,
       RunReporter& reporter)
      : task_(task),
        options_(options),
        services_(services),
        reporter_(reporter),
        runs_(task.partitions.size()) {}

  void work() {
    execution::Runner runner(*task_.pipeline, services_);
    Both observers(reporter_, options_.witness);
    while (!services_.cancelled && !out_of_room_ && !stopped_) {
      const auto number = next_++;
      if (number >= runs_.size()) return;
      const auto& planned = task_.partitions[number];
      auto outcome = runner.run(
          planned.partition,
          {.trigger = options_.trigger, .loaded = options_.loaded, .cursor = planned.cursor}, observers);
      if (outcome.error && outcome.error->code() == ErrorCode::Exhausted) out_of_room_ = true;
      if (outcome.error && stops_objects()) stopped_ = true;
      reporter_.finished(outcome, planned.bytes());
      runs_[number] = std::move(outcome);
    }
  }

  LoadOutcome take() {
    LoadOutcome outcome{task_.pipeline, {}};
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (runs_[i])
        outcome.runs.push_back(*std::move(runs_[i]));
      else
        outcome.not_begun.push_back(task_.partitions[i].partition.key);
    }
    return outcome;
  }

  /// Nothing of any pipeline can succeed any more.
  bool out_of_room() const { return out_of_room_; }

 private:
  bool stops_objects() const {
    return task_.pipeline->partitions.every == model::Every::Object &&
           options_.on_bad_object == LoadOptions::OnBadObject::Stop;
  }

  const LoadTask& task_;
  const LoadOptions& options_;
  const execution::Services& services_;
  RunReporter& reporter_;
  std::vector<std::optional<RunOutcome>> runs_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> out_of_room_{false};
  std::atomic<bool> stopped_{false};  ///< behind an object that could not be loaded
};

void work_side_by_side(Line& line, std::size_t jobs) {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < jobs; ++i) threads.emplace_back([&line] { line.work(); });
  line.work();
  for (auto& thread : threads) thread.join();
}

/// Older objects are filed away once the newest is loaded.
void file_superseded(const Console& console, const LoadOutcome& outcome) {
  const bool all_good =
      outcome.not_begun.empty() && std::none_of(outcome.runs.begin(), outcome.runs.end(),
                                                [](const RunOutcome& run) { return run.error.has_value(); });
  if (!all_good) return;
  const auto& pipeline = *outcome.pipeline;
  const auto file = [&]() -> Result<void> {
    for (const auto& offer : TRY(superseded_objects(pipeline))) {
      if (offer.mark == sdk::Offer::Mark::NotKept) continue;
      TRY(pipeline.source->settle(offer.partition, {sdk::Settlement::Outcome::Superseded, {}, {offer.input}})
              .within(offer.partition.key));
    }
    return {};
  };
  if (const auto filed = file(); !filed.ok())
    console.warn(fmt::format("{}: an older object could not be filed away: {}", pipeline.name,
                             filed.error().to_string()));
}

}  // namespace

std::vector<LoadOutcome> load(Workspace& workspace, state::StateStore& state,
                              const std::vector<LoadTask>& tasks, const LoadOptions& options) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  auto services = workspace.services(state, std::max<std::size_t>(1, cores / options.jobs));
  services.runners = options.jobs;
  std::size_t partitions = 0;
  std::uint64_t bytes = 0;
  bool known = true;  // a query has a size only when it was read
  for (const auto& task : tasks) {
    partitions += task.partitions.size();
    for (const auto& planned : task.partitions) {
      bytes += planned.bytes();
      known = known && (planned.inputs.empty() || planned.bytes() > 0);
    }
  }
  std::vector<LoadOutcome> outcomes;
  {
    RunReporter reporter(workspace.context(), partitions, known ? bytes : 0);
    bool hopeless = false;
    for (const auto& task : tasks) {
      const auto began = std::chrono::steady_clock::now();
      Line line(task, options, services, reporter);
      if (!hopeless) work_side_by_side(line, std::min(options.jobs, task.partitions.size()));
      hopeless = hopeless || line.out_of_room();
      outcomes.push_back(line.take());
      file_superseded(workspace.context().console, outcomes.back());
      outcomes.back().duration =
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    }
  }
  const auto& kept = workspace.project().options().retention;
  const auto pruned = state.prune(workspace.context().clock.now(),
                                  {std::chrono::days(kept.days), static_cast<std::size_t>(kept.runs)});
  if (!pruned.ok()) workspace.context().console.warn("old runs stay: " + pruned.error().to_string());
  return outcomes;
}

Result<void> report_abandoned(Workspace& workspace, state::StateStore& state) {
  const auto abandoned =
      TRY(state.runs().interrupt_abandoned(workspace.context().clock.now(), state::is_running));
  for (const auto& run : abandoned) {
    workspace.context().console.warn(
        fmt::format("run {} of {} {} was interrupted while {}; the destination says what it left", run.run_id,
                    run.pipeline, run.partition, state::name(run.state)));
  }
  return {};
}

}  // namespace weir::app
