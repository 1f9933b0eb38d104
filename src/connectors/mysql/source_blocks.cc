// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/source_blocks.h"

namespace weir::mysql {
namespace {

class RawBlock final : public sdk::Block {
 public:
  RawBlock(std::shared_ptr<const StreamFacts> facts, RawRows rows, std::uint64_t first_row)
      : facts_(std::move(facts)), rows_(std::move(rows)), first_row_(first_row) {}

  std::size_t stream() const override { return facts_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    RowDecoder decoder(facts_->shape);
    const auto all = rows_.bytes();
    auto rest = all;
    for (std::uint64_t number = first_row_; !rest.empty(); ++number) {
      const model::RowOrigin origin{number, all.size() - rest.size(), 0};
      auto unreadable = decoder.decode(rest, origin, rows);
      if (unreadable) rejects.push_back(reject(origin, *std::move(unreadable)));
    }
    return {};
  }

  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override {
    sdk::Reject rejected;
    rejected.input = facts_->input;
    rejected.line = origin.line;
    rejected.reason = std::move(reason);
    rejected.bytes = line_of(rows_.bytes().substr(origin.offset), facts_->shape.columns.size());
    rejected.stream = facts_->number;
    return rejected;
  }

 private:
  std::shared_ptr<const StreamFacts> facts_;  // shared by all blocks of a stream, on any thread
  RawRows rows_;
  std::uint64_t first_row_;
};

class ReplayBlock final : public sdk::Block {
 public:
  ReplayBlock(std::shared_ptr<const StreamFacts> facts, std::vector<sdk::Reject> rows)
      : facts_(std::move(facts)), rows_(std::move(rows)) {}

  std::size_t stream() const override { return facts_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    RowDecoder decoder(facts_->shape);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const model::RowOrigin origin{rows_[i].line, i, static_cast<std::uint32_t>(rows_[i].bytes.size())};
      auto unreadable = decoder.decode_line(rows_[i].bytes, origin, rows);
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

std::unique_ptr<sdk::Block> make_block(std::shared_ptr<const StreamFacts> facts, RawRows rows,
                                       std::uint64_t first_row) {
  return std::make_unique<RawBlock>(std::move(facts), std::move(rows), first_row);
}

std::unique_ptr<sdk::Block> make_replay_block(std::shared_ptr<const StreamFacts> facts,
                                              std::vector<sdk::Reject> rows) {
  return std::make_unique<ReplayBlock>(std::move(facts), std::move(rows));
}

}  // namespace weir::mysql
