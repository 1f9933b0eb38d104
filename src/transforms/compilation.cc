// SPDX-License-Identifier: Apache-2.0
#include "transforms/compilation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"

namespace weir::transforms {
namespace {

/// FNV-1a: stable, so that the same options give the same SQL in every process.
std::uint32_t stable_hash(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

/// A relation of the columns without rows.
std::string empty_relation(const model::Schema& columns) {
  std::vector<std::string> values;
  for (const auto& column : columns.columns) {
    values.push_back(
        fmt::format("CAST(NULL AS {}) AS {}", engine::sql_type(column.type), sql_identifier(column.name)));
  }
  return fmt::format("(SELECT {})", values.empty() ? "1" : join(values));
}

/// "LINE 3: …", in which the engine quotes the query with what stands around it, as the line in `sql`.
std::size_t line_in(std::string_view quotation, std::size_t first_line) {
  std::size_t line = 0;
  std::from_chars(quotation.data() + 5, quotation.data() + quotation.size(), line);
  return line < first_line ? 0 : line - first_line + 1;
}

/// The engine's most frequent message, about a column that is not there, as we say it elsewhere.
std::string in_our_words(std::string_view line) {
  constexpr std::string_view kColumn = "Referenced column ";
  constexpr std::string_view kNearest = "Candidate bindings: ";
  const auto end = line.find(" not found in FROM clause");
  if (line.starts_with(kColumn) && end != line.npos)
    return fmt::format("there is no column {}", line.substr(kColumn.size(), end - kColumn.size()));
  if (line.starts_with(kNearest)) return fmt::format("near it are {}", line.substr(kNearest.size()));
  return std::string(line);
}

/// The engine's message about `sql`, which begins in the given line of what the engine got: without the
/// kind of the error, without the engine's quotation, on one line.
std::string plain(const Error& error, std::string_view sql, std::size_t first_line) {
  auto text = error.message();
  const auto marker = text.find(" Error: ");
  if (marker < 24) text.erase(0, marker + 8);  // npos is larger
  const auto lines = static_cast<std::size_t>(std::count(sql.begin(), sql.end(), '\n')) + 1;
  std::string out;
  for (const auto& each : split(text, '\n')) {
    const auto line = trim(each);
    if (line.starts_with("LINE ")) {
      const auto place = line_in(line, first_line);
      if (place > lines) return "it ends too early; something is left open";
      return lines > 1 ? fmt::format("{} (line {})", out, place) : out;
    }
    if (!line.empty()) out += (out.empty() ? "" : "; ") + in_our_words(line);
  }
  return out;
}

}  // namespace

void Compilation::start(std::string verb, config::Position at) {
  verb_ = std::move(verb);
  at_ = std::move(at);
}

std::string Compilation::title(std::string_view detail) const { return fmt::format("{}: {}", verb_, detail); }

void Compilation::problem(const std::string& message, std::string suggestion) {
  diagnostics_.error(at_, fmt::format("{}: {}", verb_, message), std::move(suggestion));
}

std::optional<std::string> Compilation::origin(const std::string& column) const {
  const auto found = origins_.find(column);
  return found == origins_.end() ? std::nullopt : std::optional(found->second);
}

void Compilation::note_renamed(const model::Schema& renamed) {
  std::map<std::string, std::string> origins;
  for (std::size_t i = 0; i < renamed.size(); ++i) {
    const auto before = origin(columns().columns[i].name);
    if (before) origins[renamed.columns[i].name] = *before;
  }
  origins_ = std::move(origins);
}

std::optional<model::Column> Compilation::require(std::string_view column) {
  if (const auto index = columns().find(column)) return columns().columns[*index];
  if (known_) {
    const auto names = columns().names();
    problem(fmt::format("there is no column '{}' here; the columns are {}", column,
                        names.empty() ? "none" : join(names)),
            closest(column, names).value_or(""));
  }
  return std::nullopt;
}

void Compilation::check_names(const model::Schema& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& name = columns.columns[i].name;
    if (lower(name).starts_with("_weir_")) {
      problem(fmt::format("column '{}': names that begin with _weir_ are reserved", name));
    }
    if (name.empty()) problem("a column has no name");
    for (std::size_t k = 0; k < i; ++k) {
      const auto& other = columns.columns[k].name;
      if (!same_name(name, other)) continue;
      problem(name == other ? fmt::format("two columns would be called '{}'", name)
                            : fmt::format("columns '{}' and '{}' differ only in case", other, name));
      break;
    }
  }
}

Result<void> Compilation::use(const FunctionPointer& function) {
  std::vector<std::string> arguments(function->arguments().size(), "NULL");
  const auto known = fmt::format("SELECT {}({})", sql_identifier(function->name()), join(arguments));
  if (connection_.describe(known).ok()) return {};
  const auto added = connection_.register_function(function);
  // Another thread may have been faster.
  if (added.ok() || connection_.describe(known).ok()) return {};
  return added;
}

Result<std::optional<model::Type>> Compilation::expression_type(const std::string& what,
                                                                const std::string& sql) {
  std::optional<model::Type> none;
  if (!known_) return none;
  const auto relation = empty_relation(columns());
  const auto query = fmt::format("SELECT (\n{}\n) AS value FROM {} AS input", sql, relation);
  const auto described = connection_.describe(query);
  if (!described.ok() || described->size() != 1) {
    const auto reason = described.ok() ? "it is more than one expression" : plain(described.error(), sql, 2);
    problem(fmt::format("{} is not an SQL expression over the columns here: {}", what, reason));
    return none;
  }
  // The optimiser folds expressions over nulls away, so the plan is made over a table that it knows
  // nothing about.
  const auto probe = fmt::format("weir_probe_{:08x}", stable_hash(model::to_string(columns())));
  const auto scan = fmt::format("SELECT (\n{}\n) AS value FROM {}() AS input", sql, probe);
  if (!connection_.describe(scan).ok()) TRY(connection_.define_input(probe, columns()));
  const auto operators = TRY(connection_.plan_operators(scan));
  for (const auto& name : operators) {
    const auto plan = lower(name);
    if (plan == "projection" || plan == "filter" || plan == lower(probe) || plan == "table_function")
      continue;
    if (plan == "dummy_scan" || plan == "column_data_scan") continue;
    problem(fmt::format("{} needs more than one row ({}); use an sql transform", what, plan));
    return none;
  }
  return std::optional(described->columns[0].type);
}

std::optional<model::Schema> Compilation::query_columns(const std::string& query) {
  if (!known_) return std::nullopt;
  // All on one line, so that the engine's line numbers are those of the query.
  const auto relation = empty_relation(columns());
  const auto described = connection_.describe(
      fmt::format("WITH input AS {0}, rows AS {0} SELECT * FROM ({1}\n) AS result", relation, query));
  if (described.ok()) return *described;
  problem(fmt::format("the query cannot run: {}", plain(described.error(), query, 1)));
  return std::nullopt;
}

void Compilation::flush_rows() {
  if (chain_.empty()) return;
  add_segment({Segment::Kind::Rows, chain_.sql(), chain_.columns(), chain_.untouched()});
}

void Compilation::add_segment(Segment segment) {
  chain_ = Chain(segment.output);
  windowed = false;
  program_.segments.push_back(std::move(segment));
}

std::string shown_value(std::string_view column) {
  const auto text = fmt::format("CAST({} AS VARCHAR)", sql_identifier(column));
  return fmt::format("'\"' || left({0}, 60) || CASE WHEN length({0}) > 60 THEN '…' ELSE '' END || '\"'",
                     text);
}

std::string function_name(std::string_view verb, std::string_view column, std::string_view options) {
  std::string name(verb);
  name += '_';
  for (const char c : snake_case(column)) name += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  return fmt::format("{}_{:08x}", name, stable_hash(options));
}

}  // namespace weir::transforms
