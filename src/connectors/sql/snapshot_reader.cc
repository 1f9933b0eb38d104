// SPDX-License-Identifier: Apache-2.0
#include "connectors/sql/snapshot_reader.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace weir::sql {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1024} * 1024;
constexpr std::size_t kBlocksAhead = 6;  // of each piece

}  // namespace

RowSink::RowSink(SnapshotReader& reader, std::size_t piece)
    : reader_(reader), piece_(piece), rows_(fresh()) {}

RawRows RowSink::fresh() const { return {reader_.pieces_[piece_].stream, kBlockBytes + kBlockBytes / 8}; }

Result<void> RowSink::take_row() {
  hash_ += XXH3_64bits(row_, size_);
  ++count_;
  if (rows_.bytes().size() < kBlockBytes || reader_.deliver(piece_, std::exchange(rows_, fresh()))) return {};
  return fail(ErrorCode::Cancelled, "the reading was stopped");
}

void RowSink::finish() {
  reader_.hash_ += hash_;
  reader_.rows_ += count_;
  if (rows_.rows() > 0) reader_.deliver(piece_, std::move(rows_));
}

SnapshotReader::SnapshotReader(std::unique_ptr<Snapshot> snapshot, std::size_t readers, StreamList streams,
                               std::vector<Piece> pieces)
    : snapshot_(std::move(snapshot)),
      streams_(std::move(streams)),
      pieces_(std::move(pieces)),
      busy_(std::min(readers, pieces_.size()), false),
      slots_(pieces_.size()) {
  for (std::size_t i = 0; i < busy_.size(); ++i) {
    threads_.emplace_back([this, i] {
      if (snapshot_->enter(i)) work(i);
      snapshot_->leave(i);
    });
  }
}

SnapshotReader::~SnapshotReader() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    // Under the lock, so that no other statement than those of the reading is met.
    if (snapshot_ != nullptr) snapshot_->stop(busy_);
  }
  changed_.notify_all();
  release();
}

/// Lets go of the snapshot and of the tables that its transactions hold.
void SnapshotReader::release() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  snapshot_.reset();
}

void SnapshotReader::work(std::size_t reader) {
  while (true) {
    std::size_t number = 0;
    {
      std::unique_lock lock(mutex_);
      // Pieces may be small, and a reader that was never full would read on to the end.
      changed_.wait(lock, [&] { return stopped_ || next_piece_ <= current_ + busy_.size(); });
      if (stopped_ || next_piece_ == pieces_.size()) return;
      number = next_piece_++;
      busy_[reader] = true;
    }
    const auto done = read_piece(reader, number);
    {
      const std::lock_guard lock(mutex_);
      busy_[reader] = false;
      slots_[number].finished = done.ok();
      if (!done && !error_)
        error_ = done.error().within("reading " + streams_[pieces_[number].stream]->input);
      if (!done) stopped_ = true;
    }
    changed_.notify_all();
  }
}

Result<void> SnapshotReader::read_piece(std::size_t reader, std::size_t number) {
  RowSink rows(*this, number);
  TRY(snapshot_->read(reader, pieces_[number], rows));
  rows.finish();
  return {};
}

bool SnapshotReader::deliver(std::size_t number, RawRows rows) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || slots_[number].ready.size() < kBlocksAhead; });
    if (stopped_) return false;
    slots_[number].ready.push_back(std::move(rows));
  }
  changed_.notify_all();
  return true;
}

Result<std::optional<RawRows>> SnapshotReader::next() {
  std::unique_lock lock(mutex_);
  while (current_ < slots_.size()) {
    auto& slot = slots_[current_];
    changed_.wait(lock, [&] { return error_ || !slot.ready.empty() || slot.finished; });
    if (error_) return Failure(*error_);
    if (!slot.ready.empty()) {
      std::optional<RawRows> rows = std::move(slot.ready.front());
      slot.ready.pop_front();
      lock.unlock();
      changed_.notify_all();
      return rows;
    }
    ++current_;
    changed_.notify_all();
  }
  lock.unlock();
  release();
  return std::optional<RawRows>();
}

std::string SnapshotReader::content_hash() const {
  return fmt::format("{:016x}-{}", hash_.load(), rows_.load());
}

}  // namespace weir::sql
