// SPDX-License-Identifier: Apache-2.0
// The windows of a pipeline with `every: cursor`: one after the other up to now, cut at the end of each
// step. Which of them are due follows from those that are loaded. Pure rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/partition.h"

namespace weir::model {

/// How far a cursor goes at a time. All lengths in microseconds.
struct CursorRule {
  std::optional<Timestamp> from{};     ///< the first window begins here; kBeginning: it has no lower end
  std::int64_t look_back = 0;          ///< without `from`: so long before the first run
  std::int64_t step = 86'400'000'000;  ///< the longest window; windows end at its multiples
  std::int64_t overlap = 0;            ///< read again of the window before
  std::int64_t lag = 0;                ///< the source shows rows so long after their time
  std::int64_t freshness = 0;          ///< a last window that is shorter waits
};

/// The partition of a window: "2024-05-14T00:00:00--2024-05-14T10:33:20", or "start--2024-05-14T10:33:20".
/// Its ends are whole seconds.
Partition cursor_partition(const Window& window, std::int64_t overlap);
/// The window of such a key.
std::optional<Window> parse_cursor_key(std::string_view key);

/// What a ledger entry of a cursor's partition keeps: where the pipeline began and how far it has come.
struct CursorPosition {
  Timestamp first;
  Timestamp end;
};
std::string to_string(const CursorPosition& position);
std::optional<CursorPosition> parse_cursor_position(std::string_view text);

/// All partitions, oldest first: those loaded and those due. `loaded` are the windows in the destination,
/// `began` where its loads say that the pipeline begins.
std::vector<Partition> plan_cursor(const CursorRule& rule, std::vector<Window> loaded,
                                   std::optional<Timestamp> began, Timestamp now);

}  // namespace weir::model
