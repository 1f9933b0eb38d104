// SPDX-License-Identifier: Apache-2.0
// The verbs that need all rows: deduplicate and sql. They run over a stage, in bounded memory: the
// groups hold keys and row numbers only, and the rows are read a second time.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "transforms/compilation.h"

namespace weir::transforms {
namespace {

struct Order {
  std::string column;  ///< quoted
  enum class Direction { Ascending, Descending } direction = Direction::Ascending;
};

/// "latency desc": the column and its direction. A column may hold blanks; only the last word counts.
std::vector<Order> orders_of(Compilation& compilation, const Deduplicate& verb) {
  std::vector<Order> orders;
  for (const auto& text : verb.order) {
    std::string name(trim(text));
    auto direction = Order::Direction::Ascending;
    const auto blank = name.find_last_of(" \t");
    const auto word = blank == name.npos ? "" : lower(name.substr(blank + 1));
    if (word == "asc" || word == "desc") {
      if (word == "desc") direction = Order::Direction::Descending;
      name = std::string(trim(name.substr(0, blank)));
    }
    if (compilation.require(name)) orders.push_back({sql_identifier(name), direction});
  }
  return orders;
}

/// The number of the row that stays in a group, as an aggregate. Nulls in the order come last, and
/// the input's order decides among equals.
std::string survivor(const std::vector<Order>& orders, Keep keep) {
  const bool first = keep == Keep::First;
  if (orders.empty()) return fmt::format("{}({})", first ? "min" : "max", kRowColumn);
  const auto direction = orders.front().direction;
  const bool uniform = std::all_of(orders.begin(), orders.end(),
                                   [&](const Order& order) { return order.direction == direction; });
  if (!uniform) {
    std::vector<std::string> parts;
    for (const auto& order : orders) {
      const bool descending = (order.direction == Order::Direction::Descending) == first;
      parts.push_back(fmt::format("{} {} NULLS LAST", order.column, descending ? "DESC" : "ASC"));
    }
    return fmt::format("first({0} ORDER BY {1}, {0} {2})", kRowColumn, join(parts), first ? "ASC" : "DESC");
  }
  const bool smallest = (direction == Order::Direction::Ascending) == first;
  std::vector<std::string> parts;
  for (const auto& order : orders) {
    parts.push_back(fmt::format("{} IS {}NULL", order.column, smallest ? "" : "NOT "));
    parts.push_back(order.column);
  }
  parts.push_back(fmt::format("{}{}", smallest == first ? "" : "-", kRowColumn));
  return fmt::format("{}({}, row({}))", smallest ? "arg_min" : "arg_max", kRowColumn, join(parts));
}

std::string deduplicating(const model::Schema& columns, const std::vector<std::string>& key,
                          const std::string& survivor_sql) {
  std::vector<std::string> names;
  for (const auto& column : columns.columns) names.push_back(sql_identifier(column.name));
  names.emplace_back(kRowColumn);
  std::vector<std::string> keys;
  std::vector<std::string> absent;
  std::vector<std::string> present;
  for (const auto& name : key) {
    keys.push_back(sql_identifier(name));
    absent.push_back(sql_identifier(name) + " IS NULL");
    present.push_back(sql_identifier(name) + " IS NOT NULL");
  }
  return fmt::format(
      "SELECT\n  {}\nFROM input\n-- Rows without a key are no duplicates of each other.\nWHERE {}\n   OR {} "
      "IN (\n"
      "     SELECT {}\n     FROM input\n     WHERE {}\n     GROUP BY {}\n   )",
      join(names, ",\n  "), join(absent, " OR "), kRowColumn, survivor_sql, join(present, " AND "),
      join(keys));
}

}  // namespace

Result<void> add_step(Compilation& compilation, const Deduplicate& verb) {
  if (verb.key.empty()) compilation.problem("give the columns that make a row unique: key: [insert_id]");
  for (const auto& name : verb.key) compilation.require(name);
  const auto orders = orders_of(compilation, verb);
  if (compilation.failed()) return {};
  const auto columns = compilation.columns();
  const auto sql = deduplicating(columns, verb.key, survivor(orders, verb.keep));
  compilation.flush_rows();
  compilation.add_segment({Segment::Kind::Deduplicate, sql, columns});
  return {};
}

Result<void> add_step(Compilation& compilation, const Sql& verb) {
  auto query = std::string(trim(verb.query));
  while (!query.empty() && query.back() == ';') query = std::string(trim(query.substr(0, query.size() - 1)));
  const auto columns = compilation.query_columns(query);
  if (!columns) {
    compilation.columns_unknown();
    return {};
  }
  compilation.check_names(*columns);
  if (compilation.failed()) return {};
  std::vector<std::string> names;
  for (const auto& column : compilation.columns().columns) names.push_back(sql_identifier(column.name));
  const auto sql = fmt::format(
      "WITH rows AS NOT MATERIALIZED (\n  SELECT {}\n  FROM input\n)\nSELECT * FROM (\n"
      "WITH input AS NOT MATERIALIZED (SELECT * FROM rows)\nSELECT * FROM (\n{}\n) AS query\n) AS result",
      join(names), query);
  compilation.flush_rows();
  compilation.add_segment({Segment::Kind::Sql, sql, *columns});
  return {};
}

}  // namespace weir::transforms
