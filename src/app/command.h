// SPDX-License-Identifier: Apache-2.0
// Command: one verb of the command line as data. It drives parsing (command_line.cc), --help,
// completion and the reference page. Values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"

namespace weir::app {

/// Where a parsed value goes. Points into the options that the command's action owns.
using Destination = std::variant<bool*, std::string*, std::int64_t*, std::vector<std::string>*>;

struct Option {
  std::string flags;  ///< "--from", "-n,--rows"; a positional argument has no dash
  std::string value;  ///< "DATE"; empty: a switch
  std::string doc;
  Destination destination;
  enum class Need { Optional, Required } need = Need::Optional;
  std::vector<std::string> choices{};
  /// What the shell offers for it beside `choices`.
  enum class Completes { Nothing, Pipelines, Folders, Files } completes = Completes::Nothing;
  std::string heading{};  ///< under which the help lists it; empty: with the others

  bool positional() const { return !flags.starts_with('-'); }
  bool is_switch() const { return std::holds_alternative<bool*>(destination); }
  /// "--rows" of "-n,--rows".
  std::string long_name() const { return flags.substr(flags.rfind(',') + 1); }
};

struct Example {
  std::string command;
  std::string doc;
};

struct Command {
  std::string name;
  std::string summary;  ///< one line
  std::string details;  ///< paragraphs, separated by a blank line
  std::vector<Option> options;
  std::vector<Example> examples;
  std::vector<Command> commands;  ///< a group has these instead of an action
  std::function<ExitCode(Context&)> action;
  enum class Listing { Shown, Hidden } listing = Listing::Shown;
};

/// The whole tree: its root is `weir`. `global` receives the options of every command.
Command command_tree(GlobalOptions& global);

/// The --help page of a command. `path` is how it is called: "weir quarantine list".
std::string help_text(const Command& command, const std::string& path, const Command& root,
                      const terminal::Style& style, std::size_t width);

}  // namespace weir::app
