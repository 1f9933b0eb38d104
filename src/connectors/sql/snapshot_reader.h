// SPDX-License-Identifier: Apache-2.0
// Reads the pieces of one snapshot over its connections at once and hands their rows out in order.
// Threads of its own read ahead, each up to a few megabytes, so that the server need not wait for a
// slow consumer. Used by extractions; next() by one thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/sql/raw_rows.h"
#include "connectors/sql/stream.h"

namespace weir::sql {

/// One statement that reads a stream, or a range of its rows.
struct Piece {
  std::size_t stream = 0;
  std::string sql;
};

class SnapshotReader;

/// Takes the rows of a piece. On the hot path.
class RowSink {
 public:
  RowSink(SnapshotReader& reader, std::size_t piece);

  /// Room for a row of this size, to be filled before take_row().
  char* room(std::size_t size) {
    char* const row = rows_.add(size);
    row_ = row;
    size_ = size;
    return row;
  }
  /// Fails when nobody wants more.
  Result<void> take_row();
  void finish();

 private:
  RawRows fresh() const;

  SnapshotReader& reader_;
  std::size_t piece_;
  RawRows rows_;
  const char* row_ = nullptr;  // the last one
  std::size_t size_ = 0;
  std::uint64_t hash_ = 0;
  std::uint64_t count_ = 0;
};

/// The connections of a reading, which all see the same instant. Its end is that of their transactions.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  /// Called by the thread of a reader before and after all it reads. False: it has to be done without it.
  virtual bool enter(std::size_t reader) = 0;
  virtual void leave(std::size_t reader) = 0;
  virtual Result<void> read(std::size_t reader, const Piece& piece, RowSink& rows) = 0;
  /// Ends the statements that run, from another thread; `busy` says which readers are in read().
  virtual void stop(const std::vector<bool>& busy) = 0;
};

class SnapshotReader {
 public:
  /// With more pieces than one, up to `readers` threads read side by side.
  SnapshotReader(std::unique_ptr<Snapshot> snapshot, std::size_t readers, StreamList streams,
                 std::vector<Piece> pieces);
  /// Stops the statements that still run.
  ~SnapshotReader();
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  /// The next rows, piece after piece; nothing at the end.
  Result<std::optional<RawRows>> next();
  /// A hash of all rows, whatever their order; complete at the end.
  std::string content_hash() const;

 private:
  friend class RowSink;
  struct Slot {
    std::deque<RawRows> ready;
    bool finished = false;
  };

  void release();
  void work(std::size_t reader);
  Result<void> read_piece(std::size_t reader, std::size_t number);
  /// Whether to go on.
  bool deliver(std::size_t number, RawRows rows);

  std::unique_ptr<Snapshot> snapshot_;  // null when all was read
  StreamList streams_;
  std::vector<Piece> pieces_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> busy_;      // one a reader
  std::vector<Slot> slots_;     // one a piece
  std::size_t next_piece_ = 0;  // to be read
  std::size_t current_ = 0;     // to be handed out
  std::optional<Error> error_;
  bool stopped_ = false;
  std::atomic<std::uint64_t> hash_ = 0;
  std::atomic<std::uint64_t> rows_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace weir::sql
