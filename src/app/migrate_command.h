// SPDX-License-Identifier: Apache-2.0
// `weir migrate`: makes a project of an original configuration file. Used by the command line and by tests.
#pragma once

#include <string>

#include "app/context.h"

namespace weir::app {

struct MigrateOptions {
  std::string file;
  std::string folder;  ///< empty: named after the file
  std::string warehouse = "redshift";
};

ExitCode migrate(const MigrateOptions& options, Context& context);

}  // namespace weir::app
