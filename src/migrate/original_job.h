// SPDX-License-Identifier: Apache-2.0
// OriginalJob: the JSON configuration of a job that loads archives of CSV files from a bucket into
// tables of a warehouse, as it was written. Used by project_text.h and by the commands. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "migrate/original_text.h"

namespace weir::migrate {

/// One file of each archive, which fills one table.
struct OriginalFile {
  std::string stem;  ///< its name up to the first dot
  std::string dbtable;
  std::int64_t column_count = 0;
  std::vector<std::string> columns;
  std::vector<DateFormat> dates;
  config::Position at;  ///< where its table is named

  /// The table's name without a schema.
  std::string table() const { return dbtable.substr(dbtable.rfind('.') + 1); }
  bool has_column(std::string_view name) const;
  /// Whether its rows get the column group_name, which is taken out of `memo`.
  bool derives_group() const { return table() == "user_activity" && !has_column("group_name"); }
};

struct OriginalJob {
  std::string name;  ///< of the pipeline, made of the file's name
  std::string file;  ///< as the user named it
  std::string bucket;
  std::string source;
  std::string destination;
  std::string directory;
  std::string doc;
  std::string schema;
  bool truncate = false;
  std::string delim;
  std::vector<OriginalFile> files;

  /// The schema that the tables are in: that of `dbtable`, where it names one.
  std::string target_schema() const;
  /// The beginning of the keys of all archives, with a slash at its end.
  std::string folder() const;
  /// How the values of the files are separated. The originals ignored a pipe and read commas.
  std::string delimiter() const { return delim == "|" ? "," : delim; }
};

/// Reads the text of a file. Every problem goes to `diagnostics` with its place; nothing when there
/// is one.
std::optional<OriginalJob> read_original(std::string_view text, const std::string& file,
                                         config::Diagnostics& diagnostics);

}  // namespace weir::migrate
