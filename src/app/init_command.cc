// SPDX-License-Identifier: Apache-2.0
#include "app/init_command.h"

#include <algorithm>
#include <filesystem>

#include "app/command_parts.h"
#include "app/commands.h"
#include "app/json_writer.h"
#include "app/new_files.h"
#include "app/templates.h"
#include "app/terminal/text_width.h"
#include "base/result.h"
#include "base/text.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> template_names() {
  std::vector<std::string> names;
  for (const auto& each : templates()) names.emplace_back(each.name);
  return names;
}

std::vector<std::string> sandbox_names() {
  std::vector<std::string> names;
  for (const auto& each : templates()) {
    if (!each.sandbox.empty()) names.emplace_back(each.name);
  }
  return names;
}

/// The text with the day of the samples moved to three days ago.
std::string of_late(std::string_view text, Timestamp now) {
  const auto day = to_string(Date{day_of(now).days - 3});
  std::string out(text);
  for (auto at = out.find(kSampleDay); at != out.npos; at = out.find(kSampleDay, at + day.size()))
    out.replace(at, kSampleDay.size(), day);
  return out;
}

std::vector<NewFile> template_files(const Template& chosen, const InitOptions& options, Timestamp now) {
  std::vector<NewFile> files;
  for (const auto& file : chosen.files) files.push_back({std::string(file.path), std::string(file.text)});
  for (const auto& file : options.sandbox ? chosen.sandbox : std::vector<TemplateFile>()) {
    std::erase_if(files, [&](const NewFile& other) { return other.path == file.path; });
    files.insert(files.begin(), {std::string(file.path), of_late(file.text, now)});
  }
  if (!options.sample) return files;
  for (const auto& file : chosen.sample) files.push_back({of_late(file.path, now), of_late(file.text, now)});
  return files;
}

void say_what_next(const InitOptions& options, const Template& chosen, const Console& console) {
  const auto& style = console.style();
  const auto command = [&](std::string_view text, std::string_view why) {
    console.say(fmt::format("  {}  {}", style.paint(terminal::Tone::Accent, terminal::pad(text, 29)), why));
  };
  console.say("\nNext:");
  if (options.sandbox) {
    command(chosen.sandbox_command, "in another terminal: the stand-in that the project asks");
  } else if (!options.sample) {
    console.say(fmt::format("  {}", chosen.first_step));
  }
  if (options.folder != ".") command("cd " + options.folder, "into the project");
  if (options.sandbox && !chosen.sandbox_step.empty())
    command(chosen.sandbox_step, "put a few rows into the stand-in");
  command("weir check", "see whether everything is in place");
  command("weir preview " + std::string(chosen.files[1].path.substr(10, chosen.files[1].path.size() - 15)),
          "look at the first rows");
  command("weir run", "load what is due");
  if (!options.sandbox && !chosen.sandbox.empty())
    console.say(fmt::format("\nNo instance at hand? weir init {} --sandbox --dir try", chosen.name));
  if (options.sample || chosen.sample.empty()) return;
  console.say(fmt::format("\nNo logs at hand? weir init {} --sample --dir try", chosen.name));
}

Result<ExitCode> init_in(const InitOptions& options, Context& context) {
  const auto& all = templates();
  const auto chosen = std::find_if(
      all.begin(), all.end(), [&](const Template& each) { return each.name == options.project_template; });
  if (chosen == all.end()) {
    return fail(ErrorCode::InvalidConfig, "there is no template '{}'; the templates are {}",
                options.project_template, join(template_names()));
  }
  if (options.sample && chosen->sample.empty()) {
    return fail(ErrorCode::InvalidConfig, "the template {} has no sample, because its input lies in a bucket",
                chosen->name);
  }
  if (options.sandbox && chosen->sandbox.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "the template {} asks nothing that weir-sandbox stands in for; "
                "--sandbox goes with {}",
                chosen->name, join(sandbox_names()));
  }
  const auto folder = (fs::path(context.working_folder) / options.folder).lexically_normal();
  auto files = template_files(*chosen, options, context.clock.now());
  // A folder under version control has its own .gitignore, which stays as it is.
  std::error_code error;
  std::erase_if(files, [&](const NewFile& file) {
    return file.path == ".gitignore" && fs::exists(folder / file.path, error);
  });
  TRY(write_new_files(folder, files));
  if (!chosen->folder.empty()) TRY(make_folder(folder / chosen->folder));
  const auto& console = context.console;
  if (console.json()) {
    JsonWriter json;
    json.begin_object().key("folder").text(folder.string()).key("files").begin_array();
    for (const auto& file : files) json.text(file.path);
    console.print(json.end_array().end_object().result());
    return ExitCode::Done;
  }
  const auto& style = console.style();
  for (const auto& file : files)
    console.say(fmt::format("{} {}", style.paint(terminal::Tone::Good, style.tick()),
                            (fs::path(options.folder) / file.path).lexically_normal().string()));
  if (!options.sample && !chosen->folder.empty())
    console.say(fmt::format("{} {}/", style.paint(terminal::Tone::Good, style.tick()),
                            (fs::path(options.folder) / chosen->folder).lexically_normal().string()));
  say_what_next(options, *chosen, console);
  return ExitCode::Done;
}

std::string details() {
  std::string text = "Writes a few commented YAML files and never overwrites one. The templates:\n";
  for (const auto& each : templates()) text += fmt::format("- {}: {}\n", each.name, each.summary);
  text.pop_back();
  return text;
}

}  // namespace

const std::vector<Template>& templates() {
  static const std::vector<Template> all = {
      request_logs_template(),  request_logs_bigquery_template(), access_log_template(),
      cms_archives_template(),  looker_database_template(),       looker_template(),
      content_usage_template(), content_usage_daily_template(),   content_usage_bigquery_template()};
  return all;
}

ExitCode init(const InitOptions& options, Context& context) {
  return finished(init_in(options, context), context.console);
}

Command init_command() {
  auto options = std::make_shared<InitOptions>();
  Command command;
  command.name = "init";
  command.summary = "Make a project from a template.";
  command.details = details();
  command.options = {
      {"template", "TEMPLATE", "Which template; default: request-logs.", &options->project_template,
       Option::Need::Optional, template_names()},
      {"--dir",
       "DIR",
       "Folder to make it in; default: here.",
       &options->folder,
       Option::Need::Optional,
       {},
       Option::Completes::Folders},
      {"--sample", "", "Add a few rows of input, to try it with.", &options->sample},
      {"--sandbox", "", "Ask weir-sandbox in place of a real Looker, BigQuery or S3, to try it with.",
       &options->sandbox},
  };
  command.examples = {{"weir init --sample --dir try", "a project to play with"},
                      {"weir init access-log", "for the logs of a web server, here"},
                      {"weir init looker --sandbox --dir try", "Looker's usage, without a Looker"}};
  command.action = [options](Context& context) { return init(*options, context); };
  return command;
}

}  // namespace weir::app
