// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/extraction.h"

#include <map>

#include "connectors/mysql/snapshot_reader.h"

namespace weir::mysql {
namespace {

std::vector<const StreamFacts*> facts_of(const StreamList& streams) {
  std::vector<const StreamFacts*> facts;
  for (const auto& stream : streams) facts.push_back(stream.get());
  return facts;
}

class MysqlExtraction final : public sdk::Extraction {
 public:
  MysqlExtraction(std::shared_ptr<Sessions> sessions, Snapshot snapshot, StreamList streams,
                  std::vector<Piece> pieces)
      : streams_(std::move(streams)),
        rows_(streams_.size(), 0),
        warnings_(std::move(snapshot.warnings)),
        reader_(std::move(sessions), std::move(snapshot), std::move(pieces), facts_of(streams_)) {}

  const model::Schema& schema(std::size_t stream) const override { return streams_[stream]->schema; }

  Result<std::unique_ptr<sdk::Block>> next() override {
    auto raw = TRY(reader_.next());
    if (!raw) {
      ended_ = true;
      return std::unique_ptr<sdk::Block>();
    }
    auto& rows = rows_[raw->stream()];
    const auto first = rows + 1;
    rows += raw->rows();
    bytes_ += raw->bytes().size();
    const auto& facts = streams_[raw->stream()];
    return make_block(facts, *std::move(raw), first);
  }

  std::uint64_t bytes_read() const override { return bytes_; }
  /// A server does not say beforehand how much it will send.
  std::uint64_t bytes_total() const override { return ended_ ? bytes_ : 0; }
  std::string content_hash() const override { return reader_.content_hash(); }
  std::vector<std::string> warnings() const override { return warnings_; }

 private:
  StreamList streams_;               // shared with their blocks
  std::vector<std::uint64_t> rows_;  // handed out, of each stream
  std::vector<std::string> warnings_;
  SnapshotReader reader_;
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
    return make_replay_block(streams_[stream], std::move(rows));
  }

  std::uint64_t bytes_read() const override { return read_; }
  std::uint64_t bytes_total() const override { return total_; }
  std::string content_hash() const override { return ""; }

 private:
  StreamList streams_;  // shared with their blocks
  std::map<std::size_t, std::vector<sdk::Reject>> waiting_;
  std::uint64_t read_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

std::unique_ptr<sdk::Extraction> extract(std::shared_ptr<Sessions> sessions, Snapshot snapshot,
                                         StreamList streams, std::vector<Piece> pieces) {
  return std::make_unique<MysqlExtraction>(std::move(sessions), std::move(snapshot), std::move(streams),
                                           std::move(pieces));
}

std::unique_ptr<sdk::Extraction> extract_again(StreamList streams, const std::vector<sdk::Reject>& rows) {
  return std::make_unique<ReplayExtraction>(std::move(streams), rows);
}

}  // namespace weir::mysql
