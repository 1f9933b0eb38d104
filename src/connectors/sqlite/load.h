// SPDX-License-Identifier: Apache-2.0
// One load into the file: one transaction from the first write to publish(). Made by the
// destination, which must outlive it; used by one thread at a time.
#pragma once

#include <optional>
#include <vector>

#include "connectors/sdk/destination.h"
#include "connectors/sqlite/file.h"
#include "connectors/sqlite/row_writer.h"

namespace weir::sqlite {

class SqliteLoad final : public sdk::Load {
 public:
  /// The caller holds the file's mutex.
  SqliteLoad(DatabaseFile& file, sdk::LoadRequest request);
  ~SqliteLoad() override;

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  Result<void> prepare() override;
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;

 private:
  enum class State {
    Waiting,    ///< no transaction yet: others may write until the first row comes
    Open,       ///< in a transaction
    Published,  ///< by this load
    Repeated,   ///< an earlier load of the same id did it all
    Broken,     ///< rolled back
  };

  Result<void> start();
  Result<void> open_tables(Database& database);
  Result<void> open_table(Database& database, const sdk::TableTarget& target);
  Result<void> record(Database& database, const std::vector<model::LedgerEntry>& entries);
  Result<void> commit(Database& database);
  void break_off(Database& database, const Error& error);

  DatabaseFile& file_;
  sdk::LoadRequest request_;
  State state_ = State::Waiting;
  std::vector<RowWriter> writers_;  // one a table of the request
  std::optional<Error> error_;      // why the load is broken
  Database* database_ = nullptr;    // the file's connection, once there is a transaction
};

}  // namespace weir::sqlite
