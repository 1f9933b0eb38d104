// SPDX-License-Identifier: Apache-2.0
#include "model/load.h"

#include <array>
#include <utility>

namespace weir::model {
namespace {

constexpr std::array<std::pair<std::string_view, WriteMode>, 4> kModes = {{
    {"append", WriteMode::Append},
    {"replace", WriteMode::Replace},
    {"merge", WriteMode::Merge},
    {"replace_partition", WriteMode::ReplacePartition},
}};

}  // namespace

RowCounts& RowCounts::operator+=(const RowCounts& other) {
  read += other.read;
  added += other.added;
  loaded += other.loaded;
  filtered += other.filtered;
  deduplicated += other.deduplicated;
  quarantined += other.quarantined;
  return *this;
}

Result<void> conserve(const RowCounts& counts) {
  const auto came = counts.read + counts.added;
  const auto went = counts.loaded + counts.filtered + counts.deduplicated + counts.quarantined;
  if (came == went) return {};
  return fail(ErrorCode::Internal,
              "rows do not add up: {} read + {} added is not {} loaded + {} filtered + {} deduplicated + {} "
              "quarantined; nothing was published",
              counts.read, counts.added, counts.loaded, counts.filtered, counts.deduplicated,
              counts.quarantined);
}

std::string_view name(WriteMode mode) {
  for (const auto& [text, known] : kModes) {
    if (known == mode) return text;
  }
  return "append";
}

std::optional<WriteMode> write_mode_from_name(std::string_view wanted) {
  for (const auto& [text, mode] : kModes) {
    if (text == wanted) return mode;
  }
  return std::nullopt;
}

}  // namespace weir::model
