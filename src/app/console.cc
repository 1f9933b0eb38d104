// SPDX-License-Identifier: Apache-2.0
#include "app/console.h"

#include "app/json_writer.h"
#include "app/terminal/text_width.h"

namespace weir::app {
namespace {

using terminal::Tone;

std::string as_json(const Error& error, std::string_view help) {
  JsonWriter json;
  json.begin_object().key("error").begin_object();
  json.key("code").text(name(error.code())).key("message").text(error.message());
  json.key("context").begin_array();
  for (const auto& frame : error.context()) json.text(frame);
  json.end_array();
  if (!help.empty()) json.key("help").text(help);
  return json.end_object().end_object().result();
}

}  // namespace

ExitCode exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidConfig:
    case ErrorCode::Unsupported:
      return ExitCode::Usage;
    case ErrorCode::Cancelled:
    case ErrorCode::Conflict:
      return ExitCode::Incomplete;
    default:
      return ExitCode::Failed;
  }
}

std::string_view help_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::Exhausted:
      return "make room, then run the same command again; nothing was published";
    case ErrorCode::Conflict:
      return "run the same command again, when whoever is at work on it is done";
    case ErrorCode::Internal:
      return "this is a mistake in weir; please report it with the output of `weir logs`";
    case ErrorCode::RateLimited:
    case ErrorCode::Unavailable:
      return "run the same command again later; what is loaded stays loaded";
    default:
      return "";
  }
}

void Console::warn(std::string_view text) const {
  if (json()) return;
  err_(options_.error_style.paint(Tone::Caution, "warning:") + " " + terminal::visible_lines(text, "  ") +
       "\n");
}

ExitCode Console::report(const Error& error, std::string_view help) const {
  const auto hint = help.empty() ? help_for(error.code()) : help;
  if (json()) {
    print(as_json(error, hint));
    return exit_code(error.code());
  }
  auto text = options_.error_style.paint(Tone::Bad, "error:") + " " +
              terminal::visible_lines(error.message(), "  ") + "\n";
  for (auto frame = error.context().rbegin(); frame != error.context().rend(); ++frame)
    text += options_.error_style.paint(Tone::Faint, "  while " + terminal::visible(*frame)) + "\n";
  if (!hint.empty())
    text += options_.error_style.paint(Tone::Accent, "help:") + " " + std::string(hint) + "\n";
  err_(text);
  return exit_code(error.code());
}

}  // namespace weir::app
