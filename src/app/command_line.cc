// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"

namespace weir::app {
namespace {

void add_option(CLI::App& app, const Option& option) {
  CLI::Option* added = std::visit(
      [&](auto* destination) -> CLI::Option* {
        if constexpr (std::is_same_v<decltype(destination), bool*>)
          return app.add_flag(option.flags, *destination);
        else
          return app.add_option(option.flags, *destination);
      },
      option.destination);
  if (option.need == Option::Need::Required) added->required();
  if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
  if (!option.value.empty()) added->type_name(option.value);
}

void add_command(CLI::App& app, const Command& command) {
  for (const auto& option : command.options) add_option(app, option);
  for (const auto& each : command.commands) {
    auto* sub = app.add_subcommand(each.name);
    sub->fallthrough();
    add_command(*sub, each);
  }
  if (!command.commands.empty()) app.require_subcommand(0, 1);
}

CommandPath chosen(const CLI::App& app, const Command& root) {
  CommandPath path{&root};
  const auto* level = &app;
  while (!level->get_subcommands().empty()) {
    level = level->get_subcommands().front();
    const auto& commands = path.back()->commands;
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& each) { return each.name == level->get_name(); });
    path.push_back(&*found);
  }
  return path;
}

std::vector<std::string> command_names(const Command& command) {
  std::vector<std::string> names;
  for (const auto& each : command.commands) {
    if (each.listing == Command::Listing::Shown) names.push_back(each.name);
  }
  return names;
}

std::vector<std::string> option_names(const Command& command, const Command& root) {
  std::vector<std::string> names{"--help"};
  for (const auto* owner : {&command, &root}) {
    for (const auto& option : owner->options) {
      if (!option.positional()) names.push_back(option.long_name());
    }
  }
  return names;
}

/// "there is no command 'rnu'; did you mean 'run'?"
std::string unknown_word(const CommandPath& path, const Command& root, const std::string& word) {
  const bool option = word.starts_with('-');
  const bool group = !path.back()->commands.empty();
  const auto names = option ? option_names(*path.back(), root) : command_names(*path.back());
  const auto near = closest(word.substr(0, word.find('=')), names);
  const auto meant = near ? fmt::format("; did you mean '{}'?", *near) : std::string();
  if (option) return fmt::format("there is no option '{}'{}", word, meant);
  if (group) return fmt::format("there is no command '{}'{}", word, meant);
  return fmt::format("'{}' is one argument too many", word);
}

std::string problem_text(const CLI::ParseError& error, const CLI::App& app, const CommandPath& path,
                         const Command& root) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto words = app.remaining(true);
    if (!words.empty()) return unknown_word(path, root, words.front());
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (const auto& option : path.back()->options) {
      if (option.need != Option::Need::Required) continue;
      if (std::string(error.what()).find(option.long_name()) != std::string::npos)
        return fmt::format("{} is missing: {}", option.positional() ? option.value : option.long_name(),
                           option.doc);
    }
  }
  return error.what();
}

}  // namespace

std::string to_string(const CommandPath& path) {
  std::string text;
  for (const auto* command : path) text += (text.empty() ? "" : " ") + command->name;
  return text;
}

Parsed parse_command_line(const Command& root, const std::vector<std::string>& arguments) {
  CLI::App app("", root.name);
  app.set_help_flag("-h,--help");
  add_command(app, root);
  // The library takes the last argument first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return HelpWanted{chosen(app, root)};
  } catch (const CLI::ParseError& error) {
    const auto path = chosen(app, root);
    return UsageProblem{path, problem_text(error, app, path, root)};
  }
  auto path = chosen(app, root);
  if (!path.back()->action) return HelpWanted{std::move(path)};
  return path;
}

}  // namespace weir::app
