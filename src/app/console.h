// SPDX-License-Identifier: Apache-2.0
// Console: where a command prints, and how the reader wants it. Commands get one and never touch
// the standard streams, so that tests can read what they say. One thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "app/exit_code.h"
#include "app/terminal/style.h"
#include "base/error.h"

namespace weir::app {

struct ConsoleOptions {
  terminal::Style style{};        ///< of standard output
  terminal::Style error_style{};  ///< of standard error
  std::size_t width = 100;
  enum class Output { People, Json } output = Output::People;
  enum class Detail { Quiet, Normal, Verbose } detail = Detail::Normal;
  /// Whether standard output is a screen that can be drawn on again.
  enum class Screen { Log, Live } screen = Screen::Log;
};

class Console {
 public:
  using Sink = std::function<void(std::string_view)>;

  Console(Sink out, Sink err, ConsoleOptions options)
      : out_(std::move(out)), err_(std::move(err)), options_(options) {}

  bool json() const { return options_.output == ConsoleOptions::Output::Json; }
  bool quiet() const { return options_.detail == ConsoleOptions::Detail::Quiet; }
  bool verbose() const { return options_.detail == ConsoleOptions::Detail::Verbose; }
  bool live() const { return options_.screen == ConsoleOptions::Screen::Live && !json() && !quiet(); }
  std::size_t width() const { return options_.width; }
  const terminal::Style& style() const { return options_.style; }

  /// The answer to the command, for people or machines; a line without its end.
  void print(std::string_view line) const { out_(std::string(line) + "\n"); }
  /// The same, as it is.
  void write(std::string_view text) const { out_(text); }
  /// The same on standard error.
  void write_error(std::string_view text) const { err_(text); }
  /// Something that helps a person but is not the answer. Silent with --quiet and --json.
  void say(std::string_view line) const {
    if (!quiet() && !json()) print(line);
  }
  /// One that prints results and errors only.
  Console muted() const {
    auto options = options_;
    options.detail = ConsoleOptions::Detail::Quiet;
    options.screen = ConsoleOptions::Screen::Log;
    return {out_, err_, options};
  }
  /// On standard error: "warning: …".
  void warn(std::string_view text) const;
  /// On standard error: "error: …" with the error's context below and a hint. As a JSON document on
  /// standard output with --json. Returns the exit code that fits.
  ExitCode report(const Error& error, std::string_view help = {}) const;

 private:
  Sink out_;
  Sink err_;
  ConsoleOptions options_;
};

/// The exit code that an error leads to.
ExitCode exit_code(ErrorCode code);
/// What to do about an error, where there is general advice; else empty.
std::string_view help_for(ErrorCode code);

}  // namespace weir::app
