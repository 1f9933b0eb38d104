// SPDX-License-Identifier: Apache-2.0
// One load into the database: one transaction on a session of its own from begin to publish(). Made
// by the destination; used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "connectors/mysql/destination_options.h"
#include "connectors/mysql/ledger.h"
#include "connectors/mysql/row_writer.h"
#include "connectors/mysql/sessions.h"
#include "connectors/sdk/destination.h"

namespace weir::mysql {

class MysqlLoad final : public sdk::Load {
 public:
  /// Makes the tables ready and opens the transaction. New tables and columns are there at once,
  /// because MySQL commits every change of a table; what was made is taken back with the load as far
  /// as that loses nothing: new tables are, new columns stay.
  static Result<std::unique_ptr<sdk::Load>> begin(std::shared_ptr<Sessions> sessions,
                                                  const sdk::LoadRequest& request,
                                                  const DestinationOptions& options);
  ~MysqlLoad() override;

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;

 private:
  enum class State {
    Open,       ///< in a transaction
    Published,  ///< by this load
    Repeated,   ///< an earlier load of the same id did it all
    Broken,     ///< rolled back
  };
  /// A table with its plan, before rows go in.
  struct Prepared {
    std::optional<StoredTable> stored;
    TablePlan plan;
  };

  MysqlLoad(std::shared_ptr<Sessions> sessions, std::unique_ptr<Connection> connection,
            const sdk::LoadRequest& request, const DestinationOptions& options);

  Result<void> start();
  Result<void> wait_for_others(Connection& connection) const;
  Result<Prepared> prepare_table(const sdk::TableTarget& target);
  Result<void> open_table(const sdk::TableTarget& target, Prepared prepared);
  Result<void> record(const std::vector<model::LedgerEntry>& entries);
  Result<void> commit();
  bool was_committed_after_all();
  void break_off(const Error& error);
  void drop_new_tables();

  std::shared_ptr<Sessions> sessions_;  // shared with the destination, which may go first
  std::unique_ptr<Connection> connection_;
  sdk::LoadRequest request_;
  DestinationOptions options_;
  Ledger ledger_;
  State state_ = State::Open;
  std::vector<RowWriter> writers_;  // one a table of the request
  std::vector<TableName> new_tables_;
  std::optional<Error> error_;  // why the load is broken
};

}  // namespace weir::mysql
