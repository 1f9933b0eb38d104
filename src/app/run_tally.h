// SPDX-License-Identifier: Apache-2.0
// RunTally: how far the runs of one command are, for its display. Used by RunReporter, which locks.
#pragma once

#include <map>
#include <string>

#include "app/terminal/progress_line.h"
#include "execution/observer.h"
#include "execution/runner.h"

namespace weir::app {

class RunTally {
 public:
  /// `bytes` of input that all partitions have together; 0 when that is not known of all of them.
  RunTally(std::size_t partitions, std::uint64_t bytes);

  /// A run has come to another state. What was told of its progress stays.
  void changed(const state::Run& run);
  void progressed(const state::Run& run, const execution::Progress& progress);
  /// A partition with so many bytes of input, 0 when nobody knew, is done with, however it ended.
  void finished(const execution::RunOutcome& outcome, std::uint64_t bytes);

  /// With all but the time and how it ends.
  terminal::ProgressState state() const;

 private:
  struct Underway {
    std::string pipeline;
    std::string partition;
    execution::Progress progress;
  };
  Underway& of(const state::Run& run);

  terminal::ProgressState done_;
  std::map<std::string, Underway> underway_;  ///< by run
};

}  // namespace weir::app
