// SPDX-License-Identifier: Apache-2.0
// The functions of GoogleSQL that are served, and what they are in the engine. Used by the translator.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace weir::sandbox::bigquery {

/// The SQL of a call; nothing when the function is not known with so many arguments. `arguments` are
/// SQL already; of date parts, such as the DAY of DATE_TRUNC, the bare word in `words` counts.
std::optional<std::string> function_sql(const std::string& name, const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& words);

}  // namespace weir::sandbox::bigquery
