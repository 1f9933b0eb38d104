// SPDX-License-Identifier: Apache-2.0
#include "app/original_log.h"

#include <fmt/format.h>

#include <filesystem>

#include "app/new_files.h"
#include "base/text.h"

namespace weir::app {
namespace {

/// A shorter one would stand in every second word, and tells nothing.
constexpr std::size_t kShortestSecret = 4;

std::string_view word(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "DEBUG";
    case LogLevel::Info:
      return "INFO";
    case LogLevel::Warning:
      return "WARNING";
    case LogLevel::Error:
      break;
  }
  return "ERROR";
}

LogLevel level_of(const state::Event& event) {
  // Another line says the same: that of the publication, and that of the error.
  if (event.name == "rows_staged" || event.name == "run_failed") return LogLevel::Debug;
  if (event.level == "debug") return LogLevel::Debug;
  if (event.level == "info") return LogLevel::Info;
  return event.level == "warn" ? LogLevel::Warning : LogLevel::Error;
}

/// "2024-05-14 01:00:03,417".
std::string shown(Timestamp time, const model::TimeZone& zone) {
  char text[26];
  write_sql_timestamp({zone.to_local(time).micros}, text);
  std::string stamp(text, 23);
  stamp[19] = ',';
  return stamp;
}

}  // namespace

Result<std::unique_ptr<OriginalLog>> OriginalLog::open(const std::string& folder, const io::Clock& clock,
                                                       model::TimeZone zone, const Console& console) {
  TRY(make_folder(folder));
  auto path = (std::filesystem::path(folder) / "weir.log").string();
  std::ofstream file(path, std::ios::app);
  if (!file) return fail(ErrorCode::PermissionDenied, "the log {} cannot be written", path);
  return std::unique_ptr<OriginalLog>(
      new OriginalLog(std::move(path), std::move(file), clock, std::move(zone), console));
}

void OriginalLog::write(LogLevel level, std::string_view message) {
  const auto prefix = fmt::format("{}:weir:{}:", word(level), shown(clock_.now(), zone_));
  std::string text;
  for (const auto& line : split(redacted(message, secrets_), '\n')) text += prefix + line + "\n";
  const std::lock_guard lock(mutex_);
  file_ << text << std::flush;
  if (level != LogLevel::Debug && !console_.json() && !console_.quiet()) console_.write(text);
}

void OriginalLog::on_event(const state::Run& run, const state::Event& event) {
  auto name = event.name;
  for (auto& c : name) c = c == '_' ? ' ' : c;
  write(level_of(event), fmt::format("{}: {} {}", run.partition, name, event.fields));
}

std::string redacted(std::string_view text, const std::vector<std::string>& secrets) {
  std::string out(text);
  for (const auto& secret : secrets) {
    if (secret.size() < kShortestSecret) continue;
    for (auto at = out.find(secret); at != out.npos; at = out.find(secret, at + 3))
      out.replace(at, secret.size(), "***");
  }
  return out;
}

Console redacting_console(const Console& console, const std::vector<std::string>& secrets) {
  ConsoleOptions options;
  options.style = console.style();
  options.width = console.width();
  options.output = console.json() ? ConsoleOptions::Output::Json : ConsoleOptions::Output::People;
  options.detail = console.quiet() ? ConsoleOptions::Detail::Quiet : ConsoleOptions::Detail::Normal;
  return {[&console, secrets](std::string_view text) { console.write(redacted(text, secrets)); },
          [&console, secrets](std::string_view text) { console.write_error(redacted(text, secrets)); },
          options};
}

}  // namespace weir::app
