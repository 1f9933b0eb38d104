// SPDX-License-Identifier: Apache-2.0
// Finds the rows that cannot be sent, before anything is: values that the server's types cannot hold
// and texts that are too long. On the hot path. Used by the row writer; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "connectors/postgres/options.h"
#include "connectors/postgres/plan.h"
#include "connectors/sdk/destination.h"

namespace weir::postgres {

class RowCheck {
 public:
  RowCheck(const TablePlan& plan, const sdk::TableTarget& target, LongText long_text)
      : plan_(&plan), target_(&target), long_text_(long_text) {}

  /// The numbers of the rows that can be sent; the others are added to `outcome`. The plan may have
  /// grown its columns since the last call.
  const std::vector<std::uint32_t>& good_rows(const model::BatchView& rows, sdk::WriteOutcome& outcome);
  /// Columns whose texts need more characters than they have, with the number. Only with LongText::Widen.
  const std::map<std::size_t, std::size_t>& too_narrow() const { return too_narrow_; }
  /// The text as it is to be sent. Only for columns with a length and LongText::Truncate.
  std::string_view cut(std::size_t column, std::string_view text) const;
  /// "12 values of title were cut to 20 characters", a column each.
  std::vector<std::string> warnings() const;

 private:
  void refuse(std::size_t row, std::string reason, sdk::WriteOutcome& outcome);
  void check_values(std::size_t column, const model::BatchView& rows, sdk::WriteOutcome& outcome);
  void check_lengths(std::size_t column, const model::BatchView& rows, sdk::WriteOutcome& outcome);

  const TablePlan* plan_;
  const sdk::TableTarget* target_;
  LongText long_text_;
  std::vector<char> bad_;
  std::vector<std::uint32_t> good_;
  std::map<std::size_t, std::size_t> too_narrow_;
  std::map<std::size_t, std::uint64_t> cut_;  // how many of a column
};

/// Whether values of the type are text of ours.
bool is_text(model::Type type);
/// The number of characters in UTF-8 text.
std::size_t characters(std::string_view text);
/// The bytes of its first `count` characters.
std::size_t bytes_of_characters(std::string_view text, std::size_t count);

}  // namespace weir::postgres
