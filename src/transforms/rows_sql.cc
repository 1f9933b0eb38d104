// SPDX-License-Identifier: Apache-2.0
// What leaves rows out or refuses them: filter, the checks and the partition's window.
#include <fmt/format.h>

#include "base/text.h"
#include "transforms/compilation.h"
#include "transforms/functions.h"

namespace weir::transforms {
namespace {

std::vector<std::string> literals(const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const auto& value : values) out.push_back(sql_literal(value));
  return out;
}

/// The alternatives of a structured filter, each literal: a dot is a dot.
std::vector<std::string> alternatives(const Filter& verb, const std::string& text) {
  std::vector<std::string> rules;
  if (!verb.equals.empty()) rules.push_back(fmt::format("{} IN ({})", text, join(literals(verb.equals))));
  for (const auto& value : literals(verb.starts_with))
    rules.push_back(fmt::format("starts_with({}, {})", text, value));
  for (const auto& value : literals(verb.ends_with))
    rules.push_back(fmt::format("ends_with({}, {})", text, value));
  for (const auto& value : literals(verb.contains))
    rules.push_back(fmt::format("contains({}, {})", text, value));
  return rules;
}

/// What must hold for a row to stay; empty after reporting.
Result<std::string> kept(Compilation& compilation, const Filter& verb) {
  const bool structured = !verb.column.empty();
  if (structured == !verb.condition.empty()) {
    compilation.problem("give either an SQL condition or a column with rules");
    return std::string();
  }
  if (!structured) {
    const auto type = TRY(compilation.expression_type("the condition", verb.condition));
    if (!type) return std::string();
    if (*type != model::Type::Boolean) {
      compilation.problem(fmt::format("the condition is of type {}, not true or false", model::name(*type)));
    }
    return fmt::format("(\n{}\n)", verb.condition);
  }
  const auto column = compilation.require(verb.column);
  auto text = sql_identifier(verb.column);
  if (column && column->type != model::Type::Text) text = fmt::format("CAST({} AS VARCHAR)", text);
  const auto rules = alternatives(verb, text);
  if (rules.empty()) {
    compilation.problem(
        fmt::format("column {}: give at least one of equals, starts_with, contains, ends_with", verb.column));
  }
  return fmt::format("({})", join(rules, "\n   OR "));
}

}  // namespace

Result<void> add_step(Compilation& compilation, const Filter& verb) {
  const auto condition = TRY(kept(compilation, verb));
  if (condition.empty()) return {};
  // An unknown condition (a null) is not fulfilled. Rows with a reason stay: they are quarantined.
  const auto where = fmt::format("{} IS NOT NULL OR {}coalesce({}, false)", kErrorColumn,
                                 verb.invert ? "NOT " : "", condition);
  const StarSelect select;
  const auto sql = select.from(compilation.chain().relation(), where);
  compilation.chain().add(compilation.title(verb.column.empty() ? verb.condition : verb.column), sql,
                          compilation.columns(), select.kept(compilation.columns()));
  return {};
}

Result<void> add_check(Compilation& compilation, const NotNull& rule) {
  StarSelect select;
  for (const auto& name : rule.columns) {
    if (!compilation.require(name)) continue;
    select.refuse(fmt::format("{} IS NULL", sql_identifier(name)),
                  sql_literal(fmt::format("check not_null: {} is NULL", name)));
  }
  const auto sql = select.from(compilation.chain().relation());
  compilation.chain().add(compilation.title(join(rule.columns)), sql, compilation.columns(),
                          select.kept(compilation.columns()));
  return {};
}

Result<void> add_check(Compilation& compilation, const AcceptedValues& rule) {
  StarSelect select;
  std::vector<std::string> names;
  for (const auto& [name, values] : rule.columns) {
    names.push_back(name);
    if (!compilation.require(name)) continue;
    if (values.empty()) compilation.problem(fmt::format("column {}: the list of values is empty", name));
    select.refuse(
        fmt::format("CAST({} AS VARCHAR) NOT IN ({})", sql_identifier(name), join(literals(values))),
        fmt::format("{} || {} || {}", sql_literal(fmt::format("check accepted_values: {} is ", name)),
                    shown_value(name), sql_literal(fmt::format(", not one of {}", join(values)))));
  }
  if (compilation.failed()) return {};
  const auto sql = select.from(compilation.chain().relation());
  compilation.chain().add(compilation.title(join(names)), sql, compilation.columns(),
                          select.kept(compilation.columns()));
  return {};
}

Result<void> add_check(Compilation& compilation, const Expression& rule) {
  StarSelect select;
  std::vector<std::string> names;
  for (const auto& [name, condition] : rule.conditions) {
    names.push_back(name);
    const auto type = TRY(compilation.expression_type(fmt::format("'{}'", name), condition));
    if (!type) continue;
    if (*type != model::Type::Boolean) {
      compilation.problem(fmt::format("'{}' is of type {}, not true or false", name, model::name(*type)));
    }
    select.refuse(fmt::format("NOT (\n{}\n)", condition),
                  sql_literal(fmt::format("check {}: {} does not hold", name, condition)));
  }
  const auto sql = select.from(compilation.chain().relation());
  compilation.chain().add(compilation.title(join(names)), sql, compilation.columns(),
                          select.kept(compilation.columns()));
  return {};
}

Result<void> add_window(Compilation& compilation) {
  const auto& name = compilation.context().partition_column;
  compilation.start("partitions", {});
  const auto column = compilation.require(name);
  if (!column) return {};
  if (column->type != model::Type::Timestamp && column->type != model::Type::Date) {
    compilation.problem(
        fmt::format("the partition column '{0}' is of type {1}; make it a timestamp with "
                    "`- cast: {{ {0}: timestamp }}`",
                    name, model::name(column->type)));
    return {};
  }
  TRY(compilation.use(window_start_function(compilation.context().window)));
  TRY(compilation.use(window_end_function(compilation.context().window)));
  const auto value = sql_identifier(name);
  const auto inside = fmt::format("({0} >= window_start() AND {0} < window_end())", value);
  StarSelect select;
  select.refuse(fmt::format("{} IS NULL", value),
                sql_literal(name + " is NULL, so the row is in no partition"));
  std::string where;
  if (compilation.context().refuse_outside_window) {
    constexpr std::string_view kIso = "'%Y-%m-%dT%H:%M:%SZ'";
    select.refuse(
        fmt::format("NOT {}", inside),
        fmt::format("{} || strftime(CAST({} AS TIMESTAMP), {}) || ' lies outside of partition window [' || "
                    "strftime(window_start(), {}) || ', ' || strftime(window_end(), {}) || ')'",
                    sql_literal(name + " "), value, kIso, kIso, kIso));
  } else {
    // Rows of other partitions are theirs to load or refuse, so a reason does not keep them here.
    where = fmt::format("{} IS NULL OR {}", value, inside);
  }
  const auto sql = select.from(compilation.chain().relation(), where);
  compilation.chain().add(compilation.title("window of " + name), sql, compilation.columns(),
                          select.kept(compilation.columns()));
  compilation.windowed = true;
  return {};
}

}  // namespace weir::transforms
