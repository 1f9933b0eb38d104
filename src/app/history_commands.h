// SPDX-License-Identifier: Apache-2.0
// `weir runs`, `show`, `logs` and `gaps`: what has happened and what has not. They read the state and
// never write. Used by the command line and by tests.
#pragma once

#include <cstdint>
#include <string>

#include "app/context.h"

namespace weir::app {

struct RunsOptions {
  std::string pipeline;
  std::string partition;
  std::string state;
  std::int64_t limit = 20;
};
ExitCode list_runs(const RunsOptions& options, Context& context);

struct RunIdOptions {
  std::string run;
};
ExitCode show_run(const RunIdOptions& options, Context& context);
ExitCode show_logs(const RunIdOptions& options, Context& context);

struct GapsOptions {
  std::string pipeline;
  bool fail_if_any = false;
};
ExitCode list_gaps(const GapsOptions& options, Context& context);

}  // namespace weir::app
