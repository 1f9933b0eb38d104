// SPDX-License-Identifier: Apache-2.0
// `weir check`: whether configuration, source, destination and transforms can work. Used by the
// command line and by tests.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"

namespace weir::app {

struct CheckOptions {
  std::vector<std::string> pipelines;
};

ExitCode check(const CheckOptions& options, Context& context);

}  // namespace weir::app
