// SPDX-License-Identifier: Apache-2.0
// `weir plan`: what a run would do. Used by the command line and by tests.
#pragma once

#include <string>

#include "app/context.h"

namespace weir::app {

struct PlanOptions {
  std::string pipeline;
  std::string from;
  std::string to;
  bool all = false;
  bool sql = false;
};

ExitCode plan(const PlanOptions& options, Context& context);

}  // namespace weir::app
