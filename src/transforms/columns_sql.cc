// SPDX-License-Identifier: Apache-2.0
// The verbs that choose, name and split columns.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "transforms/compilation.h"

namespace weir::transforms {
namespace {

/// Renames columns in place; the new names are checked by the caller.
void rename(Compilation& compilation, const std::string& detail, model::Schema columns) {
  compilation.check_names(columns);
  std::vector<std::string> names;
  KeptColumns kept;
  const auto& before = compilation.columns();
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& old_name = before.columns[i].name;
    const auto& new_name = columns.columns[i].name;
    names.push_back(sql_identifier(old_name));
    kept[new_name] = old_name;
    if (new_name != old_name) names.back() += " AS " + sql_identifier(new_name);
  }
  compilation.note_renamed(columns);
  names.emplace_back(kRowColumn);
  names.emplace_back(kErrorColumn);
  const auto sql = fmt::format("SELECT\n  {}\nFROM {}", join(names, ",\n  "), compilation.chain().relation());
  compilation.chain().add(compilation.title(detail), sql, std::move(columns), kept);
}

}  // namespace

Result<void> add_step(Compilation& compilation, const Select& verb) {
  model::Schema columns;
  std::vector<std::string> names;
  KeptColumns kept;
  for (const auto& name : verb.columns) {
    kept[name] = name;
    if (const auto column = compilation.require(name)) columns.columns.push_back(*column);
    names.push_back(sql_identifier(name));
  }
  compilation.check_names(columns);
  names.emplace_back(kRowColumn);
  names.emplace_back(kErrorColumn);
  const auto sql = fmt::format("SELECT {}\nFROM {}", join(names), compilation.chain().relation());
  compilation.chain().add(compilation.title(join(verb.columns)), sql, std::move(columns), kept);
  return {};
}

Result<void> add_step(Compilation& compilation, const Drop& verb) {
  StarSelect select;
  auto columns = compilation.columns();
  std::vector<std::string> dropped;
  for (const auto& name : verb.columns) {
    if (!columns.find(name)) {
      // A column that is named twice has gone already; only one that never was is a mistake.
      if (!verb.if_present) compilation.require(name);
      continue;
    }
    select.exclude(name);
    dropped.push_back(name);
    std::erase_if(columns.columns, [&](const auto& column) { return column.name == name; });
  }
  if (dropped.empty()) return {};
  const auto sql = select.from(compilation.chain().relation());
  const auto kept = select.kept(compilation.columns());
  compilation.chain().add(compilation.title(join(dropped)), sql, std::move(columns), kept);
  return {};
}

Result<void> add_step(Compilation& compilation, const Rename& verb) {
  auto columns = compilation.columns();
  std::vector<std::string> changes;
  for (const auto& [from, to] : verb.columns) {
    if (!compilation.require(from)) continue;
    columns.columns[*compilation.columns().find(from)].name = to;
    changes.push_back(fmt::format("{} to {}", from, to));
  }
  rename(compilation, join(changes), std::move(columns));
  return {};
}

Result<void> add_step(Compilation& compilation, const SnakeCase&) {
  auto columns = compilation.columns();
  std::map<std::string, std::string> origins;
  for (auto& column : columns.columns) {
    auto name = snake_case(column.name);
    const auto [other, added] = origins.emplace(name, column.name);
    if (!added) {
      compilation.problem(fmt::format("columns '{}' and '{}' would both be called '{}'; rename one before",
                                      other->second, column.name, name));
      name = column.name;
    }
    column.name = std::move(name);
  }
  if (!compilation.failed()) rename(compilation, "columns", std::move(columns));
  return {};
}

Result<void> add_step(Compilation& compilation, const Add& verb) {
  auto columns = compilation.columns();
  StarSelect select;
  std::vector<std::string> names;
  for (const auto& [name, expression] : verb.columns) {
    const auto type = TRY(compilation.expression_type(fmt::format("column '{}'", name), expression));
    columns.columns.push_back({name, type.value_or(model::Type::Text)});
    names.push_back(name);
    if (!type) continue;
    select.add(fmt::format("CAST((\n{}\n) AS {})", expression, engine::sql_type(*type)), name);
  }
  compilation.check_names(columns);
  const auto sql = select.from(compilation.chain().relation());
  const auto kept = select.kept(compilation.columns());
  compilation.chain().add(compilation.title(join(names)), sql, std::move(columns), kept);
  return {};
}

Result<void> add_step(Compilation& compilation, const ParseUrl& verb) {
  const auto column = compilation.require(verb.column);
  auto columns = compilation.columns();
  if (column && column->type != model::Type::Text) {
    compilation.problem(fmt::format("column '{}' is of type {}; text is expected, so cast it before",
                                    column->name, model::name(column->type)));
  }
  const auto function = parse_url_function();
  TRY(compilation.use(function));
  StarSelect outer;
  outer.exclude("_weir_url");
  for (const auto& part : function->result().columns) {
    const auto name = fmt::format("{}_{}", verb.prefix.empty() ? verb.column : verb.prefix, part.name);
    outer.add(fmt::format("_weir_url.{}", part.name), name);
    columns.columns.push_back({name, part.type});
  }
  compilation.check_names(columns);
  StarSelect inner;
  inner.add(fmt::format("parse_url({})", sql_identifier(verb.column)), "_weir_url");
  const auto sql = outer.from(fmt::format("({})", inner.from(compilation.chain().relation())));
  const auto kept = outer.kept(compilation.columns());
  compilation.chain().add(compilation.title(verb.column), sql, std::move(columns), kept);
  return {};
}

}  // namespace weir::transforms
