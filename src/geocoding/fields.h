// SPDX-License-Identifier: Apache-2.0
// The columns that geocoding can add, and a record cut down to the wanted ones. Used by the
// Geocoder. Values, pure.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "geocoding/geo_record.h"
#include "model/batch.h"
#include "model/schema.h"

namespace weir::geocoding {

struct Field {
  std::string_view name;  ///< without the prefix
  model::Type type;       ///< Text, Double or Boolean
  std::string_view doc;
};

/// Every field in its usual order: first those of standard_fields().
std::span<const Field> all_fields();
/// The fields of a table of request logs, in that table's order.
const std::vector<std::string>& standard_fields();
/// The indexes in all_fields() of the names; an unknown name is an error with a suggestion.
Result<std::vector<std::size_t>> choose_fields(const std::vector<std::string>& names);

/// One record's wanted fields, ready to be copied into a batch. The texts live as long as this.
class Row {
 public:
  Row(const GeoRecord& record, std::span<const std::size_t> fields);
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  struct Cell {
    bool is_null = true;
    model::Text text = {};
    double number = 0;  ///< a Double, or 0 and 1 for a Boolean
  };
  const Cell& cell(std::size_t column) const { return cells_[column]; }

 private:
  std::string texts_;
  std::vector<Cell> cells_;
};

}  // namespace weir::geocoding
