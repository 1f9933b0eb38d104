// SPDX-License-Identifier: Apache-2.0
#include "app/command_parts.h"
#include "app/commands.h"
#include "app/quarantine_commands.h"

namespace weir::app {
namespace {

Command make_list() {
  auto options = std::make_shared<QuarantineListOptions>();
  Command command;
  command.name = "list";
  command.summary = "Count the rows in quarantine by partition and reason.";
  command.options = {pipeline_option(&options->pipeline, kAllPipelines)};
  command.examples = {{"weir quarantine list", "of all pipelines"},
                      {"weir quarantine list request_logs --json", "of one, for machines"}};
  command.action = [options](Context& context) { return list_quarantine(*options, context); };
  return command;
}

Command make_show() {
  auto options = std::make_shared<QuarantineShowOptions>();
  Command command;
  command.name = "show";
  command.summary = "Show rows in quarantine: where they stood, why they are there, their bytes.";
  command.details =
      "With --export the rows go into a file in which you can mend them; replay --from loads it. What could "
      "move "
      "the cursor of your terminal is shown as \\x1b.";
  command.options = {
      pipeline_option(&options->pipeline, kOnlyPipeline),
      {"--partition", "PARTITION", "Only rows of this partition.", &options->partition},
      {"-n,--limit", "N", "At most so many rows. Default: 20.", &options->limit},
      {"--export",
       "FILE",
       "Write all rows into a new file, to mend them there.",
       &options->export_file,
       Option::Need::Optional,
       {},
       Option::Completes::Files},
  };
  command.examples = {
      {"weir quarantine show request_logs", "the first twenty"},
      {"weir quarantine show request_logs --partition 2024-05-01 --export rows.txt", "a day, to be mended"}};
  command.action = [options](Context& context) { return show_quarantine(*options, context); };
  return command;
}

Command make_replay() {
  auto options = std::make_shared<QuarantineReplayOptions>();
  Command command;
  command.name = "replay";
  command.summary = "Try to load rows from quarantine again.";
  command.details =
      "For when the pipeline has been corrected, or the rows have been mended in a file. Rows that can be "
      "loaded "
      "now are added to their partition and leave quarantine; the others stay. Doing it twice adds nothing "
      "twice. When no row can be loaded yet, nothing is written and the exit code is 4.";
  command.options = {
      pipeline_option(&options->pipeline, kOnlyPipeline),
      {"--partition", "PARTITION", "Only rows of this partition.", &options->partition},
      {"--from",
       "FILE",
       "A file of `quarantine show --export` with mended rows.",
       &options->from_file,
       Option::Need::Optional,
       {},
       Option::Completes::Files},
  };
  command.examples = {{"weir quarantine replay request_logs", "all of its rows, as they are"},
                      {"weir quarantine replay request_logs --from rows.txt", "with the mended ones"}};
  command.action = [options](Context& context) { return replay_quarantine(*options, context); };
  return command;
}

}  // namespace

Command quarantine_command() {
  Command command;
  command.name = "quarantine";
  command.summary = "See, mend and replay the rows that could not be loaded.";
  command.examples = {{"weir quarantine list", "how many rows, and why"},
                      {"weir quarantine show request_logs", "the rows themselves"}};
  command.commands = {make_list(), make_show(), make_replay()};
  return command;
}

}  // namespace weir::app
