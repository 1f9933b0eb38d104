// SPDX-License-Identifier: Apache-2.0
// TableStage: the rows of one table on their way into parts on S3. Used by RedshiftLoad; one thread.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/redshift/plan.h"
#include "connectors/redshift/row_encoder.h"
#include "connectors/redshift/staging.h"

namespace weir::redshift {

class TableStage {
 public:
  /// `base` is the key of the table's first part.
  static Result<TableStage> make(const TablePlan& plan, const DestinationOptions& options,
                                 const std::string& load_id, std::string base);

  Result<void> write(const model::BatchView& rows, Staging& staging, sdk::WriteOutcome& outcome);
  /// Hands over the last part.
  Result<void> finish(Staging& staging);

  const std::deque<Part>& parts() const { return parts_; }
  /// Takes rows out of a staged part that holds `text`, by their numbers in it, from 0, in order. Gives
  /// their text.
  Result<std::vector<std::string>> cut(Staging& staging, std::size_t part, std::string_view text,
                                       const std::vector<std::uint64_t>& rows);
  /// The number of a part's row, from 0, among all rows that were written to the table.
  std::uint64_t number_of(std::size_t part, std::uint64_t row) const;
  /// Whether a row is the one that was staged as this text.
  bool wrote(std::size_t part, std::uint64_t number, std::string_view text, const model::BatchView& rows,
             std::size_t row) const;
  const RowEncoder& encoder() const { return encoder_; }
  const std::string& base() const { return base_; }

 private:
  TableStage(RowEncoder encoder, std::string base, std::size_t part_size)
      : encoder_(std::move(encoder)), base_(std::move(base)), part_size_(part_size) {}
  Result<void> end_part(Staging& staging);

  RowEncoder encoder_;
  std::string base_;
  std::size_t part_size_;
  WriteBuffer buffer_;
  std::uint64_t first_row_ = 0;  // of the part under way
  std::deque<Part> parts_;       // uploads hold on to their places
};

}  // namespace weir::redshift
