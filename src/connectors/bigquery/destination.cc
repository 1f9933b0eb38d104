// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/destination.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "connectors/bigquery/leftovers.h"
#include "connectors/bigquery/load.h"
#include "connectors/bigquery/names.h"
#include "connectors/sdk/load_request.h"
#include "protocols/google/bigquery_tables.h"

namespace weir::bigquery {
namespace {

using model::WriteMode;

/// A load that was published before under the same id: takes everything and does nothing.
class RepeatedLoad final : public sdk::Load {
 public:
  Result<sdk::WriteOutcome> write(std::size_t, const model::BatchView&) override {
    return sdk::WriteOutcome{};
  }
  Result<void> publish(const std::vector<model::LedgerEntry>&) override { return {}; }
};

class BigQueryDestination final : public sdk::Destination {
 public:
  BigQueryDestination(std::shared_ptr<Dataset> dataset, const DestinationOptions& options)
      : dataset_(std::move(dataset)), options_(options) {}

  const sdk::DestinationCapabilities& capabilities() const override { return capabilities_; }

  Result<void> check() override {
    auto* client = TRY(dataset_->client());
    TRY(client->check_dataset());
    TRY(google::BigQueryTables(*client).list("_weir_"));
    TRY(google::BigQueryJobs(*client).dry_run({.sql = "SELECT 1"}).within("asking whether jobs may be run"));
    auto* store = TRY(dataset_->store());
    if (store == nullptr) return {};
    TRY(store->list(dataset_->prefix() + "/", "").within("looking into the staging bucket"));
    return {};
  }

  Result<std::unique_ptr<sdk::Load>> begin(const sdk::LoadRequest& request) override {
    TRY(sdk::check_request(request, capabilities_));
    auto* client = TRY(dataset_->client());
    const Ledger ledger(*client);
    const auto key = TRY(free_key(*client, ledger, request));
    if (!key) return std::unique_ptr<sdk::Load>(std::make_unique<RepeatedLoad>());
    TRY(settle_leftovers(*dataset_, request));
    PlannedLoad planned{request, {}, *key};
    std::map<std::string, std::string> seen;  // names of tables in BigQuery to those in the request
    for (std::size_t i = 0; i < request.tables.size(); ++i) {
      const auto& target = request.tables[i];
      auto plan = TRY(plan_target(*client, ledger, request, i).within("preparing table " + target.table));
      const auto [other, is_new] = seen.emplace(plan.table.name.table, target.table);
      if (!is_new) {
        return fail(ErrorCode::InvalidConfig,
                    "tables {} and {} are the same to BigQuery, which calls both {}", other->second,
                    target.table, plan.table.name.table);
      }
      planned.plans.push_back(std::move(plan));
    }
    return BigQueryLoad::make(*dataset_, options_, std::move(planned));
  }

  Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                    const std::string& partition) override {
    return Ledger(*TRY(dataset_->client())).newest(pipeline, partition);
  }

  Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) override {
    return Ledger(*TRY(dataset_->client())).all(pipeline);
  }

  std::string query_hint(const std::string& table) const override {
    const auto client = dataset_->client();
    const auto name = table_name(table, Names::Replace);
    if (!client || !name) return "";
    const auto& place = (*client)->place();
    return fmt::format("bq query --use_legacy_sql=false 'SELECT * FROM `{}.{}.{}` LIMIT 10'", place.project,
                       place.dataset, *name);
  }

 private:
  /// The names that a load can have; nothing when it is published already. The ids of jobs of an earlier
  /// turn under the same load id are not free again.
  static Result<std::optional<LoadKey>> free_key(google::BigQueryClient& client, const Ledger& ledger,
                                                 const sdk::LoadRequest& request) {
    google::BigQueryJobs jobs(client);
    for (int turn = 1;; ++turn) {
      LoadKey key(ledger.name(), request, turn);
      bool is_taken = TRY(jobs.find(key.publish_job() + "_1")).has_value();
      if (is_taken && TRY(ledger.was_published(request.load_id))) return std::optional<LoadKey>();
      for (std::size_t i = 0; !is_taken && i < request.tables.size(); ++i) {
        is_taken = TRY(jobs.find(key.load_job(i) + "_1")).has_value();
      }
      if (!is_taken) return std::optional(std::move(key));
    }
  }

  Result<TablePlan> plan_target(google::BigQueryClient& client, const Ledger& ledger,
                                const sdk::LoadRequest& request, std::size_t table) const {
    const auto& target = request.tables[table];
    const google::BigQueryTableName name{client.place().project, client.place().dataset,
                                         TRY(table_name(target.table, options_.names))};
    auto stored = TRY(google::BigQueryTables(client).find(name));
    auto plan = TRY(plan_table(name, std::move(stored), request, table, options_));
    if (name.table != target.table) {
      plan.notes.push_back(fmt::format("table {} is called {} in BigQuery", target.table, name.table));
    }
    // A partition's rows are to be found by marks, but earlier loads wrote rows before there were any.
    const bool is_stored = plan.state == TablePlan::State::Stored;
    if (is_stored && plan.adds_mark && plan.table.rows > 0 && TRY(ledger.tells_of_rows(target.table))) {
      return sdk::unmarked_rows(target, request.partition, kLoadColumn,
                                fmt::format("ALTER TABLE {} ADD COLUMN {} STRING", name.sql(), kLoadColumn));
    }
    return plan;
  }

  const sdk::DestinationCapabilities capabilities_{
      .write_modes = {WriteMode::Append, WriteMode::Replace, WriteMode::Merge, WriteMode::ReplacePartition},
      .resolves_keys = false,
      .concurrent_loads = false};
  const std::shared_ptr<Dataset> dataset_;  // shared with a source of the same connection
  const DestinationOptions options_;
};

}  // namespace

std::unique_ptr<sdk::Destination> make_bigquery_destination(std::shared_ptr<Dataset> dataset,
                                                            const DestinationOptions& options) {
  return std::make_unique<BigQueryDestination>(std::move(dataset), options);
}

}  // namespace weir::bigquery
