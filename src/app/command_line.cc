// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"

namespace weir::app {
namespace {

/// What the user has to write for it: "RUN", "--from".
std::string shown(const Option& option) { return option.positional() ? option.value : option.long_name(); }

/// "the id of a run" of "The id of a run."; for a choice what there is to choose from.
std::string as_clause(const Option& option) {
  if (!option.choices.empty()) return "one of " + join(option.choices);
  auto text = option.doc.substr(0, option.doc.find(". "));
  if (text.ends_with('.')) text.pop_back();
  return lower(text.substr(0, 1)) + text.substr(1);
}

/// Empty when it is one of the choices.
std::string wrong_choice(const Option& option, const std::string& given) {
  if (std::find(option.choices.begin(), option.choices.end(), given) != option.choices.end()) return "";
  const auto near = closest(given, option.choices);
  return fmt::format("{} is one of {}, but not '{}'{}", shown(option), join(option.choices), given,
                     near ? fmt::format("; did you mean '{}'?", *near) : "");
}

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
  if (!option.choices.empty())
    added->check([option](const std::string& given) { return wrong_choice(option, given); });
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

/// The option that a message of the library is about; it stands at the start or before " = ".
const Option* option_of(std::string_view message, const CommandPath& path, const Command& root) {
  for (const auto* owner : {path.back(), &root}) {
    for (const auto& option : owner->options) {
      const auto name = option.long_name();
      if (message.starts_with(name + ":") || message.find(" " + name + " = ") != message.npos) return &option;
    }
  }
  return nullptr;
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
        return fmt::format("{} is missing: {}", shown(option), as_clause(option));
    }
  }
  const std::string message = error.what();
  const auto* option = option_of(message, path, root);
  if (option == nullptr) return message;
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return fmt::format("{} needs a value: {}", shown(*option), as_clause(*option));
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
    return fmt::format("{} is a number, but not '{}'", shown(*option),
                       message.substr(message.find(" = ") + 3));
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr)
    return message.substr(option->long_name().size() + 2);
  return message;
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
  // As other programs have it: `weir help run`.
  if (!arguments.empty() && arguments.front() == "help") {
    reversed.back() = "--help";
    std::rotate(reversed.begin(), reversed.end() - 1, reversed.end());
  }
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
