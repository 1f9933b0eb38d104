// SPDX-License-Identifier: Apache-2.0
#include "app/original_tables_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/original_report.h"
#include "base/text.h"
#include "migrate/looker_columns.h"

namespace weir::app {
namespace {

void add_list(std::string& text, std::string_view title, const std::vector<std::string>& keys) {
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

void OriginalTablesReport::add(const LoadOutcome& outcome, const migrate::LookerTablesJob& job) {
  const auto append = [](std::vector<std::string>& to, const std::vector<std::string>& keys) {
    to.insert(to.end(), keys.begin(), keys.end());
  };
  for (const auto& run : outcome.runs) {
    auto keys = job.keys(run.run.partition);
    if (!run.error) {
      append(written, keys);
      continue;
    }
    if (const auto table = table_of(*run.error)) {
      failed.push_back(keys[*table]);
      if (run.error->code() == ErrorCode::DataMismatch) bad.push_back(keys[*table]);
      keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(*table));
      append(not_run, keys);
    } else {
      append(failed, keys);
    }
  }
  for (const auto& day : outcome.not_begun) append(not_run, job.keys(day));
}

std::string OriginalTablesReport::text(const model::TimeZone& zone) const {
  const auto* verdict = !failed.empty() || !not_run.empty() ? "unsuccessful"
                        : !written.empty()                  ? "successful"
                                                            : "empty";
  auto text = fmt::format("\nReport: {}\nConfiguration: {}\nResult: {}\n\n", program, configuration, verdict);
  text += report_times(started, finished, zone);
  text +=
      fmt::format("Objects to process: {}\nObjects failed: {}\nObjects good: {}\nObjects bad: {}\n",
                  written.size() + failed.size() + not_run.size(), failed.size(), written.size(), bad.size());
  add_list(text, "Objects written", written);
  add_list(text, "Objects that failed", failed);
  add_list(text, "Objects not written, because those of a day are written together", not_run);
  return text;
}

}  // namespace weir::app
