// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/snapshot_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "protocols/postgres/options.h"

namespace weir::postgres {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1024} * 1024;
constexpr std::size_t kBlocksAhead = 6;  // of each piece

/// A hash of one row. The hash of all is the sum, which does not depend on the order.
std::uint64_t hash_of(std::string_view row) {
  constexpr std::uint64_t kFactor = 0x9e37'79b9'7f4a'7c15;
  std::uint64_t hash = row.size() * kFactor + 1;
  const auto mix = [&](std::uint64_t value) {
    hash = (hash ^ value) * kFactor;
    hash ^= hash >> 32U;
  };
  for (; row.size() >= 8; row.remove_prefix(8)) {
    std::uint64_t value = 0;
    std::memcpy(&value, row.data(), 8);
    mix(value);
  }
  std::uint64_t value = 0;
  std::memcpy(&value, row.data(), row.size());
  mix(value);
  mix(kFactor);
  return hash;
}

}  // namespace

SnapshotReader::SnapshotReader(std::shared_ptr<Sessions> sessions, Connection first,
                               std::vector<Piece> pieces, std::size_t readers)
    : sessions_(std::move(sessions)),
      first_(std::move(first)),
      pieces_(std::move(pieces)),
      slots_(pieces_.size()) {
  start(std::min(readers, pieces_.size()));
}

void SnapshotReader::start(std::size_t readers) {
  if (readers == 0) return;
  std::string snapshot;
  if (readers > 1) {
    // Where snapshots cannot be shared, as behind some poolers, one connection reads it all.
    if (const auto exported = first_->execute("SAVEPOINT weir_share; SELECT pg_export_snapshot()")) {
      snapshot = exported->text(0, 0);
    } else {
      static_cast<void>(first_->execute("ROLLBACK TO SAVEPOINT weir_share"));
    }
  }
  threads_.emplace_back([this] { work(*first_); });
  for (std::size_t i = 1; i < readers && !snapshot.empty(); ++i) {
    threads_.emplace_back([this, snapshot] { join_snapshot(snapshot); });
  }
}

SnapshotReader::~SnapshotReader() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto& canceller : running_) static_cast<void>(canceller->cancel());
  }
  changed_.notify_all();
  release();
}

/// Lets go of the snapshot and of the tables that its transactions hold.
void SnapshotReader::release() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  if (!first_) return;
  first_->roll_back();
  sessions_->give_back(*std::move(first_));
  first_.reset();
}

void SnapshotReader::join_snapshot(const std::string& snapshot) {
  auto connection = sessions_->take();
  if (!connection) return;
  const auto joined = connection->execute(
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT " + literal(snapshot));
  if (joined) work(*connection);
  connection->roll_back();
  sessions_->give_back(*std::move(connection));
}

void SnapshotReader::work(Connection& connection) {
  while (true) {
    std::size_t number = 0;
    std::shared_ptr<Canceller> canceller;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || next_piece_ == pieces_.size()) return;
      number = next_piece_++;
      canceller = std::make_shared<Canceller>(connection.canceller());
      running_.push_back(canceller);
    }
    const auto done = read_piece(connection, number);
    {
      const std::lock_guard lock(mutex_);
      std::erase(running_, canceller);
      slots_[number].finished = done.ok();
    }
    if (!done) fail_with(done.error().within("reading " + pieces_[number].input));
    changed_.notify_all();
  }
}

void SnapshotReader::fail_with(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
  stopped_ = true;
}

bool SnapshotReader::deliver(std::size_t number, RawRows rows) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ || slots_[number].ready.size() < kBlocksAhead; });
  if (stopped_) return false;
  slots_[number].ready.push_back(std::move(rows));
  lock.unlock();
  changed_.notify_all();
  return true;
}

Result<void> SnapshotReader::read_piece(Connection& connection, std::size_t number) {
  const auto& piece = pieces_[number];
  const auto fresh = [&] {
    RawRows rows{piece.stream, {}, 0};
    rows.bytes.reserve(kBlockBytes + kBlockBytes / 8);
    return rows;
  };
  TRY(connection.begin_copy_out(piece.sql));
  auto rows = fresh();
  bool at_head = true;
  std::uint64_t hash = 0;
  std::uint64_t count = 0;
  while (auto chunk = TRY(connection.copy_out())) {
    auto bytes = chunk->view();
    if (at_head) bytes = TRY(after_copy_header(bytes));
    at_head = false;
    if (bytes.empty()) continue;
    const auto length = TRY(row_length(bytes, piece.columns));
    if (length == 0) continue;  // the end of the data, before that of the statement
    rows.bytes.append(bytes);
    ++rows.rows;
    ++count;
    hash += hash_of(bytes);
    if (rows.bytes.size() < kBlockBytes) continue;
    if (!deliver(number, std::exchange(rows, fresh()))) {
      return fail(ErrorCode::Cancelled, "the reading was stopped");
    }
  }
  hash_ += hash;
  rows_ += count;
  if (rows.rows > 0) deliver(number, std::move(rows));
  return {};
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
  }
  lock.unlock();
  release();
  return std::optional<RawRows>();
}

std::string SnapshotReader::content_hash() const {
  return fmt::format("{:016x}-{}", hash_.load(), rows_.load());
}

}  // namespace weir::postgres
