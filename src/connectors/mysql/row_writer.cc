// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/row_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "connectors/mysql/row_text.h"

namespace weir::mysql {
namespace {

using model::WriteMode;

constexpr std::size_t kStatementBytes = std::size_t{1024} * 1024;
constexpr std::size_t kStatementHead = std::size_t{64} * 1024;  // room for names and what follows the rows
// Notes that say nothing about values: a statement unsafe for replication, and deprecated words.
constexpr const char* kHarmless = "1287, 1592";

}  // namespace

RowWriter::RowWriter(Connection& connection, TablePlan plan, const sdk::TableTarget& target,
                     const std::string& load_id)
    : connection_(&connection),
      plan_(std::move(plan)),
      target_(&target),
      mark_(literal(load_id)),
      begin_(insert_begin(plan_)),
      end_(insert_end(plan_, target, connection.flavour())) {}

Result<RowWriter> RowWriter::open(Connection& connection, TablePlan plan, const sdk::TableTarget& target,
                                  const std::string& load_id) {
  RowWriter writer(connection, std::move(plan), target, load_id);
  const auto rows = TRY(connection.execute("SELECT @@max_allowed_packet"));
  writer.most_bytes_ = static_cast<std::size_t>(rows.integer(0, 0));
  return writer;
}

Result<void> RowWriter::check_shape(const model::BatchView& rows) const {
  const auto& columns = target_->schema.columns;
  if (rows.columns.size() != columns.size()) {
    return fail(ErrorCode::Internal, "table {} was handed rows of {} columns instead of {}", target_->table,
                rows.columns.size(), columns.size());
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (rows.columns[i].type == columns[i].type) continue;
    return fail(ErrorCode::Internal, "table {} was handed {} for column {} instead of {}", target_->table,
                model::name(rows.columns[i].type), columns[i].name, model::name(columns[i].type));
  }
  return {};
}

Result<sdk::WriteOutcome> RowWriter::write(const model::BatchView& rows) {
  TRY(check_shape(rows));
  sdk::WriteOutcome outcome;
  const Call call{rows, outcome};
  for (std::size_t row = 0; row < rows.rows; ++row) {
    add(call, row);
    if (text_.size() >= kStatementBytes) TRY(flush(call));
  }
  TRY(flush(call));
  std::sort(outcome.refused.begin(), outcome.refused.end(),
            [](const auto& a, const auto& b) { return a.row < b.row; });
  return outcome;
}

/// What is wrong with a row before the server sees it.
std::optional<std::string> RowWriter::reason_against(const model::BatchView& rows, std::size_t row) const {
  for (const auto column : plan_.key) {
    if (!rows.columns[column].is_null(row)) continue;
    return fmt::format("{} is NULL, but it is part of the key of table {}", plan_.columns[column].name,
                       target_->table);
  }
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    if (auto reason = misfit(plan_.columns[i], rows.columns[i], row)) return reason;
  }
  return std::nullopt;
}

void RowWriter::add(const Call& call, std::size_t row) {
  if (auto reason = reason_against(call.rows, row)) {
    call.outcome.refused.push_back({row, *std::move(reason)});
    return;
  }
  const auto begin = text_.size();
  char before = '(';
  for (const auto& column : call.rows.columns) {
    text_ += before;
    put_cell(text_, column, row);
    before = ',';
  }
  if (plan_.marks_rows) text_ += "," + mark_;
  text_ += ')';
  if (text_.size() - begin + kStatementHead > most_bytes_) {
    text_.resize(begin);
    call.outcome.refused.push_back(
        {row,
         fmt::format("is larger than the server's max_allowed_packet of {} bytes; raise it", most_bytes_)});
    return;
  }
  pieces_.push_back({begin, text_.size(), row});
}

Result<void> RowWriter::flush(const Call& call) {
  if (pieces_.empty()) return {};
  if (target_->write == WriteMode::Merge) leave_overtaken_out(call);
  auto done = put(call, 0, pieces_.size());
  text_.clear();
  pieces_.clear();
  return done;
}

std::string RowWriter::key_of(const model::BatchView& rows, std::size_t row) const {
  std::string key;
  for (const auto column : plan_.key) {
    key += key.empty() ? '(' : ',';
    put_cell(key, rows.columns[column], row);
  }
  return key + ")";
}

/// Of several rows with one key only the last is sent.
void RowWriter::leave_overtaken_out(const Call& call) {
  std::unordered_map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < pieces_.size(); ++i) last[key_of(call.rows, pieces_[i].row)] = i;
  call.outcome.deduplicated += pieces_.size() - last.size();
  if (last.size() == pieces_.size()) return;
  std::vector<std::size_t> kept;
  for (const auto& [key, number] : last) kept.push_back(number);
  std::sort(kept.begin(), kept.end());
  std::vector<Piece> pieces;
  for (const auto number : kept) pieces.push_back(pieces_[number]);
  pieces_ = std::move(pieces);
}

std::string RowWriter::statement(std::size_t first, std::size_t last) const {
  std::string sql = begin_;
  for (std::size_t i = first; i < last; ++i) {
    if (i > first) sql += ',';
    sql.append(text_, pieces_[i].begin, pieces_[i].end - pieces_[i].begin);
  }
  return sql + end_;
}

/// Rows of this very load that a merge is about to replace.
Result<std::uint64_t> RowWriter::overtaken(const Call& call, std::size_t first, std::size_t last) {
  if (target_->write != WriteMode::Merge || !wrote_before_) return std::uint64_t{0};
  std::vector<std::string> names;
  for (const auto column : plan_.key) names.push_back(identifier(plan_.columns[column].name));
  auto sql = fmt::format("SELECT COUNT(*) FROM {} WHERE {} = {} AND ({}) IN (", plan_.name.sql(), kLoadColumn,
                         mark_, join(names));
  for (std::size_t i = first; i < last; ++i) {
    if (i > first) sql += ',';
    sql += key_of(call.rows, pieces_[i].row);
  }
  const auto rows = TRY(connection_->execute(sql + ")"));
  return static_cast<std::uint64_t>(rows.integer(0, 0));
}

/// What the server has to say about a statement that it did not refuse; empty: nothing.
Result<std::string> RowWriter::complaint() {
  if (connection_->warnings() == 0) return std::string();
  const auto rows = TRY(connection_->execute("SHOW WARNINGS"));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (std::string_view(kHarmless).find(rows.text(row, 1)) != std::string_view::npos) continue;
    failure_ = {static_cast<unsigned>(rows.integer(row, 1)), "", std::string(rows.text(row, 2))};
    return failure_.message;
  }
  return std::string();
}

/// Whether the rows went in; if not, nothing of them did.
Result<bool> RowWriter::try_put(const Call& call, std::size_t first, std::size_t last) {
  const auto replaced = TRY(overtaken(call, first, last));
  TRY(connection_->execute("SAVEPOINT weir_rows"));
  const auto done = connection_->execute(statement(first, last));
  if (!done && !is_about_a_row(connection_->last_failure().number)) return Failure(done.error());
  if (!done) failure_ = connection_->last_failure();
  // A value that was changed to fit counts as one that did not.
  if (!done || !TRY(complaint()).empty()) {
    TRY(connection_->execute("ROLLBACK TO SAVEPOINT weir_rows"));
    return false;
  }
  wrote_before_ = true;
  call.outcome.deduplicated += replaced;
  if (target_->skip_known_keys) call.outcome.deduplicated += last - first - done->affected();
  return true;
}

Result<void> RowWriter::put(const Call& call, std::size_t first, std::size_t last) {
  if (TRY(try_put(call, first, last))) return {};
  if (last - first == 1) {
    const auto row = pieces_[first].row;
    call.outcome.refused.push_back({row, refusal(call, row)});
    return {};
  }
  const auto middle = first + (last - first) / 2;
  TRY(put(call, first, middle));
  return put(call, middle, last);
}

std::string RowWriter::refusal(const Call& call, std::size_t row) const {
  std::vector<std::string> shown;
  if (failure_.number == number::kDuplicateKey && !plan_.key.empty()) {
    for (const auto column : plan_.key) {
      shown.push_back(shown_cell(plan_.columns[column].name, call.rows.columns[column], row));
    }
    return fmt::format("{} is already in table {}", join(shown), target_->table);
  }
  // The server names the column; of the others nobody wants to know.
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    const auto& name = plan_.columns[i].name;
    if (failure_.message.find("'" + name + "'") == std::string::npos &&
        failure_.message.find("`" + name + "`") == std::string::npos) {
      continue;
    }
    shown.push_back(shown_cell(name, call.rows.columns[i], row));
  }
  const auto values = shown.empty() ? "" : join(shown) + ": ";
  return fmt::format("{}table {} does not take it: {}", values, target_->table, failure_.message);
}

}  // namespace weir::mysql
