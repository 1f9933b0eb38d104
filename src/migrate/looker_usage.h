// SPDX-License-Identifier: Apache-2.0
// The variables of a job that copies Looker's content usage into BigQuery, as a JSON object, and what they
// mean as a weir project. Used by the commands. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "config/diagnostics.h"
#include "migrate/project_text.h"

namespace weir::migrate {

/// The variable that holds the client's secret where the file itself does not name another place.
inline constexpr const char* kLookerSecretVariable = "LOOKERSDK_CLIENT_SECRET";

struct LookerUsageJob {
  struct Column {
    std::string name;
    std::string type;
    std::string mode;
  };

  std::string name;  ///< of the pipeline, made of the file's name
  std::string file;  ///< as the user named it
  std::vector<Column> schema;
  std::string table;
  std::string dataset;
  std::string location;
  std::string project;
  std::vector<std::string> fields;  ///< with their view
  std::vector<std::pair<std::string, std::string>> filters;
  bool initial_load = false;
  std::string base_url;
  std::string bucket;
  std::string client_id;
  Secret client_secret;  ///< empty: in the environment or in looker.ini
  std::string timeout = "120";
  std::optional<bool> verify_ssl;
  std::string ini;  ///< the looker.ini to read; empty: none
};

/// Every problem goes to `diagnostics` with its place; nothing when there is one.
std::optional<LookerUsageJob> read_looker_usage(std::string_view text, const std::string& file,
                                                config::Diagnostics& diagnostics);

MigratedProject write_project(const LookerUsageJob& job);

}  // namespace weir::migrate
