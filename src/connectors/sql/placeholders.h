// SPDX-License-Identifier: Apache-2.0
// SQL that a person wrote, with a partition's values in place of its placeholders. Used by the connectors of
// databases. Pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace weir::sql {

/// Whether SQL has placeholders.
bool has_placeholders(std::string_view sql);

/// A query without blanks and semicolons at its end.
std::string_view bare(std::string_view query);

/// How one database takes a value in.
struct Binding {
  /// What a placeholder such as "{{ partition.start }}" stands for.
  std::function<Result<std::string>(std::string_view placeholder)> value_of;
  std::string (*constant)(std::string_view value);         ///< where it stands alone, with its quotes
  std::string (*inside_constant)(std::string_view value);  ///< the same with quotes that are left out
};

/// Puts values in place of the placeholders. A value is always a constant of SQL: quoted where it stands
/// alone, and escaped inside a constant.
Result<std::string> bind_placeholders(std::string_view sql, const Binding& binding);

/// "looker.history" as its two names; "history" has the given first one.
std::pair<std::string, std::string> split_name(std::string_view name, const std::string& first);

}  // namespace weir::sql
