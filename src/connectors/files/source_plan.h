// SPDX-License-Identifier: Apache-2.0
// How the files of a source are read: for each table the pattern of its files or entries and how
// their rows are written. Made once of the options; used by everything that reads. Values.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/files/source_options.h"
#include "connectors/files/source_place.h"

namespace weir::files {

/// What goes into one table, which is one stream of the extraction.
struct TableRules {
  std::string entry;  ///< empty: everything
  enum class Presence { Required, Optional } presence = Presence::Optional;
  OnEmpty on_empty = OnEmpty::Empty;
  std::optional<std::string> format;
  formats::ReadOptions read;
  std::vector<formats::JsonPath> paths;

  /// Whether the columns are known without a look at any file.
  bool knows_columns(const formats::Format& format) const;
};

struct ReadPlan {
  std::shared_ptr<Place> place;  // shared: extractions may outlive their source
  std::vector<TableRules> tables;
  formats::Compression compression = formats::Compression::Auto;
  formats::ArchiveKind archive = formats::ArchiveKind::Auto;
  formats::ArchiveLimits limits;
  UnknownEntries unknown_entries = UnknownEntries::Warn;

  /// What a file is by its name and the options; never Auto.
  formats::ArchiveKind archive_kind(const std::string& name) const;
  /// The table that a file's or entry's name belongs to; nothing when none asks for it, an error when
  /// two do.
  Result<std::optional<std::size_t>> table_of(const std::string& name) const;
  /// The name of the format of a table's file or entry.
  Result<std::string_view> format_of(std::size_t table, const std::string& name) const;
};

/// `tables` is empty for a source that fills one table.
Result<ReadPlan> make_plan(const FilesSourceOptions& options, const std::vector<TableOptions>& tables,
                           std::shared_ptr<Place> place);

/// "drop/a.tgz!folder/b.csv": an entry of an archive, for messages and rejects.
std::string entry_name(const std::string& archive, const std::string& path);
/// The archive's name of an entry's name; nothing when it is none.
std::optional<std::string> archive_of_entry(const ReadPlan& plan, const std::string& name);

}  // namespace weir::files
