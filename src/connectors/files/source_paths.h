// SPDX-License-Identifier: Apache-2.0
// From a configured path with placeholders and wildcards to files. Used by the source and its places.
// Functions; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "connectors/files/source_place.h"
#include "model/partition.h"

namespace weir::files {

/// Whether the path differs from partition to partition.
bool has_placeholder(const std::string& path);

/// A path of the configuration below the project folder; absolute ones stay as they are.
std::string in_project(const std::string& project_folder, const std::string& path);

/// The files that a path without placeholders names, as the path writes them, sorted. Without
/// wildcards that is the path itself if it exists. A folder that may not be listed is an error.
Result<std::vector<std::string>> matching_files(const std::string& project_folder, const std::string& path);

/// The part of the path before its first wildcard or placeholder, up to its last slash.
std::string fixed_folder(const std::string& path);

/// The part of the path before its first wildcard or placeholder.
std::string fixed_prefix(const std::string& path);

/// The earliest time that the name of an existing file gives for the placeholders of the path;
/// nothing when there is no such file, or when the placeholders do not tell a day.
Result<std::optional<Timestamp>> earliest_match(Place& place, const std::string& path);

}  // namespace weir::files
