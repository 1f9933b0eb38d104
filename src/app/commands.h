// SPDX-License-Identifier: Apache-2.0
// The commands, one function a file. Each makes its description with the action that carries it out.
// Used by command_tree() only.
#pragma once

#include "app/command.h"

namespace weir::app {

Command init_command();
Command check_command();
Command plan_command();
Command preview_command();
Command run_command();
Command backfill_command();
Command migrate_command();
Command runs_command();
Command show_command();
Command logs_command();
Command gaps_command();
Command quarantine_command();
Command state_command();
Command schema_command();
Command version_command();
/// The tree without itself; it makes its own to describe.
Command completion_command();
Command complete_command();
Command reference_command();

}  // namespace weir::app
