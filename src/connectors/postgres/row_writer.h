// SPDX-License-Identifier: Apache-2.0
// The hot path: rows of a batch into one table. Used by the load; one thread at a time.
//
// A table that cannot refuse a row takes one COPY that stays open from write to write. Where the
// server may refuse rows (constraints, JSON), every write is a COPY or INSERT of its own inside a
// savepoint, and what the server complains of is found and set aside.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connectors/postgres/options.h"
#include "connectors/postgres/plan.h"
#include "connectors/postgres/row_check.h"
#include "connectors/sdk/destination.h"
#include "protocols/postgres/byte_buffer.h"

namespace weir::postgres {

class RowWriter {
 public:
  /// `number` is the table's in the load, `target` stays where it is.
  static Result<std::unique_ptr<RowWriter>> open(Connection& connection, TablePlan plan,
                                                 const sdk::TableTarget& target, std::size_t number,
                                                 const sdk::LoadRequest& request, LongText long_text);

  /// Fails with Internal when these are not the table's columns.
  Result<void> check_shape(const model::BatchView& rows) const;
  /// Fails when the transaction cannot go on; rows that the server does not take are in the outcome.
  Result<sdk::WriteOutcome> write(const model::BatchView& rows);
  /// Ends the open COPY, so that the session can do something else.
  Result<void> pause();
  std::vector<std::string> warnings() const { return check_.warnings(); }

 private:
  using RowNumbers = std::span<const std::uint32_t>;

  RowWriter(Connection& connection, TablePlan plan, const sdk::TableTarget& target, LongText long_text,
            std::string load_id)
      : connection_(connection),
        plan_(std::move(plan)),
        target_(target),
        long_text_(long_text),
        load_id_(std::move(load_id)),
        check_(plan_, target, long_text) {}

  Result<void> widen();
  Result<void> stream(const model::BatchView& rows, RowNumbers numbers);
  Result<void> put_all(const model::BatchView& rows, RowNumbers numbers, sdk::WriteOutcome& outcome);
  /// Gives the number of rows that met a known key.
  Result<std::uint64_t> put(const model::BatchView& rows, RowNumbers numbers);
  Result<std::uint64_t> copy(const model::BatchView& rows, RowNumbers numbers);
  Result<std::uint64_t> insert(const model::BatchView& rows, RowNumbers numbers);
  Result<std::uint64_t> merge(const Parameters& parameters, std::size_t rows);
  Result<void> expect(std::uint64_t wanted, std::uint64_t got) const;
  void encode_row(const model::BatchView& rows, std::uint32_t row);
  void encode_field(const model::BatchView& rows, std::size_t column, std::uint32_t row, ByteBuffer& out);

  Connection& connection_;
  TablePlan plan_;
  const sdk::TableTarget& target_;
  LongText long_text_;
  std::string load_id_;
  RowCheck check_;
  std::string statement_;  // names of prepared statements; empty on the Copy route
  std::string second_statement_;
  ByteBuffer buffer_;
  std::vector<ByteBuffer> arrays_;  // one a column
  bool streaming_ = false;
  std::uint64_t streamed_ = 0;
};

}  // namespace weir::postgres
