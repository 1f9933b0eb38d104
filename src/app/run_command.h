// SPDX-License-Identifier: Apache-2.0
// `weir run`: loads what is due. Used by the command line and by tests.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"

namespace weir::app {

struct RunCommandOptions {
  std::vector<std::string> pipelines;
  std::string partition;
  bool rerun = false;
  bool keep_going = false;
  bool fail_if_nothing = false;
};

ExitCode run(const RunCommandOptions& options, Context& context);

}  // namespace weir::app
