// SPDX-License-Identifier: Apache-2.0
// One load into the database: one transaction on a session of its own from begin to publish(). Made
// by the destination; used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "connectors/postgres/ledger.h"
#include "connectors/postgres/options.h"
#include "connectors/postgres/row_writer.h"
#include "connectors/postgres/sessions.h"
#include "connectors/sdk/destination.h"

namespace weir::postgres {

class PostgresLoad final : public sdk::Load {
 public:
  /// Opens the transaction and makes the tables ready.
  static Result<std::unique_ptr<sdk::Load>> begin(std::shared_ptr<Sessions> sessions,
                                                  const sdk::LoadRequest& request,
                                                  const DestinationOptions& options);
  ~PostgresLoad() override;

  Result<sdk::WriteOutcome> write(std::size_t table, const model::BatchView& rows) override;
  Result<void> prepare() override;
  Result<void> publish(const std::vector<model::LedgerEntry>& entries) override;
  std::vector<std::string> warnings() const override;

 private:
  enum class State {
    Open,       ///< in a transaction
    Published,  ///< by this load
    Repeated,   ///< an earlier load of the same id did it all
    Broken,     ///< rolled back
  };

  PostgresLoad(std::shared_ptr<Sessions> sessions, Connection connection, const sdk::LoadRequest& request,
               const DestinationOptions& options);

  Result<void> start();
  Result<void> take_locks();
  Result<void> open_table(std::size_t number);
  Result<void> record(const std::vector<model::LedgerEntry>& entries);
  Result<void> commit();
  Result<void> resolve(const Error& lost);
  Result<void> pause_others(std::size_t table);
  void break_off(const Error& error);
  std::string lock_name() const;

  std::shared_ptr<Sessions> sessions_;  // shared with the destination, which may go first
  std::optional<Connection> connection_;
  sdk::LoadRequest request_;
  DestinationOptions options_;
  Ledger ledger_;
  std::string encoding_;  // of the database
  State state_ = State::Open;
  std::vector<std::unique_ptr<RowWriter>> writers_;  // one a table of the request
  std::optional<Error> error_;                       // why the load is broken
};

}  // namespace weir::postgres
