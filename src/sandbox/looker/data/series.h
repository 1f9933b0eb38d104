// SPDX-License-Identifier: Apache-2.0
// Series: things that happen all week long, more by day than by night, fewer at the weekend. The row of
// an instant never depends on when it is asked for: row 0 is the first of January 5, 1970. Used by the
// generated tables. Values; pure.
#pragma once

#include <array>

#include "base/time.h"
#include "sandbox/looker/data/chance.h"
#include "sandbox/looker/data/value.h"

namespace weir::sandbox::looker {

class Series {
 public:
  Series(std::uint64_t seed, std::string_view subject, std::int64_t rows_a_year);

  /// Whole seconds; never falls from row to row.
  std::int64_t time(Row row) const;
  /// The first row of this instant or later.
  Row first_at(Timestamp instant) const;
  std::int64_t weekly() const { return weekly_; }

 private:
  Chance chance_;
  std::int64_t weekly_ = 0;
  std::array<std::int64_t, 8> first_{};  ///< of each weekday, within the week
};

/// The part of a series that there is: rows of [begin, end).
struct Extent {
  Row begin = 0, end = 0;
};

/// What is kept at an instant: from `oldest` on, up to and with `newest`.
struct Window {
  Timestamp oldest, newest;
};

inline Extent extent(const Series& series, const Window& window) {
  return {series.first_at(window.oldest), series.first_at({window.newest.micros + 1})};
}

}  // namespace weir::sandbox::looker
