// SPDX-License-Identifier: Apache-2.0
#include "execution/writer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace weir::execution {
namespace {

/// Copies the rows that are marked good. Text is borrowed from the original.
model::Batch pick(const model::BatchView& rows, const std::vector<bool>& good) {
  model::Schema schema;
  for (const auto& column : rows.columns) schema.columns.push_back({"", column.type});
  model::Batch picked(schema);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (!good[row]) continue;
    const auto to = picked.add_row({});
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      const auto& column = rows.columns[i];
      if (column.is_null(row)) continue;
      switch (column.type) {
        case model::Type::Boolean:
          picked.set_boolean(i, to, column.at<std::uint8_t>(row) != 0);
          break;
        case model::Type::Integer:
          picked.set_integer(i, to, column.at<std::int64_t>(row));
          break;
        case model::Type::Double:
          picked.set_double(i, to, column.at<double>(row));
          break;
        case model::Type::Timestamp:
          picked.set_timestamp(i, to, {column.at<std::int64_t>(row)});
          break;
        case model::Type::Date:
          picked.set_date(i, to, {column.at<std::int32_t>(row)});
          break;
        case model::Type::Text:
        case model::Type::Json:
        case model::Type::Blob:
          picked.set_text(i, to, column.text(row));
          break;
      }
    }
  }
  return picked;
}

}  // namespace

bool BadRowLimit::exceeded(std::uint64_t bad, std::uint64_t read, Moment moment) const {
  if (rows && bad > *rows) return true;
  if (!percent || moment == Moment::Underway || read == 0) return false;
  return 100.0 * static_cast<double>(bad) > *percent * static_cast<double>(read);
}

std::string BadRowLimit::to_string() const {
  if (rows && percent) return fmt::format("{} or {} %", with_thousands(*rows), *percent);
  if (rows) return with_thousands(*rows);
  return percent ? fmt::format("{} %", *percent) : "no limit";
}

Result<void> Writer::write(const model::BatchView& rows, const RejectOf& reject_of) {
  if (rows.rows == 0) return {};
  const auto outcome = TRY(parts_.load.write(parts_.table, rows));
  counts_.deduplicated += outcome.deduplicated;
  counts_.loaded += rows.rows - outcome.deduplicated - outcome.refused.size();
  const auto refused_before = static_cast<std::ptrdiff_t>(refused_.size());
  for (const auto& refused : outcome.refused) {
    refused_.push_back(given_ + refused.row);
    TRY(quarantine(TRY(reject_of(refused.row, refused.reason))));
  }
  std::sort(refused_.begin() + refused_before, refused_.end());
  given_ += rows.rows;
  return {};
}

Result<void> Writer::write(const EncodedRows& rows) {
  if (rows.rows == 0) return {};
  TRY(parts_.load.write_encoded(parts_.table, rows.rows, rows.bytes.view()));
  counts_.loaded += rows.rows;
  given_ += rows.rows;
  return {};
}

Result<void> Writer::split(const model::BatchView& rows, const Refuse& refuse, const Accept& accept) {
  const auto data_columns = rows.columns.size() - 2;
  const auto& numbers = rows.columns[data_columns];
  const auto& errors = rows.columns[data_columns + 1];
  std::vector<bool> good(rows.rows, true);
  bool all_good = true;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (errors.is_null(row)) continue;
    good[row] = all_good = false;
    TRY(refuse(row, numbers.at<std::int64_t>(row), errors.text(row)));
  }
  if (all_good) {
    return accept({rows.rows, rows.columns.first(data_columns)},
                  static_cast<const std::int64_t*>(numbers.data));
  }
  const auto picked = pick(rows, good);
  const auto view = picked.view();
  return accept({view.rows, view.columns.first(data_columns)},
                static_cast<const std::int64_t*>(view.columns[data_columns].data));
}

Result<void> Writer::quarantine(sdk::Reject reject) {
  constexpr std::size_t kKinds = 100;
  const auto text = reject.reason.substr(0, reject.reason.find_first_of("\"'0123456789"));
  auto& kind = kinds_[kinds_.size() < kKinds || kinds_.contains(text) ? text : "other reasons"];
  if (kind.rows++ == 0) kind.first = fmt::format("{} line {}: {}", reject.input, reject.line, reject.reason);
  ++counts_.quarantined;
  if (parts_.limit.exceeded(counts_.quarantined, counts_.read, BadRowLimit::Moment::Underway))
    return too_many();
  if (parts_.quarantine == nullptr) return {};
  return parts_.quarantine->add({std::move(reject.input), reject.line, reject.offset,
                                 std::move(reject.reason), std::move(reject.bytes), reject.partial,
                                 parts_.run_id, parts_.now, parts_.table_name});
}

Result<void> Writer::refuse_late(sdk::Reject reject, sdk::LateRefusal::Counted counted) {
  --(counted == sdk::LateRefusal::Counted::Loaded ? counts_.loaded : counts_.deduplicated);
  return quarantine(std::move(reject));
}

std::uint64_t Writer::number_of(std::uint64_t taken) const {
  auto number = taken;
  for (const auto refused : refused_) {
    if (refused > number) break;
    ++number;
  }
  return number;
}

Result<void> Writer::finish() const {
  if (parts_.limit.exceeded(counts_.quarantined, counts_.read, BadRowLimit::Moment::Finished))
    return too_many();
  return {};
}

const Writer::Kind& Writer::worst() const {
  return std::max_element(kinds_.begin(), kinds_.end(),
                          [](const auto& a, const auto& b) { return a.second.rows < b.second.rows; })
      ->second;
}

std::string Writer::still_bad() const {
  const auto rows = counts_.quarantined;
  if (rows == 1) return "the row is still bad: " + worst().first;
  return fmt::format("all {} rows are still bad. The most frequent reason, {}: {}", with_thousands(rows),
                     with_thousands(worst().rows) + " of them", worst().first);
}

Failure Writer::too_many() const {
  if (counts_.quarantined == 1) {
    return fail(ErrorCode::DataMismatch,
                "a row is bad, and max_bad_rows allows {}; nothing was published: {}",
                parts_.limit.to_string(), worst().first);
  }
  return fail(ErrorCode::DataMismatch,
              "{} of {} are bad, and max_bad_rows allows {}; nothing was published. The most frequent "
              "reason, {} of them: {}",
              with_thousands(counts_.quarantined),
              counted(std::max(counts_.read, counts_.quarantined), "row"), parts_.limit.to_string(),
              with_thousands(worst().rows), worst().first);
}

}  // namespace weir::execution
