// SPDX-License-Identifier: Apache-2.0
#include "app/original_tables_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/original_report.h"
#include "base/text.h"
#include "migrate/looker_columns.h"

namespace weir::app {
namespace {

void add_numbered(std::string& text, std::string_view title, const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  text += fmt::format("\n{}:\n", title);
  for (std::size_t i = 0; i < keys.size(); ++i) text += fmt::format("  {}. {}\n", i + 1, keys[i]);
}

/// The number of the table that an error speaks of; nothing when it is about all of them.
std::optional<std::size_t> table_of(const Error& error) {
  const auto told = error.to_string();
  const auto tables = migrate::looker_tables();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (const auto& words :
         {fmt::format(".{} ", tables[i].table), fmt::format(".{}:", tables[i].table),
          fmt::format("table {}:", tables[i].object), fmt::format("writing {}:", tables[i].object)})
      if (told.find(words) != std::string::npos) return i;
  }
  return std::nullopt;
}

}  // namespace

void OriginalTablesReport::add_failure(const Error& error, const std::vector<std::string>& keys) {
  const auto table = table_of(error);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool failed_itself = !table || *table == i;
    (failed_itself ? failed : not_run).push_back(keys[i]);
    if (failed_itself && error.code() == ErrorCode::DataMismatch) bad.push_back(keys[i]);
  }
}

void OriginalTablesReport::add(const LoadOutcome& outcome, const migrate::LookerTablesJob& job) {
  for (const auto& run : outcome.runs) {
    const auto keys = job.keys(run.run.partition);
    if (run.error) {
      add_failure(*run.error, keys);
    } else {
      written.insert(written.end(), keys.begin(), keys.end());
    }
  }
  for (const auto& day : outcome.not_begun) {
    const auto keys = job.keys(day);
    not_run.insert(not_run.end(), keys.begin(), keys.end());
  }
}

std::string OriginalTablesReport::text(const model::TimeZone& zone) const {
  const auto* verdict = ending == Ending::Failed ? "unsuccessful" : !written.empty() ? "successful" : "empty";
  auto text = fmt::format("\nReport: {}\nConfiguration: {}\nResult: {}\n\n", program, configuration, verdict);
  text += report_times(started, finished, zone);
  text +=
      fmt::format("Objects to process: {}\nObjects failed: {}\nObjects good: {}\nObjects bad: {}\n",
                  written.size() + failed.size() + not_run.size(), failed.size(), written.size(), bad.size());
  add_numbered(text, "Objects written", written);
  add_numbered(text, "Objects that failed", failed);
  add_numbered(text, "Objects not written, because those of a day are written together", not_run);
  return text;
}

}  // namespace weir::app
