// SPDX-License-Identifier: Apache-2.0
// LoadKey: what the jobs, tables and objects of one load are called, so that whoever finds one of them
// knows the others. Used by the destination. Values and pure functions.
#pragma once

#include <optional>
#include <string>

#include "connectors/sdk/destination.h"
#include "protocols/google/bigquery_schema.h"

namespace weir::bigquery {

class LoadKey {
 public:
  /// The load of `request` into a dataset. A load that is begun again under the same id after it failed
  /// has another `turn`, because ids of jobs are never free again.
  LoadKey(const google::BigQueryTableName& ledger, const sdk::LoadRequest& request, int turn);
  /// The load that a staging table belongs to; nothing for other tables.
  static std::optional<LoadKey> of_table(const std::string& table);

  /// Beginning of the names of all staging tables of a pipeline's partition.
  static std::string tables_of(const google::BigQueryTableName& ledger, const std::string& pipeline,
                               const std::string& partition);

  std::string staging_table(std::size_t table) const;
  /// The jobs with attempts (BigQueryJobs::run_with_attempts) are called like this.
  std::string load_job(std::size_t table) const;
  std::string publish_job() const;
  /// Where objects lie below a prefix, with a slash at its end.
  std::string folder(const std::string& prefix) const;

 private:
  explicit LoadKey(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace weir::bigquery
