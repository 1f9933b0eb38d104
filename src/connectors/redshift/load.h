// SPDX-License-Identifier: Apache-2.0
// One load into Redshift: rows wait as parts on S3, prepare() copies them in an open transaction, and
// publish() adds the ledger rows, swaps tables and commits. Made by the destination, which must
// outlive it; used by one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/redshift/ledger.h"
#include "connectors/redshift/load_errors.h"
#include "connectors/redshift/staging.h"
#include "connectors/redshift/table_stage.h"
#include "connectors/redshift/warehouse.h"
#include "connectors/sdk/destination.h"

namespace weir::redshift {

/// What begin() found out.
struct PlannedLoad {
  sdk::LoadRequest request;
  std::vector<TablePlan> plans;    ///< one a table of the request
  std::vector<std::string> bases;  ///< the key of each table's first part
  std::string folder;              ///< where the load's own objects lie, with a slash at its end
};

class RedshiftLoad final : public sdk::Load {
 public:
  static Result<std::unique_ptr<sdk::Load>> make(Warehouse& warehouse, const DestinationOptions& options,
                                                 PlannedLoad planned);
  ~RedshiftLoad() override;

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  Result<void> prepare() override;
  std::vector<sdk::LateRefusal> late_refusals() override { return std::move(late_refusals_); }
  std::vector<std::string> warnings() const override;
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;

 private:
  enum class State {
    Open,       ///< takes rows
    Prepared,   ///< rows are copied in an open transaction
    Published,  ///< by this load
    Unknown,    ///< COMMIT was sent, and no answer came
    Broken,
  };

  RedshiftLoad(Warehouse& warehouse, const DestinationOptions& options, PlannedLoad planned,
               io::ObjectStore& store);
  Result<void> make_stages();
  Result<void> check_rows(std::size_t table, const model::BatchView& rows) const;
  Result<void> look_again();
  Result<void> widen(postgres::Connection& connection);
  Result<void> copy_all();
  Result<void> copy_table(std::size_t table);
  Result<void> copy_parts(std::size_t table, const std::vector<const Part*>& parts,
                          CopyStatement::Purpose purpose);
  Result<void> check_count(const TablePlan& plan, const std::vector<const Part*>& parts);
  Result<void> remove_replaced(std::size_t table);
  Result<void> make_alike(const TablePlan& plan);
  Result<void> run(const std::vector<std::string>& statements);
  Result<void> record(const std::vector<model::LedgerEntry>& entries);
  Result<void> once_more_after_conflict(Result<void> result, const std::vector<model::LedgerEntry>* entries);
  Result<void> refused_by_copy(std::size_t table, const Error& error);
  Result<void> copy_without_refused(Result<void> copied);
  Result<void> set_aside_refused();
  Result<void> cut_refused(std::size_t table, const std::vector<LoadError>& errors);
  Result<void> cut_from_part(std::size_t table, std::size_t part,
                             const std::vector<const LoadError*>& errors);
  Result<void> count_duplicates(std::size_t table);
  /// Where a refused row stands: a part of its table and a row of the part, from 0.
  struct FoundRow {
    std::size_t part = 0;
    std::uint64_t row = 0;
  };
  std::optional<FoundRow> find_refused(std::size_t table, const LoadError& error);
  bool may_be_in(const Part& part, const LoadError& error);
  void collect_warnings();
  std::vector<std::string> staged_keys() const;
  void tidy();
  void remove_surplus();

  Warehouse& warehouse_;
  const DestinationOptions& options_;
  PlannedLoad planned_;
  Ledger ledger_;
  Staging staging_;
  std::vector<TableStage> stages_;
  std::vector<std::string> manifests_;
  std::optional<postgres::Connection> connection_;
  State state_ = State::Open;
  /// What the last COPY refused, when it was rows that it refused.
  struct Refusal {
    std::size_t table = 0;
    std::vector<LoadError> errors;
  };
  std::optional<Refusal> refusal_;
  std::vector<sdk::LateRefusal> late_refusals_;
  std::vector<std::string> warnings_;
  std::optional<Error> error_;  // why the load is broken
};

}  // namespace weir::redshift
