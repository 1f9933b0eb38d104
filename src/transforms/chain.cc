// SPDX-License-Identifier: Apache-2.0
#include "transforms/chain.h"

#include <fmt/format.h>

#include "base/text.h"
#include "transforms/program.h"

namespace weir::transforms {
namespace {

/// " EXCLUDE (a, b)" or, when the list is long, one item a line.
std::string clause(std::string_view keyword, const std::vector<std::string>& items) {
  if (items.empty()) return {};
  const auto line = join(items);
  if (line.size() <= 80 && line.find('\n') == line.npos) return fmt::format("\n  {} ({})", keyword, line);
  return fmt::format("\n  {} (\n    {})", keyword, join(items, ",\n    "));
}

/// A comment must not end before its line does.
std::string comment(std::string_view title) {
  std::string out = "-- ";
  for (const char c : title) out += c == '\n' || c == '\r' ? ' ' : c;
  return out;
}

}  // namespace

bool same_name(std::string_view one, std::string_view other) { return lower(one) == lower(other); }

Chain::Chain(model::Schema input) : input_(std::move(input)), columns_(input_) {
  for (const auto& column : input_.columns) untouched_[column.name] = column.name;
}

std::string Chain::relation() const {
  return steps_.empty() ? "input" : fmt::format("step_{}", steps_.size());
}

void Chain::add(const std::string& title, const std::string& select, model::Schema columns,
                const KeptColumns& kept) {
  steps_.push_back(
      fmt::format("{}\nstep_{} AS NOT MATERIALIZED (\n{}\n)", comment(title), steps_.size() + 1, select));
  columns_ = std::move(columns);
  KeptColumns untouched;
  for (const auto& [now, before] : kept) {
    const auto found = untouched_.find(before);
    if (found != untouched_.end()) untouched[now] = found->second;
  }
  untouched_ = std::move(untouched);
}

std::vector<std::optional<std::size_t>> Chain::untouched() const {
  std::vector<std::optional<std::size_t>> numbers;
  for (const auto& column : columns_.columns) {
    const auto found = untouched_.find(column.name);
    numbers.push_back(found == untouched_.end() ? std::nullopt : input_.find(found->second));
  }
  return numbers;
}

std::string Chain::sql() const {
  std::vector<std::string> names;
  for (const auto& column : columns_.columns) names.push_back(sql_identifier(column.name));
  names.emplace_back(kRowColumn);
  names.emplace_back(kErrorColumn);
  const auto select = fmt::format("SELECT\n  {}\nFROM {}", join(names, ",\n  "), relation());
  if (steps_.empty()) return select;
  return fmt::format("WITH\n{}\n{}", join(steps_, ",\n"), select);
}

StarSelect& StarSelect::exclude(std::string_view column) {
  changed_.emplace(column);
  return excluded_.push_back(sql_identifier(column)), *this;
}

StarSelect& StarSelect::replace(std::string_view column, const std::string& expression) {
  changed_.emplace(column);
  return replaced_.push_back(fmt::format("{} AS {}", expression, sql_identifier(column))), *this;
}

StarSelect& StarSelect::add(const std::string& expression, std::string_view name) {
  return added_.push_back(fmt::format("{} AS {}", expression, sql_identifier(name))), *this;
}

StarSelect& StarSelect::refuse(const std::string& condition, const std::string& text) {
  return conditions_.push_back(fmt::format("WHEN {} THEN {}", condition, text)), *this;
}

StarSelect& StarSelect::refuse_with(const std::string& expression) {
  return reasons_.push_back(expression), *this;
}

std::string StarSelect::from(const std::string& relation, const std::string& where) const {
  auto replaced = replaced_;
  std::vector<std::string> reasons{std::string(kErrorColumn)};
  reasons.insert(reasons.end(), reasons_.begin(), reasons_.end());
  if (!conditions_.empty()) reasons.push_back(fmt::format("CASE {} END", join(conditions_, "\n      ")));
  if (reasons.size() > 1) replaced.push_back(fmt::format("coalesce({}) AS {}", join(reasons), kErrorColumn));
  std::string select = "SELECT *";
  select += clause("EXCLUDE", excluded_) + clause("REPLACE", replaced);
  if (!added_.empty()) select += ",\n  " + join(added_, ",\n  ");
  select += "\nFROM " + relation;
  if (!where.empty()) select += "\nWHERE " + where;
  return select;
}

KeptColumns StarSelect::kept(const model::Schema& columns) const {
  KeptColumns kept;
  for (const auto& column : columns.columns) {
    if (!changed_.contains(column.name)) kept[column.name] = column.name;
  }
  return kept;
}

}  // namespace weir::transforms
