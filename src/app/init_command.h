// SPDX-License-Identifier: Apache-2.0
// `weir init`: makes a project from a template. Used by the command line and by tests.
#pragma once

#include <string>

#include "app/context.h"

namespace weir::app {

struct InitOptions {
  std::string project_template = "request-logs";
  std::string folder = ".";
  bool sample = false;
  bool sandbox = false;
};

ExitCode init(const InitOptions& options, Context& context);

}  // namespace weir::app
