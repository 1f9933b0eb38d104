// SPDX-License-Identifier: Apache-2.0
#include "connectors/mysql/snapshot_reader.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace weir::mysql {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1024} * 1024;
constexpr std::size_t kBlocksAhead = 6;  // of each piece

/// Whether rows come as they were described.
bool same_columns(const RowStream& stream, const RowShape& shape) {
  const auto same = [](const Field& now, const Field& then) {
    const auto described = then.kind == Kind::Float ? Kind::Double : then.kind;
    return now.name == then.name && (now.kind == described || now.kind == then.kind);
  };
  return std::equal(stream.fields().begin(), stream.fields().end(), shape.fields.begin(), shape.fields.end(),
                    same);
}

}  // namespace

SnapshotReader::SnapshotReader(std::shared_ptr<Sessions> sessions, Snapshot snapshot,
                               std::vector<Piece> pieces, std::vector<const StreamFacts*> streams)
    : sessions_(std::move(sessions)),
      pieces_(std::move(pieces)),
      streams_(std::move(streams)),
      slots_(pieces_.size()) {
  for (auto& connection : snapshot.connections) {
    const auto id = connection->id();
    readers_.push_back({std::move(connection), id, false});
  }
  for (std::size_t i = 0; i < std::min(readers_.size(), pieces_.size()); ++i) {
    threads_.emplace_back([this, i] {
      work(readers_[i]);
      end_thread();
    });
  }
}

SnapshotReader::~SnapshotReader() {
  std::vector<unsigned long> busy;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto& reader : readers_) {
      if (reader.busy) busy.push_back(reader.id);
    }
  }
  changed_.notify_all();
  // A statement that sorts does not notice by itself that nobody waits for it any more.
  sessions_->kill_queries(busy);
  for (const auto& reader : readers_) reader.connection->cut();
  release();
}

/// Lets go of the snapshot and of the tables that its transactions hold.
void SnapshotReader::release() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  const std::lock_guard lock(mutex_);
  readers_.clear();
}

void SnapshotReader::work(Reader& reader) {
  while (true) {
    std::size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || next_piece_ == pieces_.size()) return;
      number = next_piece_++;
      reader.busy = true;
    }
    const auto done = read_piece(*reader.connection, number);
    {
      const std::lock_guard lock(mutex_);
      reader.busy = false;
      slots_[number].finished = done.ok();
      if (!done && !error_)
        error_ = done.error().within("reading " + streams_[pieces_[number].stream]->input);
      if (!done) stopped_ = true;
    }
    changed_.notify_all();
  }
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

Result<void> SnapshotReader::read_piece(Connection& connection, std::size_t number) {
  auto stream = TRY(connection.stream(pieces_[number].sql));
  if (!same_columns(stream, streams_[pieces_[number].stream]->shape)) {
    return fail(ErrorCode::Conflict, "the columns were changed just before they were read; run again");
  }
  return read_rows(stream, number);
}

Result<void> SnapshotReader::read_rows(RowStream& stream, std::size_t number) {
  const auto columns = stream.fields().size();
  const auto fresh = [&] { return RawRows(pieces_[number].stream, kBlockBytes + kBlockBytes / 8); };
  auto rows = fresh();
  RawRow row;
  std::uint64_t hash = 0;
  std::uint64_t count = 0;
  while (TRY(stream.next(row))) {
    const auto added = rows.add(row, columns);
    hash += XXH3_64bits(added.data(), added.size());
    ++count;
    if (rows.bytes().size() < kBlockBytes) continue;
    if (!deliver(number, std::exchange(rows, fresh()))) {
      return fail(ErrorCode::Cancelled, "the reading was stopped");
    }
  }
  hash_ += hash;
  rows_ += count;
  if (rows.rows() > 0) deliver(number, std::move(rows));
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
  return fmt::format("{:016x}{:016x}", hash_.load(), rows_.load());
}

}  // namespace weir::mysql
