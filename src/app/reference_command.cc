// SPDX-License-Identifier: Apache-2.0
#include "app/reference_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/builtin_connectors.h"
#include "app/command_parts.h"
#include "app/commands.h"
#include "app/schema_command.h"
#include "base/text.h"
#include "config/render.h"
#include "transforms/reading.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNotice = "<!-- Made by `weir reference`; do not edit. -->\n";

std::string page(std::string_view title, std::string_view intro) {
  return fmt::format("{}# {}\n\n{}\n", kNotice, title, intro);
}

/// `name` is what the section is called, instead of the description's own name.
std::string section(config::Description description, std::string name, int level) {
  description.name = std::move(name);
  return "\n" + std::string(trim(config::reference_markdown(description, level))) + "\n";
}

std::string connectors_page() {
  auto text =
      page("Connectors",
           "The systems that weir reads and writes. A connection in weir.yaml has one of these types.");
  const auto find = [](const std::vector<config::Description>& all, const config::Description* wanted) {
    return wanted == nullptr ? nullptr : &*std::find_if(all.begin(), all.end(), [&](const auto& each) {
      return each.name == wanted->name;
    });
  };
  const auto sources = source_descriptions();
  const auto destinations = destination_descriptions();
  for (const auto* connector : builtin_connectors()) {
    const auto& name = connector->connection().name;
    text += section(connector->connection(), name, 2);
    if (const auto* source = find(sources, connector->source()))
      text += section(*source, name + " as a source", 3);
    if (const auto* destination = find(destinations, connector->destination()))
      text += section(*destination, name + " as a destination", 3);
  }
  return text;
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char letter : text) out += letter == '|' ? std::string("\\|") : std::string(1, letter);
  return out;
}

std::string option_table(const std::vector<Option>& options) {
  if (options.empty()) return "";
  constexpr std::string_view kHead = "| --- | --- |\n";
  auto text = fmt::format("\n| Option | What it does |\n{}", kHead);
  std::string_view heading;
  for (const auto& option : options) {
    if (option.heading != heading) text += fmt::format("\n| {} | |\n{}", option.heading, kHead);
    heading = option.heading;
    auto left = option.positional() ? option.value : option.flags;
    if (!option.positional() && !option.value.empty()) left += " " + option.value;
    auto doc = option.doc;
    if (!option.choices.empty()) doc += " One of: " + join(option.choices) + ".";
    text += fmt::format("| `{}` | {} |\n", cell(left), cell(doc));
  }
  return text;
}

std::string command_section(const Command& command, const std::string& path, int level) {
  auto text = fmt::format("\n{} {}\n\n{}\n", std::string(static_cast<std::size_t>(level), '#'), path,
                          command.summary);
  if (!command.details.empty()) text += "\n" + command.details + "\n";
  text += option_table(command.options);
  if (!command.examples.empty() && command.commands.empty()) {
    text += "\n```sh\n";
    for (const auto& example : command.examples)
      text += fmt::format("{}  # {}\n", example.command, example.doc);
    text += "```\n";
  }
  for (const auto& each : command.commands) {
    if (each.listing == Command::Listing::Shown)
      text += command_section(each, path + " " + each.name, level + 1);
  }
  return text;
}

std::string commands_page() {
  GlobalOptions global;
  const auto root = command_tree(global);
  auto text = page("Commands", root.summary);
  text += "\n## Options of every command\n" + option_table(root.options);
  text +=
      "\n## Exit codes\n\n| Code | Meaning |\n| --- | --- |\n| 0 | done |\n| 1 | failed |\n"
      "| 2 | the command line or the configuration must be changed |\n"
      "| 3 | nothing to do, when `--fail-if-nothing` asks for it |\n"
      "| 4 | incomplete: stopped by Ctrl-C, or a partition is in use by another weir |\n";
  for (const auto& each : root.commands) {
    if (each.listing == Command::Listing::Shown) text += command_section(each, "weir " + each.name, 2);
  }
  return text;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Result<ExitCode> reference_in(const ReferenceOptions& options, Context& context) {
  const auto folder = fs::path(context.working_folder) / options.folder;
  std::vector<std::string> stale;
  std::error_code error;
  if (!options.check) fs::create_directories(folder, error);
  for (const auto& [name, text] : reference_pages()) {
    const auto path = folder / name;
    if (read_file(path) == text) continue;
    stale.push_back(name);
    if (options.check) continue;
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) return fail(ErrorCode::PermissionDenied, "{} cannot be written", path.string());
  }
  if (options.check && !stale.empty()) {
    return fail(ErrorCode::DataMismatch,
                "{} in {} are not what this program would write; run `weir reference {}`", join(stale),
                options.folder, options.folder);
  }
  context.console.say(stale.empty() ? "All pages are up to date." : "Written: " + join(stale));
  return ExitCode::Done;
}

}  // namespace

std::vector<ReferencePage> reference_pages() {
  const auto project = page("weir.yaml", "The file that makes a folder a project.") +
                       section(project::project_description(builtin_connectors()), "Options", 2);
  const auto pipeline = page("Pipelines", "One file for each pipeline, in the folder `pipelines/`.") +
                        section(project::pipeline_description(builtin_connectors()), "Options", 2);
  const auto transforms =
      page("Transforms", "What may stand in a pipeline's `transforms:`, in any order and number.") +
      section(transforms::transform_descriptions(), "Verbs", 2);
  const auto checks =
      page("Checks",
           "What may stand in a pipeline's `checks:`. Rows for which it does not hold go to quarantine.") +
      section(transforms::check_descriptions(), "Rules", 2);
  return {{"project.md", project},       {"pipeline.md", pipeline}, {"connectors.md", connectors_page()},
          {"transforms.md", transforms}, {"checks.md", checks},     {"commands.md", commands_page()}};
}

ExitCode reference(const ReferenceOptions& options, Context& context) {
  return finished(reference_in(options, context), context.console);
}

Command reference_command() {
  auto options = std::make_shared<ReferenceOptions>();
  Command command;
  command.name = "reference";
  command.summary = "Write the reference pages.";
  command.listing = Command::Listing::Hidden;
  command.options = {{"folder",
                      "DIR",
                      "Folder to write to.",
                      &options->folder,
                      Option::Need::Required,
                      {},
                      Option::Completes::Folders},
                     {"--check", "", "Only see whether the pages are up to date.", &options->check}};
  command.examples = {{"weir reference docs/reference", "write them"},
                      {"weir reference docs/reference --check", "fail when they are stale"}};
  command.action = [options](Context& context) { return reference(*options, context); };
  return command;
}

}  // namespace weir::app
