// SPDX-License-Identifier: Apache-2.0
// RunReporter: shows runs while they go on: a live display on a terminal, a line a partition in a
// log, one JSON object an event with --json. Used by load_job; safe to call from its threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/context.h"
#include "app/run_tally.h"
#include "app/terminal/live_block.h"
#include "execution/observer.h"
#include "execution/runner.h"

namespace weir::app {

class RunReporter final : public execution::Observer {
 public:
  /// Starts the display. `bytes`: of all input; 0 when that is not known of all of it.
  RunReporter(Context& context, std::size_t partitions, std::uint64_t bytes);
  /// Takes the display away.
  ~RunReporter() override;

  void on_event(const state::Run& run, const state::Event& event) override;
  void on_progress(const state::Run& run, const execution::Progress& progress) override;
  /// A partition is done with, however it ended.
  void finished(const execution::RunOutcome& outcome, std::uint64_t bytes);
  /// Ends the display; the destructor does it, too.
  void stop();

 private:
  void draw();
  std::string line_of(const execution::RunOutcome& outcome) const;

  Context& context_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  const std::chrono::steady_clock::time_point began_;
  const std::size_t partitions_;
  RunTally tally_;
  std::optional<terminal::LiveBlock> block_;
  std::thread drawer_;
};

/// A run's event as one line of JSON.
std::string event_json(const state::Run& run, const state::Event& event);

}  // namespace weir::app
