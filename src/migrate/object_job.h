// SPDX-License-Identifier: Apache-2.0
// The JSON configuration of a job that loads objects of delimited text from a bucket into one table of a
// warehouse, and what it means as a weir project. Used by the commands. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "migrate/looker_columns.h"
#include "migrate/original_text.h"
#include "migrate/project_text.h"

namespace weir::migrate {

/// A piece of a column's text and what stands in its place.
struct Replacement {
  std::string field;
  std::string from;
  std::string to;
};

/// As what columns are to be read, whatever their table says.
struct ReadAs {
  std::vector<std::string> strings;
  std::vector<std::string> booleans;
  std::vector<std::string> integers;
  std::vector<std::string> doubles;
};

struct ObjectJob {
  std::string name;  ///< of the pipeline, made of the file's name
  std::string file;  ///< as the user named it
  std::string bucket, source, destination, directory, doc, schema;
  std::string dbtable;
  bool truncate = false;
  std::optional<std::string> delim;
  std::int64_t column_count = 0;
  std::vector<std::string> columns;
  std::vector<DateFormat> dates;
  std::optional<std::int64_t> file_limit;  ///< how many objects one run loads at most
  bool no_header = false;
  bool strip_quotes = false;
  std::string encoding = "utf-8";
  std::vector<std::string> drop_columns;
  std::vector<std::pair<std::string, std::string>> add_columns;  ///< name and text
  std::vector<std::pair<std::string, std::int64_t>> string_limits;
  std::vector<Replacement> replace;
  ReadAs read_as;
  config::Position table_at;  ///< where the table is named

  std::string table() const { return dbtable.substr(dbtable.rfind('.') + 1); }
  std::string target_schema() const;
  /// The beginning of the keys of all objects, with a slash at its end.
  std::string folder() const { return source + "/" + directory + "/"; }
  /// One of the tables whose objects weir writes from Looker's database.
  const LookerTable* looker_table() const { return looker_table_of(table()); }
  std::string delimiter() const { return delim.value_or(looker_table() != nullptr ? "|" : ","); }
  /// The columns that reach the table.
  std::vector<std::string> loaded_columns() const;
};

/// Every problem goes to `diagnostics` with its place; nothing when there is one.
std::optional<ObjectJob> read_object_job(std::string_view text, const std::string& file,
                                         config::Diagnostics& diagnostics);

/// `tables` is empty when the database could not be asked.
MigratedProject write_project(const ObjectJob& job, const Surroundings& surroundings,
                              const TargetTables& tables);

}  // namespace weir::migrate
