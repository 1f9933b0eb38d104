// SPDX-License-Identifier: Apache-2.0
// The destination with its file in reach, for the factory and for tests that look at the file while
// a load is under way: DuckDB lets a process open a file only once. Thread-safe as its file is.
#pragma once

#include <memory>
#include <string>

#include "connectors/duckdb/file.h"

namespace weir::duckdb {

class DuckdbDestination final : public sdk::Destination {
 public:
  explicit DuckdbDestination(std::shared_ptr<DatabaseFile> file);

  const sdk::DestinationCapabilities& capabilities() const override { return capabilities_; }
  Result<void> check() override;
  Result<std::unique_ptr<sdk::Load>> begin(const sdk::LoadRequest& request) override;
  Result<std::vector<model::LedgerEntry>> find_load(const std::string& pipeline,
                                                    const std::string& partition) override;
  Result<std::vector<model::LedgerEntry>> ledger(const std::string& pipeline) override;
  std::string query_hint(const std::string& table) const override;

 private:
  sdk::DestinationCapabilities capabilities_;
  std::shared_ptr<DatabaseFile> file_;  // shared with a test that looks on
};

}  // namespace weir::duckdb
