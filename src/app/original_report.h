// SPDX-License-Identifier: Apache-2.0
// The report at the end of a run of an original configuration, in the form that such jobs had. Used by
// original_run.cc. Values.
#pragma once

#include <string>
#include <vector>

#include "app/load_job.h"
#include "model/time_zone.h"

namespace weir::app {

struct OriginalReport {
  std::string program;
  std::string configuration;
  Timestamp started{};
  Timestamp finished{};
  std::vector<std::string> tables{};  ///< of the configuration, with their schema
  std::size_t objects = 0;
  std::vector<std::string> done{};
  std::vector<std::string> failed{};
  std::vector<std::string> bad{};  ///< of the failed ones, those whose content was to blame
  std::vector<std::string> not_processed{};
  std::vector<std::string> tables_loaded{};
  std::vector<std::string> tables_failed{};

  /// Takes over what became of the archives.
  void add(const LoadOutcome& outcome);
  std::string text(const model::TimeZone& zone) const;
};

/// "Start: …", "End: …", "Elapsed: …", a line each, and an empty one.
std::string report_times(Timestamp started, Timestamp finished, const model::TimeZone& zone);

}  // namespace weir::app
