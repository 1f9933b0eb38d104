// SPDX-License-Identifier: Apache-2.0
#include "execution/pipeline.h"

#include <fmt/format.h>

namespace weir::execution {

std::string Pipeline::table_names() const {
  const auto& first = tables.front().target.table;
  if (tables.size() == 1) return first;
  const auto& second = tables[1].target.table;
  if (tables.size() == 2) return fmt::format("{} and {}", first, second);
  return fmt::format("{}, {} and {} more", first, second, tables.size() - 2);
}

std::optional<std::size_t> Pipeline::find_table(const std::string& table) const {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].target.table == table) return i;
  }
  return std::nullopt;
}

}  // namespace weir::execution
