// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/destination.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "connectors/redshift/catalog.h"
#include "connectors/redshift/keys.h"
#include "connectors/redshift/ledger.h"
#include "connectors/redshift/load.h"
#include "connectors/redshift/plan.h"
#include "connectors/sdk/load_request.h"

namespace weir::redshift {
namespace {

using model::WriteMode;
using postgres::Connection;

/// A load that was published before under the same id: takes everything and does nothing.
class RepeatedLoad final : public sdk::Load {
 public:
  Result<sdk::WriteOutcome> write(std::size_t, const model::BatchView&) override {
    return sdk::WriteOutcome{};
  }
  Result<void> publish(const std::vector<model::LedgerEntry>&) override { return {}; }
};

Result<bool> has_row(Connection& connection, const std::string& from) {
  return TRY(connection.execute("SELECT 1 FROM " + from + " LIMIT 1")).size() > 0;
}

/// Fails when a partition's rows are to be found by marks, but earlier loads wrote into the table before
/// it had any.
Result<void> check_marks(Connection& connection, const Ledger& ledger, const TablePlan& plan,
                         const sdk::TableTarget& target, const model::Partition& partition) {
  if (plan.mode != Mode::ReplaceLoads || !plan.stored) return {};
  const auto table = qualified(plan.schema, plan.table);
  const auto mark = sql_identifier(kLoadColumn);
  if (plan.adds_mark) {
    if (!TRY(ledger.tells_of_rows(connection, target.table)) || !TRY(has_row(connection, table))) return {};
    return sdk::unmarked_rows(target, partition, kLoadColumn,
                              fmt::format("ALTER TABLE {} ADD COLUMN {} VARCHAR(256)", table, mark));
  }
  const auto condition = fmt::format(" WHERE {} = '{}'", mark, kUnknownLoad);
  if (!TRY(has_row(connection, table + condition))) return {};
  return sdk::unmarked_rows(target, partition, kLoadColumn,
                            fmt::format("UPDATE {} SET {} = NULL{}", table, mark, condition));
}

class RedshiftDestination final : public sdk::Destination {
 public:
  RedshiftDestination(std::unique_ptr<Warehouse> warehouse, const DestinationOptions& options)
      : warehouse_(std::move(warehouse)), options_(options), ledger_(warehouse_->schema()) {}

  const sdk::DestinationCapabilities& capabilities() const override { return capabilities_; }

  Result<void> check() override {
    auto connection = TRY(warehouse_->connect());
    TRY(check_schema(connection, warehouse_->schema()));
    auto* store = TRY(warehouse_->store());
    TRY(store->list(warehouse_->options().staging.prefix + "/", "")
            .within("looking into the staging bucket"));
    return {};
  }

  Result<std::unique_ptr<sdk::Load>> begin(const sdk::LoadRequest& request) override {
    TRY(sdk::check_request(request, capabilities_));
    auto connection = TRY(warehouse_->connect());
    if (TRY(ledger_.was_published(connection, request.load_id))) {
      return std::unique_ptr<sdk::Load>(std::make_unique<RepeatedLoad>());
    }
    PlannedLoad planned{request, {}, {}, {}};
    for (const auto& target : request.tables) {
      planned.plans.push_back(
          TRY(plan(connection, target, request.partition).within("preparing table " + target.table)));
    }
    TRY(choose_keys(planned));
    return RedshiftLoad::make(*warehouse_, options_, std::move(planned));
  }

  Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                    const std::string& partition) override {
    auto connection = TRY(warehouse_->connect());
    return ledger_.newest(connection, pipeline, partition);
  }

  Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) override {
    auto connection = TRY(warehouse_->connect());
    return ledger_.all(connection, pipeline);
  }

  std::string query_hint(const std::string& table) const override {
    const auto& options = warehouse_->options();
    const auto name = qualified(folded(options.schema), folded(table));
    return fmt::format("psql -h {} -p {} -U {} -d {} -c 'SELECT * FROM {} LIMIT 10'", options.host,
                       options.port.value_or(5439), options.user, options.database, name);
  }

 private:
  Result<TablePlan> plan(Connection& connection, const sdk::TableTarget& target,
                         const model::Partition& partition) {
    auto stored = TRY(read_table(connection, warehouse_->schema(), target.table));
    auto plan = TRY(plan_table(warehouse_->schema(), std::move(stored), target, partition));
    TRY(check_marks(connection, ledger_, plan, target, partition));
    return plan;
  }

  /// Chooses where parts lie, and removes what a load of the partition that died has left.
  Result<void> choose_keys(PlannedLoad& planned) {
    auto* store = TRY(warehouse_->store());
    const auto& prefix = warehouse_->options().staging.prefix;
    const auto home = partition_folder(prefix, planned.request);
    for (const auto& object : TRY(io::list_all(*store, home))) TRY(store->remove(object.key));
    planned.folder = home + key_segment(planned.request.load_id) + "/";
    planned.bases = TRY(part_bases(planned.request, options_, prefix, planned.folder));
    return {};
  }

  const sdk::DestinationCapabilities capabilities_{
      .write_modes = {WriteMode::Append, WriteMode::Replace, WriteMode::Merge, WriteMode::ReplacePartition},
      .resolves_keys = false,
      .concurrent_loads = false};
  std::unique_ptr<Warehouse> warehouse_;
  const DestinationOptions options_;
  const Ledger ledger_;
};

}  // namespace

std::unique_ptr<sdk::Destination> make_redshift_destination(std::unique_ptr<Warehouse> warehouse,
                                                            const DestinationOptions& options) {
  return std::make_unique<RedshiftDestination>(std::move(warehouse), options);
}

}  // namespace weir::redshift
