// SPDX-License-Identifier: Apache-2.0
// What the JSON files of all earlier jobs have in common: how they are read, and what of them is the
// same everywhere. Used by the readers of this folder and by who must know what kind a file is. Pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/spec.h"

namespace weir::migrate {

/// What an earlier job did.
enum class OriginalKind {
  Archives,       ///< archives of CSV files into tables: original_job.h
  LookerTables,   ///< tables of Looker's database into objects: looker_tables.h
  Objects,        ///< objects of text into a table: object_job.h
  LookerQueries,  ///< queries at Looker into objects: looker_queries.h
  LookerUsage,    ///< Looker's content usage into BigQuery: looker_usage.h
};

/// Told by the keys of the file. A file that cannot be read, or has keys of none, counts as one of
/// archives, whose reader then names the problems.
OriginalKind kind_of(std::string_view text);

/// The file as it is; nothing when it is no JSON, and then the reason is in `diagnostics`.
std::optional<config::Node> parse_json(std::string_view text, const std::string& file,
                                       config::Diagnostics& diagnostics);
/// The file as a mapping; nothing when it is none, and then the reason is in `diagnostics`.
std::optional<config::Node> parse_original(std::string_view text, const std::string& file,
                                           config::Diagnostics& diagnostics);

/// A mapping without keys that mean nothing, which earlier jobs ignored: each becomes a warning.
config::Node known_part(const config::Node& node, const config::Description& description,
                        config::Diagnostics& diagnostics);

/// Where a key stands; the mapping's own place when it is not there.
const config::Position& place_of(const config::Node& node, const char* key);

/// A prefix without slashes at its ends.
std::string without_slashes(std::string_view text);
/// A name for the pipeline, made of the file's name; `otherwise` when that has no letters.
std::string pipeline_name(const std::string& file, const std::string& otherwise);

/// How the times of one column are written, as strptime takes it.
struct DateFormat {
  std::string field;
  std::string format;
};
const config::Spec<DateFormat>& date_spec();
void check_format(const config::Node& node, const std::string& format, config::Diagnostics& diagnostics);
/// Reports required texts of a file that are empty.
void check_texts(const config::Node& node, const std::vector<std::string_view>& keys,
                 config::Diagnostics& diagnostics);

}  // namespace weir::migrate
