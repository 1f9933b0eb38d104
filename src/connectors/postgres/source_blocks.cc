// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/source_blocks.h"

namespace weir::postgres {
namespace {

class BinaryBlock final : public sdk::Block {
 public:
  BinaryBlock(std::shared_ptr<const StreamFacts> facts, RawRows rows, std::uint64_t first_row)
      : facts_(std::move(facts)), rows_(std::move(rows)), first_row_(first_row) {}

  std::size_t stream() const override { return facts_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    const auto& shape = facts_->shape;
    std::string_view rest = rows_.bytes;
    for (std::uint64_t number = first_row_; !rest.empty(); ++number) {
      const auto length = TRY(row_length(rest, shape.columns.size()));
      const model::RowOrigin origin{number, static_cast<std::uint64_t>(rest.data() - rows_.bytes.data()),
                                    static_cast<std::uint32_t>(length)};
      auto unreadable =
          TRY(decode_row(rest.substr(0, length), shape, origin, rows).within("reading " + facts_->input));
      if (unreadable) rejects.push_back(reject(origin, *std::move(unreadable)));
      rest.remove_prefix(length);
    }
    return {};
  }

  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override {
    sdk::Reject rejected;
    rejected.input = facts_->input;
    rejected.line = origin.line;
    rejected.reason = std::move(reason);
    rejected.bytes =
        line_of(std::string_view(rows_.bytes).substr(origin.offset, origin.length), facts_->shape);
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
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const model::RowOrigin origin{rows_[i].line, i, static_cast<std::uint32_t>(rows_[i].bytes.size())};
      auto unreadable = decode_line(rows_[i].bytes, facts_->shape, origin, rows);
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
  return std::make_unique<BinaryBlock>(std::move(facts), std::move(rows), first_row);
}

std::unique_ptr<sdk::Block> make_replay_block(std::shared_ptr<const StreamFacts> facts,
                                              std::vector<sdk::Reject> rows) {
  return std::make_unique<ReplayBlock>(std::move(facts), std::move(rows));
}

}  // namespace weir::postgres
