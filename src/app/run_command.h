// SPDX-License-Identifier: Apache-2.0
// `weir run`: loads what is due. Used by the command line and by tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/context.h"
#include "app/load_job.h"

namespace weir::app {

struct RunCommandOptions {
  std::vector<std::string> pipelines;
  std::string partition;
  bool rerun = false;
  bool keep_going = false;
  bool fail_if_nothing = false;
  std::int64_t jobs = 1;
  std::string logs = "logs";  ///< of a run of an original configuration
  // Of a run of an original file of queries at Looker, under the names that they had.
  std::string json_file;
  std::string bucket;
  std::string access_key;
  std::string secret_key;
};

ExitCode run(const RunCommandOptions& options, Context& context);

}  // namespace weir::app
