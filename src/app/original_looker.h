// SPDX-License-Identifier: Apache-2.0
// `weir run QUERIES.json`: the files of earlier jobs that asked Looker itself, run as projects of weir. Used
// by original_run.cc and original_project.cc.
#pragma once

#include <string>

#include "app/run_command.h"
#include "migrate/looker_queries.h"

namespace weir::app {

/// Whether the file is one of queries at Looker, or of variables of a copy of its content usage.
bool is_looker_original(const std::string& path);

/// Where the objects go and whose Looker it is, as the environment and the working folder say.
migrate::LookerOutput looker_output_of(const Context& context);

/// Makes the file's project below .weir/ and runs all of its pipelines. Ends as `weir run` does.
ExitCode run_looker_original(const RunCommandOptions& options, Context& context);

}  // namespace weir::app
