// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/refusal.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <optional>
#include <vector>

#include "base/text.h"
#include "connectors/sqlite/table.h"
#include "model/cell_text.h"

namespace weir::sqlite {
namespace {

constexpr std::size_t kShownBytes = 60;

std::string shortened(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  auto end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string value_text(const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return "NULL";
  switch (column.type) {
    case model::Type::Blob:
      return "a blob of " + counted(column.text(row).size(), "byte");
    case model::Type::Text:
    case model::Type::Json:
      return "'" + shortened(column.text(row)) + "'";
    default:
      return model::cell_text(column, row);
  }
}

/// The columns in "UNIQUE constraint failed: events.a, events.b", as positions in our rows. Columns
/// that our rows do not have are left out.
std::vector<std::size_t> named_columns(std::string_view message, const RefusedValues& values) {
  std::vector<std::size_t> columns;
  const auto colon = message.find(": ");
  if (colon == std::string_view::npos) return columns;
  const auto list = message.substr(colon + 2);
  for (std::size_t i = 0; i < values.schema.size(); ++i) {
    const auto wanted = fmt::format("{}.{}", values.table, values.schema.columns[i].name);
    for (std::size_t at = 0; at + wanted.size() <= list.size(); ++at) {
      if (!same_name(list.substr(at, wanted.size()), wanted)) continue;
      const auto end = at + wanted.size();
      if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ',')) {
        columns.push_back(i);
        break;
      }
    }
  }
  return columns;
}

/// The columns of our rows that an expression mentions.
std::vector<std::size_t> mentioned_columns(std::string_view expression, const RefusedValues& values) {
  std::vector<std::size_t> columns;
  const auto text = lower(expression);
  for (std::size_t i = 0; i < values.schema.size(); ++i) {
    if (text.find(lower(values.schema.columns[i].name)) != std::string::npos) columns.push_back(i);
  }
  return columns;
}

std::string show_all(const std::vector<std::size_t>& columns, const RefusedValues& values) {
  std::vector<std::string> shown;
  for (const auto column : columns) shown.push_back(show(values, column));
  return join(shown);
}

std::string_view after_colon(std::string_view message) {
  const auto colon = message.find(": ");
  return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

std::string duplicate(std::string_view message, const RefusedValues& values) {
  const auto shown = show_all(named_columns(message, values), values);
  return fmt::format("{} is already in table {}", shown.empty() ? after_colon(message) : shown, values.table);
}

std::string broken_check(std::string_view message, const RefusedValues& values) {
  const auto shown = show_all(mentioned_columns(after_colon(message), values), values);
  return fmt::format("breaks the rule CHECK ({}) of table {}{}{}", after_colon(message), values.table,
                     shown.empty() ? "" : ": ", shown);
}

std::string missing_value(std::string_view message, const RefusedValues& values) {
  const auto columns = named_columns(message, values);
  if (columns.empty()) {
    return fmt::format("has no value for {}, which must not be NULL", after_colon(message));
  }
  return fmt::format("{} is NULL, which table {} does not allow", values.schema.columns[columns[0]].name,
                     values.table);
}

/// "cannot store TEXT value in INTEGER column events.age", said by STRICT tables.
std::string wrong_type(std::string_view message, const RefusedValues& values) {
  const auto name = message.substr(message.rfind('.') == std::string_view::npos ? 0 : message.rfind('.') + 1);
  for (std::size_t i = 0; i < values.schema.size(); ++i) {
    if (same_name(values.schema.columns[i].name, name))
      return fmt::format("{}: {}", show(values, i), message);
  }
  return std::string(message);
}

}  // namespace

bool is_refusal(int code) {
  const auto primary = code & 0xff;
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG;
}

std::string show(const RefusedValues& values, std::size_t column) {
  return fmt::format("{} {}", values.schema.columns[column].name,
                     value_text(values.rows.columns[column], values.row));
}

std::string refusal(int code, std::string_view message, const RefusedValues& values) {
  switch (code) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
      return duplicate(message, values);
    case SQLITE_CONSTRAINT_NOTNULL:
      return missing_value(message, values);
    case SQLITE_CONSTRAINT_CHECK:
      return broken_check(message, values);
    case SQLITE_CONSTRAINT_DATATYPE:
      return wrong_type(message, values);
    case SQLITE_CONSTRAINT_TRIGGER:
      return fmt::format("a trigger of table {} refused it: {}", values.table, message);
    case SQLITE_TOOBIG:
      return fmt::format("is too large for SQLite, which takes rows of up to a billion bytes");
    default:
      return fmt::format("table {} refused it: {}", values.table, message);
  }
}

}  // namespace weir::sqlite
