// SPDX-License-Identifier: Apache-2.0
// Reads pieces of one snapshot over several connections at once and hands them out in order. Threads
// of its own read ahead, each up to a few megabytes. Used by the source; next() by one thread.
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

#include "connectors/postgres/sessions.h"
#include "connectors/postgres/source_query.h"

namespace weir::postgres {

/// One COPY of a stream.
struct Piece {
  std::size_t stream = 0;
  std::string sql;
  std::size_t columns = 0;
  std::string input;  ///< what it is read from, for messages
};

/// Rows of a stream in binary form, one after the other.
struct RawRows {
  std::size_t stream = 0;
  std::string bytes;
  std::uint64_t rows = 0;
};

class SnapshotReader {
 public:
  /// `first` is in the transaction whose snapshot counts. With more pieces than one, up to `readers`
  /// connections share it; a connection that cannot be had is done without.
  SnapshotReader(std::shared_ptr<Sessions> sessions, Connection first, std::vector<Piece> pieces,
                 std::size_t readers);
  /// Stops the statements that still run.
  ~SnapshotReader();
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  /// The next rows, piece after piece; nothing at the end.
  Result<std::optional<RawRows>> next();
  /// A hash of all rows, whatever their order; complete at the end.
  std::string content_hash() const;

 private:
  struct Slot {
    std::deque<RawRows> ready;
    bool finished = false;
  };

  void start(std::size_t readers);
  void release();
  void join_snapshot(const std::string& snapshot);
  void work(Connection& connection);
  Result<void> read_piece(Connection& connection, std::size_t number);
  /// Whether to go on.
  bool deliver(std::size_t number, RawRows rows);
  void fail_with(const Error& error);

  std::shared_ptr<Sessions> sessions_;
  std::optional<Connection> first_;
  std::vector<Piece> pieces_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;     // one a piece
  std::size_t next_piece_ = 0;  // to be read
  std::size_t current_ = 0;     // to be handed out
  std::optional<Error> error_;
  std::atomic<bool> stopped_ = false;
  std::vector<std::shared_ptr<Canceller>> running_;
  std::atomic<std::uint64_t> hash_ = 0;
  std::atomic<std::uint64_t> rows_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace weir::postgres
