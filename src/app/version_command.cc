// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "app/json_writer.h"

namespace weir::app {

Command version_command() {
  Command command;
  command.name = "version";
  command.summary = "Print the version.";
  command.examples = {{"weir version", "the version alone"},
                      {"weir version --json", "the same for machines"}};
  command.action = [](Context& context) {
    if (context.console.json())
      context.console.print(
          JsonWriter().begin_object().key("version").text(WEIR_VERSION).end_object().result());
    else
      context.console.print("weir " WEIR_VERSION);
    return ExitCode::Done;
  };
  return command;
}

}  // namespace weir::app
