// SPDX-License-Identifier: Apache-2.0
// `weir quarantine list|show|replay`: the rows that could not be loaded. Used by the command line and
// by tests.
#pragma once

#include <cstdint>
#include <string>

#include "app/context.h"

namespace weir::app {

struct QuarantineListOptions {
  std::string pipeline;
};
ExitCode list_quarantine(const QuarantineListOptions& options, Context& context);

struct QuarantineShowOptions {
  std::string pipeline;
  std::string partition;
  std::int64_t limit = 20;
  std::string export_file;
};
ExitCode show_quarantine(const QuarantineShowOptions& options, Context& context);

struct QuarantineReplayOptions {
  std::string pipeline;
  std::string partition;
  std::string from_file;
};
ExitCode replay_quarantine(const QuarantineReplayOptions& options, Context& context);

}  // namespace weir::app
