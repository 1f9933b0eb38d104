// SPDX-License-Identifier: Apache-2.0
// The memory of a files destination, in the folder `_weir`: what was published, and what is just
// being published. Thread-safe and safe between processes.
//
//   _weir/loads/<pipeline>/<partition>.json   every load of a partition, oldest first
//   _weir/tables/<table>.json                 the columns that a table has had, and how it is mixed
//   _weir/publishing/<load>.json              a publication that was decided but perhaps not done
//
// Writing the last one is the commit point. Everything after it can be repeated, so whoever comes
// next finishes what a crash interrupted, before he looks at anything else.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/load.h"
#include "model/schema.h"

namespace weir::files {

struct DataFile {
  std::string path;  ///< relative to the destination's folder
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  std::string hash;
  model::Schema columns;
  /// A merge has brought rows into it that other partitions or pipelines loaded.
  bool holds_foreign_rows = false;
};

/// One table of one load.
struct LoadRecord {
  model::LedgerEntry entry;
  model::WriteMode write = model::WriteMode::Append;
  std::optional<DataFile> file;  ///< nothing when there were no rows
};

struct Move {
  std::string from, to;  ///< relative to the destination's folder
  std::uint64_t bytes = 0;
  std::string hash;
};

struct TableState {
  std::string table;
  model::Schema columns;
  bool merged = false;  ///< some file may hold foreign rows
};

/// All that changes when a load becomes visible.
struct Publication {
  std::string load_id, pipeline, partition;
  std::vector<LoadRecord> records;
  std::vector<Move> moves;
  std::vector<std::string> removals;
  std::vector<TableState> tables;
};

class FilesLedger {
 public:
  explicit FilesLedger(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Finishes what a crash interrupted. Cheap when there is nothing.
  Result<void> finish_interrupted() const;
  /// The same for a caller who holds lock_path().
  Result<void> finish_interrupted_locked() const;
  /// A partition's records, oldest first.
  Result<std::vector<LoadRecord>> partition(const std::string& pipeline, const std::string& key) const;
  /// All records, oldest first; empty pipeline: of all pipelines.
  Result<std::vector<LoadRecord>> all(const std::string& pipeline) const;
  /// What is known of a table; nothing before its first load.
  Result<std::optional<TableState>> table(const std::string& name) const;

  /// Decides a publication. After an error it may be decided or not: is_decided() knows. The caller
  /// holds lock_path().
  Result<void> commit(const Publication& publication) const;
  /// Does what was decided; may be repeated. The caller holds lock_path().
  Result<void> carry_out(const Publication& publication) const;

  /// Whether the load of a folder in staging_path() was decided but perhaps not carried out. The
  /// caller holds lock_path().
  Result<bool> is_decided(const std::filesystem::path& staging) const;

  std::filesystem::path lock_path() const { return folder_ / "_weir" / "lock"; }
  std::filesystem::path staging_path() const { return folder_ / "_weir" / "staging"; }

 private:
  std::filesystem::path partition_path(const std::string& pipeline, const std::string& key) const;
  std::filesystem::path table_path(const std::string& table) const;
  std::filesystem::path journal_path(const std::string& load_id) const;
  Result<void> put_in_place(const Publication& publication, const Move& move) const;
  Result<void> remember_tables(const Publication& publication) const;

  std::filesystem::path folder_;
};

/// A name of any characters as one path component: what could mean something else is %XX.
std::string encode_name(std::string_view name);

/// Whether a load is among the records.
bool knows(const std::vector<LoadRecord>& records, const std::string& load_id);

/// The files that make up a table, of records in order.
std::vector<LoadRecord> live_files(const std::vector<LoadRecord>& records, const std::string& table);

}  // namespace weir::files
