// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/row_blocks.h"

#include <algorithm>
#include <cstring>

namespace weir::looker {
namespace {

class LookerBlock final : public sdk::Block {
 public:
  LookerBlock(std::shared_ptr<const StreamFacts> facts, formats::RawBlock raw)
      : facts_(std::move(facts)), raw_(std::move(raw)) {}

  std::size_t stream() const override { return facts_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    std::vector<formats::RowReject> refused;
    const auto first = rows.rows();
    TRY(facts_->decoder->decode(raw_, rows, refused).within("decoding " + facts_->input));
    for (auto row = first; facts_->read_at && row < rows.rows(); ++row)
      rows.set_timestamp(facts_->schema.size() - 1, row, *facts_->read_at);
    for (auto& row : refused) rejects.push_back(reject(row.origin, std::move(row.reason)));
    return {};
  }

  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override {
    sdk::Reject rejected;
    rejected.input = facts_->input;
    rejected.line = origin.line;
    rejected.offset = raw_.offset + origin.offset;
    rejected.reason = std::move(reason);
    rejected.bytes = std::string(raw_.bytes.substr(origin.offset, origin.length));
    rejected.stream = facts_->number;
    return rejected;
  }

 private:
  std::shared_ptr<const StreamFacts> facts_;  // shared by all blocks of a stream, on any thread
  formats::RawBlock raw_;
};

class ReplayExtraction final : public sdk::Extraction {
 public:
  ReplayExtraction(std::vector<std::shared_ptr<const StreamFacts>> streams, std::vector<sdk::Reject> rows)
      : streams_(std::move(streams)), rows_(std::move(rows)) {
    for (const auto& row : rows_) total_ += row.bytes.size();
  }

  const model::Schema& schema(std::size_t stream) const override { return streams_[stream]->schema; }

  /// A block each, so that every row keeps its own origin.
  Result<std::unique_ptr<sdk::Block>> next() override {
    if (given_ == rows_.size()) return std::unique_ptr<sdk::Block>();
    const auto& row = rows_[given_++];
    read_ += row.bytes.size();
    auto raw = formats::RawBlock::copy_of(row.bytes + "\n");
    raw.offset = row.offset;
    raw.line = row.line;
    return make_block(streams_[row.stream], std::move(raw));
  }

  std::uint64_t bytes_read() const override { return read_; }
  std::uint64_t bytes_total() const override { return total_; }
  std::string content_hash() const override { return ""; }

 private:
  std::vector<std::shared_ptr<const StreamFacts>> streams_;  // shared with their blocks
  std::vector<sdk::Reject> rows_;
  std::size_t given_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

std::shared_ptr<const StreamFacts> facts_of(std::size_t number, const Stream& stream,
                                            const std::string& input, Timestamp now) {
  auto facts = std::make_shared<StreamFacts>();
  facts->number = number;
  facts->input = input;
  facts->schema = stream.schema;
  if (stream.has_read_at) facts->read_at = now;
  facts->decoder = formats::make_jsonl_decoder(stream.schema, stream.paths, formats::BooleanWords::YesNo);
  return facts;
}

BlockBuilder::BlockBuilder() : pool_(std::make_shared<formats::BufferPool>(kBlockBytes + kBlockBytes / 4)) {}

void BlockBuilder::begin() {
  rows_before_ = 0;
  bytes_before_ = 0;
}

void BlockBuilder::add(std::string_view row) {
  if (size_ + row.size() + 1 > buffer_.capacity()) grow(size_ + row.size() + 1);
  char* const to = buffer_.data() + size_;
  // Between two tokens a line end means nothing, and here it would end the row.
  std::transform(row.begin(), row.end(), to, [](char c) { return c == '\n' || c == '\r' ? ' ' : c; });
  to[row.size()] = '\n';
  hash_.update({to, row.size() + 1});
  size_ += row.size() + 1;
  ++rows_;
}

void BlockBuilder::grow(std::size_t wanted) {
  auto larger = pool_->take(std::max(wanted, pool_->usual_bytes()));
  if (size_ > 0) std::memcpy(larger.data(), buffer_.data(), size_);
  buffer_ = std::move(larger);
}

formats::RawBlock BlockBuilder::take() {
  std::memset(buffer_.data() + size_, 0, formats::kPadding);
  formats::RawBlock raw;
  raw.bytes = {buffer_.data(), size_};
  raw.buffer = std::move(buffer_);
  raw.offset = bytes_before_;
  raw.line = rows_before_ + 1;
  buffer_ = {};
  bytes_before_ += size_;
  rows_before_ += rows_;
  size_ = 0;
  rows_ = 0;
  return raw;
}

std::unique_ptr<sdk::Block> make_block(std::shared_ptr<const StreamFacts> facts, formats::RawBlock raw) {
  return std::make_unique<LookerBlock>(std::move(facts), std::move(raw));
}

Result<std::unique_ptr<sdk::Extraction>> extract_again(
    std::vector<std::shared_ptr<const StreamFacts>> streams, const std::vector<sdk::Reject>& rows) {
  for (const auto& row : rows) {
    if (row.stream < streams.size()) continue;
    return fail(ErrorCode::DataMismatch, "rows of table number {} were set aside, but the pipeline has {}",
                row.stream + 1, streams.size());
  }
  return std::unique_ptr<sdk::Extraction>(std::make_unique<ReplayExtraction>(std::move(streams), rows));
}

}  // namespace weir::looker
