// SPDX-License-Identifier: Apache-2.0
// One load into BigQuery: rows wait as JSON lines, prepare() brings them into staging tables by one load
// job each, and publish() moves them into their tables, with the ledger rows, in one transaction. Made by
// the destination, which must outlive it; used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/bigquery/dataset.h"
#include "connectors/bigquery/ledger.h"
#include "connectors/bigquery/load_key.h"
#include "connectors/bigquery/row_encoder.h"
#include "connectors/bigquery/row_stage.h"
#include "connectors/sdk/destination.h"

namespace weir::bigquery {

/// What begin() found out.
struct PlannedLoad {
  sdk::LoadRequest request;
  std::vector<TablePlan> plans;  ///< one a table of the request
  LoadKey key;
};

class BigQueryLoad final : public sdk::Load {
 public:
  static Result<std::unique_ptr<sdk::Load>> make(Dataset& dataset, const DestinationOptions& options,
                                                 PlannedLoad planned);
  ~BigQueryLoad() override;

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  Result<void> prepare() override;
  std::vector<sdk::LateRefusal> late_refusals() override { return std::move(late_refusals_); }
  std::vector<std::string> warnings() const override { return warnings_; }
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;

 private:
  enum class State {
    Open,       ///< takes rows
    Prepared,   ///< rows are in staging tables
    Published,  ///< by this load
    Unknown,    ///< the publication was sent, and nobody knows what became of it
    Broken,
  };
  struct Stage {
    RowEncoder encoder;
    std::unique_ptr<RowStage> rows;
    std::uint64_t staged_rows = 0;  ///< in the staging table
  };

  BigQueryLoad(Dataset& dataset, const DestinationOptions& options, PlannedLoad planned,
               google::BigQueryClient& client)
      : dataset_(dataset),
        options_(options),
        planned_(std::move(planned)),
        client_(client),
        ledger_(client) {}
  Result<void> make_stages();
  Result<void> check_rows(std::size_t table, const model::BatchView& rows) const;
  Result<void> stage_all();
  Result<void> stage_table(std::size_t table);
  Result<void> take_job(std::size_t table, const google::FinishedJob& job);
  Result<void> set_aside(std::size_t table, const google::FinishedJob& job);
  Failure refused(std::size_t table, const google::FinishedJob& job);
  Result<void> make_tables();
  Result<void> run_publication(const std::vector<model::LedgerEntry>& entries);
  google::BigQueryTableName staging_name(std::size_t table) const;
  bool may_set_aside(std::size_t table) const;
  void tidy();

  Dataset& dataset_;
  const DestinationOptions& options_;
  PlannedLoad planned_;
  google::BigQueryClient& client_;
  Ledger ledger_;
  std::vector<Stage> stages_;
  std::string lines_;  // of the batch being written
  State state_ = State::Open;
  std::vector<sdk::LateRefusal> late_refusals_;
  std::vector<std::string> warnings_;
  std::optional<Error> error_;  // why the load is broken
};

}  // namespace weir::bigquery
