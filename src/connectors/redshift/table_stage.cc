// SPDX-License-Identifier: Apache-2.0
#include "connectors/redshift/table_stage.h"

#include <algorithm>

#include "connectors/redshift/load_errors.h"

namespace weir::redshift {

Result<TableStage> TableStage::make(const TablePlan& plan, const DestinationOptions& options,
                                    const std::string& load_id, std::string base) {
  const auto part_size = static_cast<std::size_t>(options.part_size.bytes);
  auto encoder = TRY(RowEncoder::make({.table = plan.table,
                                       .fields = plan.fields,
                                       .long_text = options.long_text,
                                       .nul_text = options.nul_text,
                                       .mark = plan.marks_rows ? load_id : "",
                                       .number_rows = plan.mode == Mode::Merge,
                                       .part_size = part_size}));
  return TableStage(std::move(encoder), std::move(base), part_size);
}

Result<void> TableStage::write(const model::BatchView& rows, Staging& staging, sdk::WriteOutcome& outcome) {
  std::size_t next = 0;
  while (next < rows.rows) {
    if (buffer_.size() == 0) {
      buffer_ = staging.buffer();
      // Once, so that the buffer does not grow step by step.
      buffer_.room(part_size_ + part_size_ / 16);
    }
    const auto progress = encoder_.encode(rows, next, buffer_, outcome);
    next = progress.next;
    if (progress.stop == RowEncoder::Stop::Done) break;
    TRY(end_part(staging));
    // Its rows could not be told from NULL, and all rows of a COPY share one word for it.
    if (progress.stop == RowEncoder::Stop::Collision) TRY(encoder_.change_null_text());
  }
  return {};
}

Result<std::vector<std::string>> TableStage::cut(Staging& staging, std::size_t part, std::string_view text,
                                                 const std::vector<std::uint64_t>& rows) {
  std::vector<std::string> taken;
  std::vector<std::uint64_t> numbers;
  std::string left;
  std::uint64_t row = 0;
  for (std::size_t start = 0; start < text.size(); ++row) {
    const auto end = end_of_row(text, start);
    if (taken.size() < rows.size() && rows[taken.size()] == row) {
      taken.emplace_back(text.substr(start, end - start));
      numbers.push_back(number_of(part, row) - parts_[part].first_row);
    } else {
      left.append(text, start, end + 1 - start);
    }
    start = end + 1;
  }
  auto& changed = parts_[part];
  TRY(staging.replace(changed, left));
  changed.rows -= taken.size();
  changed.cut.insert(changed.cut.end(), numbers.begin(), numbers.end());
  std::sort(changed.cut.begin(), changed.cut.end());
  return taken;
}

std::uint64_t TableStage::number_of(std::size_t part, std::uint64_t row) const {
  auto number = row;
  for (const auto cut : parts_[part].cut) {
    if (cut > number) break;
    ++number;
  }
  return parts_[part].first_row + number;
}

bool TableStage::wrote(std::size_t part, std::uint64_t number, std::string_view text,
                       const model::BatchView& rows, std::size_t row) const {
  return encoder_.text_of(rows, row, parts_[part].null_text, number) == text;
}

Result<void> TableStage::finish(Staging& staging) { return end_part(staging); }

Result<void> TableStage::end_part(Staging& staging) {
  if (buffer_.size() == 0) return {};
  auto& part = parts_.emplace_back();
  part.key = part_key(base_, parts_.size());
  part.null_text = encoder_.null_text();
  part.first_row = first_row_;
  part.rows = encoder_.rows_written() - first_row_;
  first_row_ = encoder_.rows_written();
  auto bytes = std::move(buffer_);
  buffer_ = {};
  return staging.add(part, std::move(bytes));
}

}  // namespace weir::redshift
