// SPDX-License-Identifier: Apache-2.0
#include "app/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/command_line.h"
#include "app/context.h"
#include "base/text.h"

namespace weir::app {
namespace {

using terminal::Colour;
using terminal::Signs;
using terminal::Style;

/// The locale as the C library would choose it; only its encoding matters here.
Signs signs_of(const io::Environment& environment) {
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = environment.get(name);
    if (!value || value->empty()) continue;
    const auto text = lower(*value);
    return text.find("utf-8") != std::string::npos || text.find("utf8") != std::string::npos ? Signs::Unicode
                                                                                             : Signs::Ascii;
  }
  return Signs::Ascii;
}

/// https://no-color.org and https://bixense.com/clicolors.
Colour colour_of(const World& world, const GlobalOptions& global, World::Stream stream) {
  const auto get = [&](const char* name) { return world.environment.get(name).value_or(""); };
  if (global.no_color || !get("NO_COLOR").empty()) return Colour::Off;
  if (const auto force = get("CLICOLOR_FORCE"); !force.empty() && force != "0") return Colour::On;
  if (get("CLICOLOR") == "0" || get("TERM") == "dumb") return Colour::Off;
  return stream == World::Stream::Terminal ? Colour::On : Colour::Off;
}

std::size_t width_of(const World& world) {
  const auto columns = world.environment.get("COLUMNS").value_or("");
  std::size_t width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  if (width == 0) width = world.width;
  // A log has no edge, but its lines should still be readable.
  return width == 0 ? 120 : std::max<std::size_t>(width, 20);
}

ConsoleOptions console_options(const World& world, const GlobalOptions& global) {
  const auto signs = signs_of(world.environment);
  ConsoleOptions options;
  options.style = Style(colour_of(world, global, world.out_stream), signs);
  options.error_style = Style(colour_of(world, global, world.err_stream), signs);
  options.width = width_of(world);
  if (global.json) options.output = ConsoleOptions::Output::Json;
  if (global.verbose) options.detail = ConsoleOptions::Detail::Verbose;
  if (global.quiet) options.detail = ConsoleOptions::Detail::Quiet;
  const bool can_draw =
      world.out_stream == World::Stream::Terminal && world.environment.get("TERM").value_or("") != "dumb";
  if (can_draw) options.screen = ConsoleOptions::Screen::Live;
  return options;
}

}  // namespace

int run_program(const World& world) {
  GlobalOptions global;
  const auto root = command_tree(global);
  const auto parsed = parse_command_line(root, world.arguments);
  Console console(world.out, world.err, console_options(world, global));
  if (const auto* help = std::get_if<HelpWanted>(&parsed)) {
    console.write(
        help_text(*help->path.back(), to_string(help->path), root, console.style(), console.width()));
    return static_cast<int>(ExitCode::Done);
  }
  if (const auto* problem = std::get_if<UsageProblem>(&parsed)) {
    const Error error(ErrorCode::InvalidConfig, problem->message);
    return static_cast<int>(
        console.report(error, fmt::format("`{} --help` shows how it is used", to_string(problem->path))));
  }
  Context context{console,         world.environment,    world.clock,
                  world.cancelled, world.working_folder, std::move(global)};
  return static_cast<int>(std::get<CommandPath>(parsed).back()->action(context));
}

}  // namespace weir::app
