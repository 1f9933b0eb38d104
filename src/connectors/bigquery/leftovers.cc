// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/leftovers.h"

#include <fmt/format.h>

#include <map>

#include "connectors/bigquery/ledger.h"
#include "connectors/bigquery/load_key.h"
#include "protocols/google/bigquery_tables.h"

namespace weir::bigquery {
namespace {

constexpr const char* kFence = "SELECT 1";

enum class Outcome { Published, Never };

/// How a publication ended, or that it will never begin.
Result<Outcome> fence(google::BigQueryJobs& jobs, const LoadKey& key) {
  for (int attempt = 1;; ++attempt) {
    const auto id = fmt::format("{}_{}", key.publish_job(), attempt);
    const auto job = TRY(jobs.run(id, google::QueryJob{.sql = kFence}));
    if (is_fence(job.sql)) return Outcome::Never;
    if (!job.failure) return Outcome::Published;
  }
}

Result<void> remove_objects(io::ObjectStore& store, const std::string& folder) {
  for (const auto& object : TRY(io::list_all(store, folder))) TRY(store.remove(object.key));
  return {};
}

}  // namespace

bool is_fence(const std::string& sql) { return sql == kFence; }

Result<void> settle_leftovers(Dataset& dataset, const sdk::LoadRequest& request) {
  auto* client = TRY(dataset.client());
  google::BigQueryTables tables(*client);
  google::BigQueryJobs jobs(*client);
  const auto ledger = Ledger(*client).name();
  const auto prefix = LoadKey::tables_of(ledger, request.pipeline, request.partition.key);
  std::map<std::string, Outcome> outcomes;  // by the publication's id
  bool is_published = false;
  for (const auto& table : TRY(tables.list(prefix))) {
    const auto key = LoadKey::of_table(table);
    if (!key) continue;
    if (outcomes.find(key->publish_job()) == outcomes.end()) {
      const auto outcome =
          TRY(fence(jobs, *key).within("ending an earlier load of " + request.partition.key));
      outcomes.emplace(key->publish_job(), outcome);
      is_published = is_published || outcome == Outcome::Published;
      if (auto* store = TRY(dataset.store())) TRY(remove_objects(*store, key->folder(dataset.prefix())));
    }
    TRY(tables.remove({ledger.project, ledger.dataset, table}));
  }
  if (!is_published) return {};
  return fail(ErrorCode::Conflict,
              "an earlier load of partition {} of {} was published after the ledger was asked; run again",
              request.partition.key, request.pipeline);
}

}  // namespace weir::bigquery
