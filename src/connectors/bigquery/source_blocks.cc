// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/source_blocks.h"

namespace weir::bigquery {
namespace {

class RowsBlock final : public sdk::Block {
 public:
  RowsBlock(std::shared_ptr<const StreamFacts> facts, RawRows rows)
      : facts_(std::move(facts)), rows_(std::move(rows)) {}

  std::size_t stream() const override { return facts_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    for (std::size_t i = 0; i < rows_.rows.size(); ++i) {
      const auto text = rows_.rows[i];
      // The offset of an origin is the number of the row in this block.
      const model::RowOrigin origin{rows_.first_row + i, i, static_cast<std::uint32_t>(text.size())};
      auto unreadable = decode_row(text, rows_.form, facts_->fields, origin, rows);
      if (unreadable) rejects.push_back(reject(origin, *std::move(unreadable)));
    }
    return {};
  }

  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override {
    const auto text = rows_.rows[origin.offset];
    sdk::Reject rejected;
    rejected.input = facts_->input;
    rejected.line = origin.line;
    rejected.reason = std::move(reason);
    rejected.bytes = rows_.form == RowForm::Page ? line_of_page_row(text, facts_->fields) : std::string(text);
    rejected.stream = facts_->number;
    return rejected;
  }

 private:
  std::shared_ptr<const StreamFacts> facts_;  // shared by all blocks of a stream, on any thread
  RawRows rows_;
};

class ReplayBlock final : public sdk::Block {
 public:
  ReplayBlock(std::shared_ptr<const StreamFacts> facts, std::vector<sdk::Reject> rows)
      : facts_(std::move(facts)), rows_(std::move(rows)) {}

  std::size_t stream() const override { return facts_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const model::RowOrigin origin{rows_[i].line, i, static_cast<std::uint32_t>(rows_[i].bytes.size())};
      auto unreadable = decode_row(rows_[i].bytes, RowForm::Line, facts_->fields, origin, rows);
      if (unreadable) rejects.push_back(reject(origin, *std::move(unreadable)));
    }
    return {};
  }

  /// The offset of an origin is the number of the row here.
  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override {
    auto rejected = rows_[origin.offset];
    rejected.reason = std::move(reason);
    return rejected;
  }

 private:
  std::shared_ptr<const StreamFacts> facts_;  // as above
  std::vector<sdk::Reject> rows_;
};

}  // namespace

std::unique_ptr<sdk::Block> make_block(std::shared_ptr<const StreamFacts> facts, RawRows rows) {
  return std::make_unique<RowsBlock>(std::move(facts), std::move(rows));
}

std::unique_ptr<sdk::Block> make_replay_block(std::shared_ptr<const StreamFacts> facts,
                                              std::vector<sdk::Reject> rows) {
  return std::make_unique<ReplayBlock>(std::move(facts), std::move(rows));
}

}  // namespace weir::bigquery
