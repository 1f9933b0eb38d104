// SPDX-License-Identifier: Apache-2.0
#include "app/completion_command.h"

#include <fmt/format.h>

#include <functional>

#include "app/commands.h"
#include "app/workspace.h"
#include "base/text.h"

namespace weir::app {
namespace {

using Visit = std::function<void(const Command&, const std::string& path)>;

/// Every command that is shown, with its path below `weir`: "quarantine list".
void each_command(const Command& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const auto& each : command.commands) {
    if (each.listing == Command::Listing::Shown)
      each_command(each, path.empty() ? each.name : path + " " + each.name, visit);
  }
}

std::vector<std::string> words_of(const Command& command, const Command& root) {
  std::vector<std::string> words;
  for (const auto& each : command.commands) {
    if (each.listing == Command::Listing::Shown) words.push_back(each.name);
  }
  for (const auto* owner : {&command, &root}) {
    for (const auto& option : owner->options) {
      if (!option.positional()) words.push_back(option.long_name());
    }
    if (owner == &root || &command == &root) break;
  }
  words.emplace_back("--help");
  return words;
}

/// What stands for an argument or an option's value, as words for `compgen -W` or an action.
std::string bash_values(const Option& option) {
  if (!option.choices.empty()) return fmt::format("compgen -W '{}' -- \"$word\"", join(option.choices, " "));
  switch (option.completes) {
    case Option::Completes::Pipelines:
      return "compgen -W \"$(weir __complete pipelines 2>/dev/null)\" -- \"$word\"";
    case Option::Completes::Folders:
      return "compgen -d -- \"$word\"";
    case Option::Completes::Files:
      return "compgen -f -- \"$word\"";
    case Option::Completes::Nothing:
      break;
  }
  return "true";
}

std::string bash_case(const Command& command, const std::string& path, const Command& root) {
  std::string body;
  std::string values;
  for (const auto* owner : {&command, &root}) {
    for (const auto& option : owner->options) {
      if (option.positional() || option.is_switch()) continue;
      values += fmt::format("        {}) {} ; return ;;\n", join(split(option.flags, ','), "|"),
                            bash_values(option));
    }
    if (&command == &root) break;
  }
  if (!values.empty()) body += "      case \"$previous\" in\n" + values + "      esac\n";
  body += fmt::format("      compgen -W '{}' -- \"$word\"\n", join(words_of(command, root), " "));
  for (const auto& option : command.options) {
    if (!option.positional()) continue;
    if (const auto offered = bash_values(option); offered != "true") body += "      " + offered + "\n";
    break;
  }
  return fmt::format("    '{}')\n{}      ;;\n", path, body);
}

/// A colon or bracket has a meaning in the lists of zsh.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '\'')
      out += "'\\''";
    else if (letter == ':' || letter == '[' || letter == ']')
      out += std::string("\\") + letter;
    else
      out += letter;
  }
  return out;
}

std::string zsh_values(const Option& option) {
  if (!option.choices.empty()) return fmt::format("({})", join(option.choices, " "));
  switch (option.completes) {
    case Option::Completes::Pipelines:
      return "_weir_pipelines";
    case Option::Completes::Folders:
      return "_files -/";
    case Option::Completes::Files:
      return "_files";
    case Option::Completes::Nothing:
      break;
  }
  return " ";
}

std::string zsh_option(const Option& option) {
  if (option.positional()) {
    const bool many = std::holds_alternative<std::vector<std::string>*>(option.destination);
    return fmt::format("'{}:{}:{}'", many ? "*" : ":", option.value, zsh_values(option));
  }
  const auto value =
      option.is_switch() ? std::string() : fmt::format(":{}:{}", option.value, zsh_values(option));
  return fmt::format("'{}[{}]{}'", option.long_name(), zsh_text(option.doc), value);
}

std::string zsh_function(const Command& command, const std::string& path, const Command& root) {
  auto name = path.empty() ? std::string("_weir") : "_weir_" + path;
  for (auto& letter : name) {
    if (letter == ' ') letter = '_';
  }
  std::string arguments;
  for (const auto& option : command.options) arguments += " \\\n    " + zsh_option(option);
  if (&command != &root) {
    for (const auto& option : root.options) arguments += " \\\n    " + zsh_option(option);
  }
  arguments += " \\\n    '--help[Show help.]'";
  if (command.commands.empty()) return fmt::format("{}() {{\n  _arguments -s{}\n}}\n", name, arguments);
  std::string list;
  std::string cases;
  for (const auto& each : command.commands) {
    if (each.listing != Command::Listing::Shown) continue;
    list += fmt::format("      '{}:{}'\n", each.name, zsh_text(each.summary));
    cases += fmt::format("      {}) {}_{} ;;\n", each.name, name, each.name);
  }
  return fmt::format(
      "{}() {{\n  local line state\n  _arguments -s -C{} \\\n    '1: :->command' '*::argument:->rest'\n"
      "  case $state in\n  command)\n    local -a commands=(\n{}    )\n    _describe command commands ;;\n"
      "  rest)\n    case $line[1] in\n{}    esac ;;\n  esac\n}}\n",
      name, arguments, list, cases);
}

struct CompletionOptions {
  std::string shell;
};

/// Whether a shell takes the word for what it is. `compgen -W` carries out what it finds in its list, and
/// a project may come from anywhere.
bool is_harmless(std::string_view word) {
  constexpr std::string_view kMeaning = " \t\n\"'\\$`*?[]{}()<>|&;!#~";
  return !word.empty() && word.front() != '-' && word.find_first_of(kMeaning) == word.npos;
}

/// The names of the project's pipelines, one a line. Whatever is wrong, completion stays silent.
ExitCode complete(const std::string& what, Context& context) {
  config::Diagnostics diagnostics;
  const auto workspace = Workspace::open(context, diagnostics);
  if (!workspace.ok() || what != "pipelines") return ExitCode::Done;
  for (const auto& file : (*workspace)->project().pipelines()) {
    if (is_harmless(file.options.pipeline)) context.console.print(file.options.pipeline);
  }
  return ExitCode::Done;
}

}  // namespace

std::string bash_completion(const Command& root) {
  std::string cases;
  std::string paths;
  each_command(root, "", [&](const Command& command, const std::string& path) {
    cases += bash_case(command, path, root);
    if (!path.empty()) paths += "|'" + path + "'";
  });
  return fmt::format(
      "# Completion of weir for bash: source <(weir completion bash)\n"
      "_weir_words() {{\n  local path=$1 previous=$2 word=$3\n  case \"$path\" in\n{}  esac\n}}\n"
      "_weir() {{\n"
      "  local path='' next i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    next=\"${{path:+$path }}${{COMP_WORDS[i]}}\"\n"
      "    case \"$next\" in\n      {}) path=$next ;;\n    esac\n"
      "  done\n"
      "  mapfile -t COMPREPLY < <(_weir_words \"$path\" \"${{COMP_WORDS[COMP_CWORD-1]}}\" "
      "\"${{COMP_WORDS[COMP_CWORD]}}\")\n"
      "}}\n"
      "complete -o filenames -F _weir weir\n",
      cases, paths.substr(1));
}

std::string zsh_completion(const Command& root) {
  std::string functions;
  each_command(root, "", [&](const Command& command, const std::string& path) {
    functions += zsh_function(command, path, root);
  });
  return "#compdef weir\n# Completion of weir for zsh: weir completion zsh > ~/.zfunc/_weir\n"
         "_weir_pipelines() {\n  local -a names=(${(f)\"$(weir __complete pipelines 2>/dev/null)\"})\n"
         "  _describe pipeline names\n}\n" +
         functions + "compdef _weir weir\n";
}

Command completion_command() {
  auto options = std::make_shared<CompletionOptions>();
  Command command;
  command.name = "completion";
  command.summary = "Print the completion script of a shell.";
  command.options = {
      {"shell", "SHELL", "Which shell.", &options->shell, Option::Need::Required, {"bash", "zsh"}}};
  command.examples = {
      {"source <(weir completion bash)", "for this bash; put the line into ~/.bashrc to keep it"},
      {"weir completion zsh > ~/.zfunc/_weir", "for zsh, in a folder of $fpath"}};
  command.action = [options](Context& context) {
    if (context.console.json()) {
      return context.console.report(
          Error(ErrorCode::InvalidConfig,
                "a completion script is for a shell and has no JSON form; leave --json out"));
    }
    GlobalOptions global;
    const auto root = command_tree(global);
    context.console.write(options->shell == "bash" ? bash_completion(root) : zsh_completion(root));
    return ExitCode::Done;
  };
  return command;
}

Command complete_command() {
  auto options = std::make_shared<CompletionOptions>();
  Command command;
  command.name = "__complete";
  command.summary = "Words for the completion scripts.";
  command.listing = Command::Listing::Hidden;
  command.options = {{"what", "WHAT", "What to list.", &options->shell, Option::Need::Required}};
  command.action = [options](Context& context) { return complete(options->shell, context); };
  return command;
}

}  // namespace weir::app
