// SPDX-License-Identifier: Apache-2.0
#include "app/original_report.h"

#include <fmt/format.h>

namespace weir::app {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

/// "2024-05-14 01:00:00-0700 (PDT)".
std::string with_zone(Timestamp time, const model::TimeZone& zone) {
  const auto local = zone.to_local(time);
  const auto offset = (local.micros - time.micros) / (60 * kSecond);  // minutes
  char text[26];
  write_sql_timestamp({local.micros}, text);
  const auto hours =
      fmt::format("{}{:02}{:02}", offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
  const auto* name = offset == -420 ? "PDT" : offset == -480 ? "PST" : zone.name().c_str();
  return fmt::format("{}{} ({})", std::string_view(text, 19), hours, name);
}

/// "0:00:03.417000".
std::string elapsed(std::int64_t micros) {
  const auto seconds = micros / kSecond;
  return fmt::format("{}:{:02}:{:02}.{:06}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     micros % kSecond);
}

void add_list(std::string& text, std::string_view title, const std::vector<std::string>& items) {
  if (items.empty()) return;
  text += fmt::format("\n{}:\n", title);
  for (const auto& item : items) text += "  " + item + "\n";
}

}  // namespace

std::string report_times(Timestamp started, Timestamp finished, const model::TimeZone& zone) {
  return fmt::format("Start: {}\nEnd: {}\nElapsed: {}\n\n", with_zone(started, zone),
                     with_zone(finished, zone), elapsed(finished.micros - started.micros));
}

void OriginalReport::add(const LoadOutcome& outcome) {
  for (const auto& run : outcome.runs) {
    const auto& key = run.run.partition;
    (run.error ? failed : done).push_back(key);
    if (run.error && run.error->code() == ErrorCode::DataMismatch) bad.push_back(key);
    for (const auto& table : tables)
      (run.error ? tables_failed : tables_loaded).push_back(fmt::format("{} from {}", table, key));
  }
  not_processed.insert(not_processed.end(), outcome.not_begun.begin(), outcome.not_begun.end());
}

std::string OriginalReport::text(const model::TimeZone& zone) const {
  std::string text = fmt::format("\nReport: {}\nConfiguration: {}\n\n", program, configuration);
  text += report_times(started, finished, zone);
  text += fmt::format("Objects to process: {}\nObjects processed: {}\nObjects failed: {}\n", objects,
                      done.size(), failed.size());
  text += fmt::format("Objects good: {}\nObjects bad: {}\n", done.size(), bad.size());
  text += fmt::format("Tables loaded: {}/{}\n", tables_loaded.size(), tables.size() * objects);
  add_list(text, "Objects loaded", done);
  add_list(text, "Objects that failed", failed);
  add_list(text, "Objects not processed, because the run ended early", not_processed);
  add_list(text, "Tables that were loaded", tables_loaded);
  add_list(text, "Tables that failed", tables_failed);
  return text;
}

}  // namespace weir::app
