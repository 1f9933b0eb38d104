// SPDX-License-Identifier: Apache-2.0
// The JSON file of a job that runs queries at Looker and writes each answer into a bucket, and what it means
// as a weir project. Used by the commands. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "migrate/project_text.h"

namespace weir::migrate {

/// One query of the file.
struct LookerQuery {
  struct Metadata {
    std::string datetime;
    std::string default_days;
    std::string result_format = "json";
  };

  std::string name;
  std::string model;
  std::string explore;
  std::vector<std::string> fields;
  std::vector<std::pair<std::string, std::string>> filters;
  std::vector<std::string> sorts;
  std::string limit = "5000";
  Metadata metadata;

  /// Whether it asks only for what is new: not when the file itself says which times it is about.
  bool is_incremental() const;
  /// How many days the first extraction looks back: 1 when the file says no number.
  std::int64_t days() const;
};

struct LookerQueriesJob {
  std::string name;  ///< of the project, made of the file's name
  std::string file;  ///< as the user named it
  std::vector<LookerQuery> queries;
};

/// What the original took from the environment, from its arguments, or had as defaults.
struct LookerOutput {
  std::string bucket{};           ///< empty: not known; may begin with s3://
  std::string prefix = "looker";  ///< of all keys
  std::string file_name{};        ///< instead of looker_<name>_<seconds>
  std::string ini{};              ///< the looker.ini to read; empty: none
};

/// All queries are looked at before anything is run: every problem goes to `diagnostics` with its place;
/// nothing when there is one.
std::optional<LookerQueriesJob> read_looker_queries(std::string_view text, const std::string& file,
                                                    config::Diagnostics& diagnostics);

MigratedProject write_project(const LookerQueriesJob& job, const LookerOutput& output);

}  // namespace weir::migrate
