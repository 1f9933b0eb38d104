// SPDX-License-Identifier: Apache-2.0
// `weir backfill`: loads a range of partitions. Used by the command line and by tests.
#pragma once

#include <cstdint>
#include <string>

#include "app/context.h"

namespace weir::app {

struct BackfillOptions {
  std::string pipeline;
  std::string from;
  std::string to;
  bool all = false;
  std::int64_t jobs = 1;
  bool rerun = false;
  bool keep_going = false;
};

ExitCode backfill(const BackfillOptions& options, Context& context);

}  // namespace weir::app
