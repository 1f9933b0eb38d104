// SPDX-License-Identifier: Apache-2.0
// The exit codes of the program, as documented in `weir --help`.
#pragma once

namespace weir::app {

enum class ExitCode {
  Done = 0,
  Failed = 1,
  Usage = 2,        ///< the command line or the configuration must be changed
  NothingToDo = 3,  ///< only when it was asked for
  Incomplete = 4,   ///< stopped by the user, or by another weir that holds a partition
};

}  // namespace weir::app
