// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

namespace weir::app {

Command command_tree(GlobalOptions& global) {
  using Completes = Option::Completes;
  Command root;
  root.name = "weir";
  root.summary = "Loads usage data into a warehouse, exactly once, with every row accounted for.";
  root.options = {
      {"--project",
       "DIR",
       "Folder of the project. Default: the nearest weir.yaml here or above.",
       &global.project,
       Option::Need::Optional,
       {},
       Completes::Folders},
      {"--json", "", "Print JSON for machines instead of text for people.", &global.json},
      {"--no-color", "", "Print without colours; so do NO_COLOR=1 and CLICOLOR=0.", &global.no_color},
      {"-q,--quiet", "", "Print only results and errors.", &global.quiet},
      {"-v,--verbose", "", "Print more of what happens.", &global.verbose},
  };
  root.examples = {
      {"weir init", "make a project from a template"},
      {"weir check", "see whether everything is in place"},
      {"weir run", "load what is due"},
  };
  root.commands = {init_command(),      check_command(),    plan_command(),       preview_command(),
                   run_command(),       backfill_command(), migrate_command(),    runs_command(),
                   show_command(),      logs_command(),     gaps_command(),       quarantine_command(),
                   state_command(),     schema_command(),   completion_command(), version_command(),
                   reference_command(), complete_command()};
  return root;
}

}  // namespace weir::app
