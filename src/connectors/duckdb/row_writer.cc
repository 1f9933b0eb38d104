// SPDX-License-Identifier: Apache-2.0
#include "connectors/duckdb/row_writer.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"

namespace weir::duckdb {
namespace {

using model::WriteMode;

// Between the parts of a key; no value of a key is likely to hold it, and if one does, only the
// wording of a refusal suffers.
constexpr char kSeparator = '\x1f';

std::string joined_row(const model::BatchView& batch, std::size_t row) {
  std::string key;
  for (const auto& column : batch.columns) {
    if (!key.empty()) key += kSeparator;
    key += column.is_null(row) ? std::string_view() : column.text(row);
  }
  return key;
}

std::string shown_key(const std::vector<std::string>& names, const std::string& joined) {
  const auto values = split(joined, kSeparator);
  std::string shown;
  for (std::size_t i = 0; i < names.size() && i < values.size(); ++i) {
    shown += fmt::format("{}{} = '{}'", shown.empty() ? "" : ", ", names[i], values[i]);
  }
  return shown;
}

}  // namespace

model::Schema input_schema(const model::Schema& rows) {
  auto schema = rows;
  schema.columns.push_back({"_weir_wanted", model::Type::Boolean});
  schema.columns.push_back({"_weir_position", model::Type::Integer});
  return schema;
}

RowWriter::RowWriter(engine::Connection connection, engine::Input input, Names names, TablePlan plan,
                     sdk::TableTarget target, std::string load_id)
    : connection_(std::move(connection)),
      input_(std::move(input)),
      names_(std::move(names)),
      plan_(std::move(plan)),
      target_(std::move(target)),
      load_id_(std::move(load_id)) {}

Result<RowWriter> RowWriter::open(engine::Connection connection, engine::Input input, Names names,
                                  TablePlan plan, const sdk::TableTarget& target,
                                  const std::string& load_id) {
  RowWriter writer(std::move(connection), std::move(input), std::move(names), std::move(plan), target,
                   load_id);
  TRY(writer.prepare());
  return writer;
}

Result<void> RowWriter::prepare() {
  const bool merges = target_.write == WriteMode::Merge;
  if (merges) TRY(create_staging());
  insert_ = TRY(connection_.prepare(merges ? gather_sql() : insert_sql()));
  return {};
}

std::string RowWriter::from_input() const {
  std::string names;
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) names += fmt::format("c{}, ", i);
  return fmt::format("FROM {}() AS input({}wanted, position) WHERE wanted", names_.input, names);
}

std::string RowWriter::insert_sql() const {
  std::string values;
  for (std::size_t i = 0; i < plan_.columns.size(); ++i)
    values += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  auto columns = identifiers(plan_.columns);
  if (plan_.marks_rows) {
    columns += fmt::format(", {}", kLoadColumn);
    values += ", " + sql_literal(load_id_);
  }
  auto sql = fmt::format("INSERT INTO {} ({}) SELECT {} {}", sql_identifier(target_.table), columns, values,
                         from_input());
  if (plan_.key.empty()) return sql;
  sql += fmt::format(" ON CONFLICT ({}) DO NOTHING", identifiers(target_.key));
  if (target_.skip_known_keys) return sql;
  std::vector<std::string> keys;
  for (const auto at : plan_.key)
    keys.push_back(fmt::format("CAST({} AS VARCHAR)", sql_identifier(plan_.columns[at])));
  return sql + " RETURNING " + join(keys);
}

Result<void> RowWriter::create_staging() {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    parts.push_back(fmt::format("{} {}", sql_identifier(plan_.columns[i]), plan_.types[i]));
  }
  parts.push_back(fmt::format("PRIMARY KEY ({})", identifiers(target_.key)));
  return connection_.execute(fmt::format("CREATE TEMP TABLE {} ({})", names_.staging, join(parts)));
}

std::string RowWriter::gather_sql() const {
  std::vector<std::string> keys;
  for (const auto at : plan_.key) keys.push_back(fmt::format("c{}", at));
  std::string values;
  for (std::size_t i = 0; i < plan_.columns.size(); ++i)
    values += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  return fmt::format(
      "INSERT OR REPLACE INTO {} SELECT {} {} QUALIFY row_number() OVER (PARTITION BY {} ORDER BY position "
      "DESC) = 1",
      names_.staging, values, from_input(), join(keys));
}

void RowWriter::refuse_nulls(const model::BatchView& rows, sdk::WriteOutcome& outcome) {
  for (const auto at : plan_.not_null) {
    const auto& column = rows.columns[at];
    if (column.validity == nullptr) continue;
    for (std::size_t row = 0; row < rows.rows; ++row) {
      if (wanted_[row] == 0 || !column.is_null(row)) continue;
      wanted_[row] = 0;
      outcome.refused.push_back(
          {row, fmt::format("column {} of table {} takes no NULL", plan_.columns[at], target_.table)});
    }
  }
}

Result<sdk::WriteOutcome> RowWriter::write(const model::BatchView& rows) {
  sdk::WriteOutcome outcome;
  wanted_.assign(rows.rows, 1);
  refuse_nulls(rows, outcome);
  const auto offered = rows.rows - outcome.refused.size();
  for (auto next = positions_.size(); next < rows.rows; ++next)
    positions_.push_back(static_cast<std::int64_t>(next));
  std::vector<model::ColumnView> columns(rows.columns.begin(), rows.columns.end());
  columns.push_back({model::Type::Boolean, wanted_.data(), nullptr});
  columns.push_back({model::Type::Integer, positions_.data(), nullptr});
  input_.set({rows.rows, columns});
  std::vector<std::string> winners;
  const auto inserted = TRY(run_insert(winners));
  if (target_.write == WriteMode::Merge) {
    const auto staged = static_cast<std::uint64_t>(
        TRY(connection_.query_integer(fmt::format("SELECT count(*) FROM {}", names_.staging))));
    outcome.deduplicated = offered - (staged - gathered_);
    gathered_ = staged;
  } else if (target_.skip_known_keys) {
    outcome.deduplicated = offered - inserted;
  } else if (inserted < offered) {
    TRY(find_losers(std::move(winners), outcome));
  }
  return outcome;
}

Result<std::uint64_t> RowWriter::run_insert(std::vector<std::string>& returned_keys) {
  const bool returns_keys =
      !plan_.key.empty() && !target_.skip_known_keys && target_.write != WriteMode::Merge;
  auto result = TRY(insert_->run());
  std::uint64_t inserted = 0;
  while (const auto batch = TRY(result.next())) {
    if (!returns_keys) {
      if (batch->rows > 0) inserted += static_cast<std::uint64_t>(batch->columns[0].at<std::int64_t>(0));
      continue;
    }
    inserted += batch->rows;
    for (std::size_t row = 0; row < batch->rows; ++row) returned_keys.push_back(joined_row(*batch, row));
  }
  return inserted;
}

// Of the rows of one key at most one went in; all others are refused, each with its key.
Result<void> RowWriter::find_losers(std::vector<std::string> winners, sdk::WriteOutcome& outcome) {
  std::unordered_set<std::string> left(winners.begin(), winners.end());
  std::vector<std::string> keys;
  for (const auto at : plan_.key)
    keys.push_back(fmt::format("CAST(CAST(c{} AS {}) AS VARCHAR)", at, plan_.types[at]));
  auto rows = TRY(
      connection_.query(fmt::format("SELECT position, {} {} ORDER BY position", join(keys), from_input())));
  while (const auto batch = TRY(rows.next())) {
    const model::BatchView key_columns{batch->rows, batch->columns.subspan(1)};
    for (std::size_t row = 0; row < batch->rows; ++row) {
      const auto key = joined_row(key_columns, row);
      if (left.erase(key) == 1) continue;
      outcome.refused.push_back(
          {static_cast<std::size_t>(batch->columns[0].at<std::int64_t>(row)),
           fmt::format("the key {} is already in table {}", shown_key(target_.key, key), target_.table)});
    }
  }
  return {};
}

Result<void> RowWriter::finish() {
  if (target_.write != WriteMode::Merge) return {};
  std::vector<std::string> changes;
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    if (std::find(plan_.key.begin(), plan_.key.end(), i) != plan_.key.end()) continue;
    changes.push_back(fmt::format("{0} = excluded.{0}", sql_identifier(plan_.columns[i])));
  }
  auto columns = identifiers(plan_.columns);
  auto values = columns;
  if (plan_.marks_rows) {
    columns += fmt::format(", {}", kLoadColumn);
    values += ", " + sql_literal(load_id_);
    changes.push_back(fmt::format("{0} = excluded.{0}", kLoadColumn));
  }
  const auto action = changes.empty() ? std::string("NOTHING") : "UPDATE SET " + join(changes);
  TRY(connection_.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT ({}) DO {}",
                                      sql_identifier(target_.table), columns, values, names_.staging,
                                      identifiers(target_.key), action)));
  return connection_.execute("DROP TABLE " + names_.staging);
}

}  // namespace weir::duckdb
