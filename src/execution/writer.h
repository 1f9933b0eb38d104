// SPDX-License-Identifier: Apache-2.0
// The last steps of a row: into the load, into quarantine, or left out, and counted in each case.
// Used by the runner on its own thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/sdk/destination.h"
#include "connectors/sdk/source.h"
#include "execution/block_queue.h"
#include "execution/pipeline.h"
#include "model/batch.h"
#include "model/load.h"
#include "state/quarantine.h"

namespace weir::execution {

class Writer {
 public:
  struct Parts {
    sdk::Load& load;
    std::size_t table;                    ///< its number in the load
    std::string table_name;               ///< for quarantine; empty in a pipeline of one table
    state::QuarantineWriter* quarantine;  ///< null: bad rows are only counted
    const BadRowLimit& limit;
    std::string run_id;
    Timestamp now;
  };
  /// Makes the quarantine entry of a row by its number in the batch that is written.
  using RejectOf = std::function<Result<sdk::Reject>(std::size_t row, std::string reason)>;

  explicit Writer(Parts parts) : parts_(std::move(parts)) {}

  model::RowCounts& counts() { return counts_; }
  const model::RowCounts& counts() const { return counts_; }

  /// Writes rows without errors; those that the destination refuses go to quarantine.
  Result<void> write(const model::BatchView& rows, const RejectOf& reject_of);
  /// Of the destination, for one more thread; null when rows go to write().
  std::unique_ptr<sdk::RowEncoder> encoder() const { return parts_.load.encoder(parts_.table); }
  /// Writes rows without errors that an encoder has made the bytes of.
  Result<void> write(const EncodedRows& rows);
  /// Splits rows whose last two columns are the row number and the error: `refuse` gets the index,
  /// the number and the reason of the bad ones, `accept` the data columns and numbers of the others.
  using Refuse = std::function<Result<void>(std::size_t index, std::int64_t number, std::string_view reason)>;
  using Accept = std::function<Result<void>(const model::BatchView& data, const std::int64_t* numbers)>;
  static Result<void> split(const model::BatchView& rows, const Refuse& refuse, const Accept& accept);
  /// Sets a row aside; fails when that makes too many.
  Result<void> quarantine(sdk::Reject reject);
  /// Sets a row aside that was counted as loaded, or as a duplicate.
  Result<void> refuse_late(sdk::Reject reject, sdk::LateRefusal::Counted counted);
  /// The number, from 0, among all rows given to write() of one whose number among those is known that
  /// the destination did not refuse.
  std::uint64_t number_of(std::uint64_t taken) const;
  /// Judges the limit once all rows were read.
  Result<void> finish() const;

  /// What is wrong with the rows that were set aside, of which there is one.
  std::string still_bad() const;

 private:
  Failure too_many() const;

  /// Bad rows by reason without the values in it, with the first of each kind.
  struct Kind {
    std::uint64_t rows = 0;
    std::string first;
  };
  const Kind& worst() const;

  Parts parts_;
  model::RowCounts counts_;
  std::uint64_t given_ = 0;             ///< rows that came to write()
  std::vector<std::uint64_t> refused_;  ///< those of them that were refused, in order
  std::map<std::string, Kind> kinds_;
};

}  // namespace weir::execution
