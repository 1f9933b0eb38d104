// SPDX-License-Identifier: Apache-2.0
// What tables and columns are called in BigQuery. Used by the destination. Pure functions.
// https://cloud.google.com/bigquery/docs/schemas#column_names
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/bigquery/options.h"
#include "model/schema.h"

namespace weir::bigquery {

inline constexpr std::size_t kLongestColumnName = 300;

/// The name of a table as BigQuery takes it. InvalidConfig when names are strict and it does not.
Result<std::string> table_name(const std::string& name, Names policy);

/// The names of the columns in order. InvalidConfig when names are strict and one is not taken, and
/// when two columns would be the same to BigQuery, whatever the case of their letters.
Result<std::vector<std::string>> column_names(const model::Schema& schema, Names policy,
                                              const std::string& table);

}  // namespace weir::bigquery
