// SPDX-License-Identifier: Apache-2.0
// The hot path: rows of a batch into one table, by statements of about a megabyte. When one of them
// fails because of a row, its rows are tried again in halves, until the bad ones stand alone. Used by
// the load; one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "connectors/mysql/plan.h"
#include "connectors/sdk/destination.h"

namespace weir::mysql {

class RowWriter {
 public:
  /// The connection is in the load's transaction; it and the target outlive this.
  static Result<RowWriter> open(Connection& connection, TablePlan plan, const sdk::TableTarget& target,
                                const std::string& load_id);
  /// Fails when the transaction cannot go on; rows that the server does not take are in the outcome.
  Result<sdk::WriteOutcome> write(const model::BatchView& rows);

 private:
  struct Call {
    const model::BatchView& rows;
    sdk::WriteOutcome& outcome;
  };
  /// A row of the statement at hand: where its text is, and its number in the batch.
  struct Piece {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t row = 0;
  };

  RowWriter(Connection& connection, TablePlan plan, const sdk::TableTarget& target,
            const std::string& load_id);

  Result<void> check_shape(const model::BatchView& rows) const;
  void add(const Call& call, std::size_t row);
  std::optional<std::string> reason_against(const model::BatchView& rows, std::size_t row) const;
  Result<void> flush(const Call& call);
  void leave_overtaken_out(const Call& call);
  Result<void> put(const Call& call, std::size_t first, std::size_t last);
  Result<bool> try_put(const Call& call, std::size_t first, std::size_t last);
  Result<std::uint64_t> overtaken(const Call& call, std::size_t first, std::size_t last);
  std::string statement(std::size_t first, std::size_t last) const;
  Result<std::string> complaint();
  std::string refusal(const Call& call, std::size_t row) const;
  std::string key_of(const model::BatchView& rows, std::size_t row) const;

  Connection* connection_;
  TablePlan plan_;
  const sdk::TableTarget* target_;
  std::string mark_;  ///< the load's id as a constant
  std::string begin_, end_;
  std::size_t most_bytes_ = 0;  ///< of a statement, as the server takes it
  bool wrote_before_ = false;   ///< this load, into this table
  std::string text_;            ///< rows as "(1, 'a')", one after the other
  std::vector<Piece> pieces_;
  ServerError failure_;  ///< of the last statement that failed because of a row
};

}  // namespace weir::mysql
