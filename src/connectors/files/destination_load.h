// SPDX-License-Identifier: Apache-2.0
// A load of the files destination: staged files, and the publication that makes them visible.
// Made by FilesDestination::begin(); one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/files/destination_ledger.h"
#include "connectors/files/writer.h"
#include "connectors/sdk/destination.h"

namespace weir::files {

/// Where one table of a load goes.
struct TablePlan {
  sdk::TableTarget target;
  std::string path;                     ///< of the file, inside the destination
  std::vector<LoadRecord> merged;       ///< the files that a merge reads
  std::optional<std::string> manifest;  ///< where one is to be written
  std::unique_ptr<TableWriter> writer;
};

class FilesLoad final : public sdk::Load {
 public:
  FilesLoad(std::shared_ptr<Depot> depot, sdk::LoadRequest request, std::unique_ptr<Claim> claim,
            std::vector<TablePlan> plans);

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  std::unique_ptr<sdk::RowEncoder> encoder(std::size_t table) override;
  Result<void> write_encoded(std::size_t table, std::uint64_t rows, std::string_view bytes) override;
  Result<void> prepare() override;
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;

 private:
  /// WantsTables: it needs a turn alone.
  enum class Attempt { Done, Overtaken, WantsTables };
  TurnKind first_turn() const;
  Result<Attempt> try_to_publish(const std::vector<model::LedgerEntry>& entries, TurnKind kind);
  Result<Attempt> decide_and_carry_out(Turn& turn, const Publication& publication, const Proposal& proposal,
                                       PartitionRecords own);
  Result<Publication> plan_publication(const std::vector<model::LedgerEntry>& entries,
                                       const std::vector<LoadRecord>& own) const;
  Result<void> add_table(std::size_t index, const std::vector<LoadRecord>& own,
                         Publication& publication) const;
  std::string manifest_text(const TablePlan& plan, const std::vector<LoadRecord>& own,
                            const LoadRecord& record) const;
  bool holds_foreign_rows(const TablePlan& plan, const WrittenFile& written) const;
  Result<std::vector<LoadRecord>> replaced_files(const TablePlan& plan,
                                                 const std::optional<TableState>& known,
                                                 const std::vector<LoadRecord>& own) const;

  std::shared_ptr<Depot> depot_;
  FilesLedger ledger_;
  sdk::LoadRequest request_;
  std::unique_ptr<Claim> claim_;
  std::vector<TablePlan> plans_;
  std::vector<std::optional<WrittenFile>> written_;  ///< a table each, after prepare()
  bool prepared_ = false;
};

/// The columns that a table has after a load: those it is known to have, then new ones. A replaced table has
/// only the new ones. DataMismatch when a column's type cannot take ours.
Result<model::Schema> columns_after(const std::optional<TableState>& known, const sdk::TableTarget& target);

/// DataMismatch when a load is to replace the rows of its partition, and a merge has put them into one
/// file with those of others.
Result<void> check_own_rows(const FilesLedger& ledger, const std::optional<TableState>& known,
                            const sdk::LoadRequest& request, const sdk::TableTarget& target);

}  // namespace weir::files
