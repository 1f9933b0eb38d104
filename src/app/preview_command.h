// SPDX-License-Identifier: Apache-2.0
// `weir preview`: the first rows as they would be loaded. Used by the command line and by tests.
#pragma once

#include <cstdint>
#include <string>

#include "app/context.h"

namespace weir::app {

struct PreviewOptions {
  std::string pipeline;
  std::string partition;
  std::string table;  ///< of a pipeline with several; empty: all of them
  std::int64_t rows = 10;
};

ExitCode preview(const PreviewOptions& options, Context& context);

}  // namespace weir::app
