// SPDX-License-Identifier: Apache-2.0
// The memory of a files destination, below `_weir`: what was published, and how it is published.
// Thread-safe and safe between processes.
//
//   _weir/loads/<pipeline>/<partition>.json   every load of a partition, oldest first
//   _weir/tables/<table>.json                 the columns that a table has had, and how it is mixed
//   _weir/manifests/<table>/<partition>.manifest   its files, where that is asked for
//
// A publication is decided by writing its journal (Turn::decide), which is the commit point.
// Everything after it can be repeated, so whoever comes next finishes what a crash interrupted,
// before he looks at anything else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/files/destination_depot.h"
#include "model/load.h"
#include "model/schema.h"

namespace weir::files {

struct DataFile {
  std::string path;  ///< inside the destination
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
  std::string from, to;  ///< inside the destination
  std::uint64_t bytes = 0;
  std::string hash;
};

/// A list of a partition's files for those who load them from here.
struct ManifestFile {
  std::string path;  ///< inside the destination
  std::string text;
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
  std::vector<ManifestFile> manifests = {};
};

/// The records of a partition, oldest first, and the file that holds them.
struct PartitionRecords {
  SmallFile file;
  std::vector<LoadRecord> records;
};

class FilesLedger {
 public:
  explicit FilesLedger(std::shared_ptr<Depot> depot) : depot_(std::move(depot)) {}

  /// Finishes what a crash interrupted, before somebody asks. Cheap when there is nothing.
  Result<void> finish_interrupted(const Concern& concern) const;
  Result<void> finish_interrupted(Turn& turn) const;
  /// A partition's records, oldest first.
  Result<std::vector<LoadRecord>> partition(const std::string& pipeline, const std::string& key) const;
  Result<PartitionRecords> read_partition(const std::string& pipeline, const std::string& key) const;
  /// All records, oldest first; empty pipeline: of all pipelines.
  Result<std::vector<LoadRecord>> all(const std::string& pipeline) const;
  /// What is known of a table; nothing before its first load.
  Result<std::optional<TableState>> table(const std::string& name) const;

  /// Does what was decided; may be repeated.
  Result<void> carry_out(Turn& turn, const Publication& publication) const;
  /// The same with its partition as it is since the turn was taken.
  Result<void> carry_out(Turn& turn, const Publication& publication, PartitionRecords partition) const;

 private:
  Result<void> make_visible(Turn& turn, const Publication& publication, PartitionRecords& partition) const;
  Result<void> put_in_place(const Turn& turn, const Publication& publication, const Move& move) const;
  Result<void> remember_tables(const Publication& publication) const;
  /// Writes a file of weir's own, unless it is there as it should be.
  Result<void> write_small(const std::string& name, std::string text) const;

  std::shared_ptr<Depot> depot_;
};

/// What a turn is to decide.
Proposal proposal_of(const Publication& publication);

/// Whether a load is among the records.
bool knows(const std::vector<LoadRecord>& records, const std::string& load_id);

/// Where the records of a partition are.
std::string loads_name(const std::string& pipeline, const std::string& partition);

/// Where the manifest of a partition's files of a table is.
std::string manifest_name(const std::string& table, const std::string& partition);

/// The files that make up a table, of records in order.
std::vector<LoadRecord> live_files(const std::vector<LoadRecord>& records, const std::string& table);

}  // namespace weir::files
