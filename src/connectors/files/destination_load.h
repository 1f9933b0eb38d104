// SPDX-License-Identifier: Apache-2.0
// A load of the files destination: staged files, and the publication that makes them visible.
// Made by FilesDestination::begin(); one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "connectors/files/destination_ledger.h"
#include "connectors/files/writer.h"
#include "connectors/files/writer_disk.h"
#include "connectors/sdk/destination.h"

namespace weir::files {

/// A folder for the staged files of one load. It is removed with this object unless it is kept;
/// folders that a crash left behind are removed by the next load that begins.
class Staging {
 public:
  static Result<Staging> create(const FilesLedger& ledger, const std::string& load_id);
  Staging(Staging&&) noexcept = default;
  Staging& operator=(Staging&&) = delete;
  ~Staging();
  const std::filesystem::path& path() const { return path_; }
  /// From here on the folder outlives this object, until remove_at_end().
  void keep() { at_end_ = AtEnd::Keep; }
  void remove_at_end() { at_end_ = AtEnd::Remove; }

 private:
  enum class AtEnd { Remove, Keep };
  Staging(std::filesystem::path path, DiskLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  DiskLock lock_;
  AtEnd at_end_ = AtEnd::Remove;
};

/// Where one table of a load goes.
struct TablePlan {
  sdk::TableTarget target;
  std::string path;                ///< of the file, relative to the destination's folder
  std::vector<LoadRecord> merged;  ///< the files that a merge reads
  std::unique_ptr<TableWriter> writer;
};

class FilesLoad final : public sdk::Load {
 public:
  FilesLoad(std::filesystem::path folder, sdk::LoadRequest request, Staging staging,
            std::vector<TablePlan> plans);

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  Result<void> prepare() override;
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;

 private:
  Result<void> decide_and_carry_out(const Publication& publication);
  Result<Publication> plan_publication(const std::vector<model::LedgerEntry>& entries,
                                       const std::vector<LoadRecord>& own) const;
  Result<void> add_table(std::size_t index, const std::vector<LoadRecord>& own,
                         Publication& publication) const;
  bool holds_foreign_rows(const TablePlan& plan, const WrittenFile& written) const;
  Result<std::vector<LoadRecord>> replaced_files(const TablePlan& plan,
                                                 const std::vector<LoadRecord>& own) const;

  std::filesystem::path folder_;
  FilesLedger ledger_;
  sdk::LoadRequest request_;
  Staging staging_;
  std::vector<TablePlan> plans_;
  std::vector<std::optional<WrittenFile>> written_;  ///< a table each, after prepare()
  bool prepared_ = false;
};

/// The columns that a table has after a load: those it had, then new ones. A replaced table has only
/// the new ones. DataMismatch when a column's type cannot take ours.
Result<model::Schema> columns_after(const FilesLedger& ledger, const sdk::TableTarget& target);

/// DataMismatch when a load is to replace the rows of its partition, and a merge has put them into one
/// file with those of others.
Result<void> check_own_rows(const FilesLedger& ledger, const sdk::LoadRequest& request,
                            const sdk::TableTarget& target);

/// The staged name of table number `table`.
std::string staged_name(std::size_t table);

}  // namespace weir::files
