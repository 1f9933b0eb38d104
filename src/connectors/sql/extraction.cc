// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/extraction.h"

#include <map>

#include "connectors/sql/raw_rows.h"

namespace weir::sql {
namespace {

class RawBlock final : public sdk::Block {
 public:
  RawBlock(std::shared_ptr<const Stream> stream, RawRows rows, std::uint64_t first_row)
      : stream_(std::move(stream)), rows_(std::move(rows)), first_row_(first_row) {}

  std::size_t stream() const override { return stream_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    std::vector<UnreadRow> unread;
    TRY(stream_->decode(rows_.bytes(), first_row_, rows, unread));
    for (auto& row : unread) rejects.push_back(reject(row.origin, std::move(row.reason)));
    return {};
  }

  sdk::Reject reject(const model::RowOrigin& origin, std::string reason) const override {
    sdk::Reject rejected;
    rejected.input = stream_->input;
    rejected.line = origin.line;
    rejected.reason = std::move(reason);
    rejected.bytes = stream_->line_of(rows_.bytes(), origin);
    rejected.stream = stream_->number;
    return rejected;
  }

 private:
  std::shared_ptr<const Stream> stream_;  // shared by all blocks of a stream, on any thread
  RawRows rows_;
  std::uint64_t first_row_;
};

class ReplayBlock final : public sdk::Block {
 public:
  ReplayBlock(std::shared_ptr<const Stream> stream, std::vector<sdk::Reject> rows)
      : stream_(std::move(stream)), rows_(std::move(rows)) {}

  std::size_t stream() const override { return stream_->number; }

  Result<void> decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const override {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const model::RowOrigin origin{rows_[i].line, i, static_cast<std::uint32_t>(rows_[i].bytes.size())};
      auto unreadable = stream_->decode_line(rows_[i].bytes, origin, rows);
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
  std::shared_ptr<const Stream> stream_;  // as above
  std::vector<sdk::Reject> rows_;
};

class SnapshotExtraction final : public sdk::Extraction {
 public:
  SnapshotExtraction(StreamList streams, std::unique_ptr<SnapshotReader> reader,
                     std::vector<std::string> warnings)
      : streams_(std::move(streams)),
        rows_(streams_.size(), 0),
        reader_(std::move(reader)),
        warnings_(std::move(warnings)) {}

  const model::Schema& schema(std::size_t stream) const override { return streams_[stream]->schema; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    auto raw = TRY(reader_->next());
    if (!raw) {
      ended_ = true;
      return std::unique_ptr<sdk::Block>();
    }
    auto& rows = rows_[raw->stream()];
    const auto first = rows + 1;
    rows += raw->rows();
    bytes_ += raw->bytes().size();
    const auto& stream = streams_[raw->stream()];
    return std::make_unique<RawBlock>(stream, *std::move(raw), first);
  }

  std::uint64_t bytes_read() const override { return bytes_; }
  /// A server does not say beforehand how much it will send.
  std::uint64_t bytes_total() const override { return ended_ ? bytes_ : 0; }
  std::string content_hash() const override { return reader_->content_hash(); }
  std::vector<std::string> warnings() const override { return warnings_; }

 private:
  StreamList streams_;
  std::vector<std::uint64_t> rows_;  // handed out, of each stream
  std::unique_ptr<SnapshotReader> reader_;
  std::vector<std::string> warnings_;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
};

class ReplayExtraction final : public sdk::Extraction {
 public:
  ReplayExtraction(StreamList streams, const std::vector<sdk::Reject>& rows) : streams_(std::move(streams)) {
    for (const auto& row : rows) {
      waiting_[row.stream].push_back(row);
      total_ += row.bytes.size();
    }
  }

  const model::Schema& schema(std::size_t stream) const override { return streams_[stream]->schema; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    if (waiting_.empty()) return std::unique_ptr<sdk::Block>();
    auto [stream, rows] = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    if (stream >= streams_.size()) {
      return fail(ErrorCode::DataMismatch, "rows of table number {} were set aside, but the pipeline has {}",
                  stream + 1, streams_.size());
    }
    for (const auto& row : rows) read_ += row.bytes.size();
    return std::make_unique<ReplayBlock>(streams_[stream], std::move(rows));
  }

  std::uint64_t bytes_read() const override { return read_; }
  std::uint64_t bytes_total() const override { return total_; }
  std::string content_hash() const override { return ""; }

 private:
  StreamList streams_;
  std::map<std::size_t, std::vector<sdk::Reject>> waiting_;
  std::uint64_t read_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

std::unique_ptr<sdk::Extraction> extract(StreamList streams, std::unique_ptr<SnapshotReader> reader,
                                         std::vector<std::string> warnings) {
  return std::make_unique<SnapshotExtraction>(std::move(streams), std::move(reader), std::move(warnings));
}

std::unique_ptr<sdk::Extraction> extract_again(StreamList streams, const std::vector<sdk::Reject>& rows) {
  return std::make_unique<ReplayExtraction>(std::move(streams), rows);
}

}  // namespace weir::sql
