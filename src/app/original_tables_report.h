// SPDX-License-Identifier: Apache-2.0
// The report at the end of a run of an original that copied tables into objects, a few each day, in the
// form that it had. Used by original_run.cc. Values.
#pragma once

#include <string>
#include <vector>

#include "app/load_job.h"
#include "migrate/looker_tables.h"
#include "model/time_zone.h"

namespace weir::app {

struct OriginalTablesReport {
  std::string program;
  std::string configuration;
  Timestamp started{};
  Timestamp finished{};
  std::vector<std::string> written{};  ///< keys
  std::vector<std::string> failed{};
  std::vector<std::string> bad{};      ///< of the failed ones, those whose content was to blame
  std::vector<std::string> not_run{};  ///< those of a day of which another one failed, or of days not begun

  /// Whether the run failed, also before it came to any table.
  enum class Ending { Done, Failed } ending = Ending::Done;

  /// Takes over what became of the days. Those of a day are written together or not at all.
  void add(const LoadOutcome& outcome, const migrate::LookerTablesJob& job);
  /// A day that failed.
  void add_failure(const Error& error, const std::vector<std::string>& keys);
  std::string text(const model::TimeZone& zone) const;
};

}  // namespace weir::app
