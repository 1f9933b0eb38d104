// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/placeholders.h"

#include "base/text.h"

namespace weir::sql {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

}  // namespace

bool has_placeholders(std::string_view sql) { return sql.find(kOpen) != std::string_view::npos; }

std::string_view bare(std::string_view query) {
  query = trim(query);
  while (query.ends_with(';')) query = trim(query.substr(0, query.size() - 1));
  return query;
}

Result<std::string> bind_placeholders(std::string_view sql, const Binding& binding) {
  std::string bound;
  bool inside_constant = false;
  while (true) {
    const auto open = sql.find(kOpen);
    for (const char c : sql.substr(0, open)) inside_constant = inside_constant != (c == '\'');
    bound += sql.substr(0, open);
    if (open == std::string_view::npos) return bound;
    sql.remove_prefix(open);
    const auto close = sql.find(kClose);
    if (close == std::string_view::npos) {
      return fail(ErrorCode::InvalidConfig, "a placeholder has no end: {}", sql.substr(0, 40));
    }
    const auto placeholder = sql.substr(0, close + kClose.size());
    const auto value = TRY(binding.value_of(placeholder));
    if (inside_constant) {
      const auto quoted = binding.inside_constant(value);
      bound += quoted.substr(1, quoted.size() - 2);
    } else {
      bound += binding.constant(value);
    }
    sql.remove_prefix(placeholder.size());
  }
}

std::pair<std::string, std::string> split_name(std::string_view name, const std::string& first) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) return {first, std::string(name)};
  return {std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))};
}

}  // namespace weir::sql
