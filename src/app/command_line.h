// SPDX-License-Identifier: Apache-2.0
// Reads the arguments of the program into the options of a command. Used by program.cc.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/command.h"

namespace weir::app {

/// The command that was chosen, from the root down. The options are filled in.
using CommandPath = std::vector<const Command*>;

struct HelpWanted {
  CommandPath path;
};
struct UsageProblem {
  CommandPath path;
  std::string message;
};
using Parsed = std::variant<CommandPath, HelpWanted, UsageProblem>;

/// "weir quarantine list".
std::string to_string(const CommandPath& path);

/// `arguments` without the program's name.
Parsed parse_command_line(const Command& root, const std::vector<std::string>& arguments);

}  // namespace weir::app
