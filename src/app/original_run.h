// SPDX-License-Identifier: Apache-2.0
// `weir run OLD.json`: does the job of an original configuration file, with its exit codes, log and
// report. Used by run.
#pragma once

#include "app/run_command.h"

namespace weir::app {

/// Whether the arguments name such a file instead of pipelines.
bool names_original(const RunCommandOptions& options);
ExitCode run_original(const RunCommandOptions& options, Context& context);

/// Where the project of such a file is kept, below the working folder: ".weir/NAME-0123abcd".
std::string original_project_folder(const std::string& working_folder, const std::string& file);

}  // namespace weir::app
