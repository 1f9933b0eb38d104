// SPDX-License-Identifier: Apache-2.0
// What a run tells while it goes on. One event becomes the line on the screen, the stored event and
// the metric. Called on the runner's thread.
#pragma once

#include <cstdint>

#include "state/run.h"

namespace weir::execution {

/// How far the reading is.
struct Progress {
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_total = 0;
  std::uint64_t rows_read = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_event(const state::Run& run, const state::Event& event) = 0;
  /// After each block; must be quick.
  virtual void on_progress(const state::Run& run, const Progress& progress) = 0;
};

}  // namespace weir::execution
