// SPDX-License-Identifier: Apache-2.0
// One load into the DuckDB file: one transaction from begin() to publish(). Made by the destination,
// whose file it shares; one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "connectors/duckdb/file.h"
#include "connectors/duckdb/row_writer.h"
#include "connectors/sdk/destination.h"

namespace weir::duckdb {

class DuckdbLoad final : public sdk::Load {
 public:
  /// Takes the file's place for a load and opens the transaction. The file must outlive the load.
  static Result<std::unique_ptr<sdk::Load>> begin(DatabaseFile& file, const sdk::LoadRequest& request);
  ~DuckdbLoad() override;
  DuckdbLoad(const DuckdbLoad&) = delete;
  DuckdbLoad& operator=(const DuckdbLoad&) = delete;

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  Result<void> prepare() override;
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;

 private:
  enum class State {
    Open,
    Prepared,
    Published,
    Repeated,  ///< an earlier load of the same id did it all
    Broken,    ///< rolled back
  };

  DuckdbLoad(DatabaseFile& file, const sdk::LoadRequest& request) : file_(file), request_(request) {}
  Result<void> start();
  Result<void> open_tables(std::vector<engine::Input> inputs, std::vector<RowWriter::Names> names);
  Result<void> record(const std::vector<model::LedgerEntry>& entries);
  Failure break_off(Error error);

  DatabaseFile& file_;
  sdk::LoadRequest request_;
  std::optional<engine::Connection> connection_;
  std::vector<RowWriter> writers_;  // one a table of the request
  State state_ = State::Open;
};

}  // namespace weir::duckdb
