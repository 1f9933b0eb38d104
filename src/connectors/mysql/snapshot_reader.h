// SPDX-License-Identifier: Apache-2.0
// Reads the pieces of one snapshot over its connections at once and hands their rows out in order.
// Threads of its own read ahead, each up to a few megabytes, so that the server need not wait for a
// slow consumer. Used by the source; next() by one thread.
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

#include "connectors/mysql/raw_rows.h"
#include "connectors/mysql/sessions.h"
#include "connectors/mysql/snapshot.h"
#include "connectors/mysql/source_blocks.h"
#include "connectors/mysql/source_pieces.h"

namespace weir::mysql {

class SnapshotReader {
 public:
  /// The streams outlive this.
  SnapshotReader(std::shared_ptr<Sessions> sessions, Snapshot snapshot, std::vector<Piece> pieces,
                 std::vector<const StreamFacts*> streams);
  /// Stops the statements that still run.
  ~SnapshotReader();
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  /// The next rows, piece after piece; nothing at the end.
  Result<std::optional<RawRows>> next();
  /// A hash of all rows, whatever their order; complete at the end.
  std::string content_hash() const;

 private:
  struct Reader {
    std::unique_ptr<Connection> connection;
    unsigned long id = 0;
    bool busy = false;
  };
  struct Slot {
    std::deque<RawRows> ready;
    bool finished = false;
  };

  void release();
  void work(Reader& reader);
  Result<void> read_piece(Connection& connection, std::size_t number);
  Result<void> read_rows(RowStream& stream, std::size_t number);
  /// Whether to go on.
  bool deliver(std::size_t number, RawRows rows);

  std::shared_ptr<Sessions> sessions_;
  std::vector<Piece> pieces_;
  std::vector<const StreamFacts*> streams_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Reader> readers_;
  std::vector<Slot> slots_;     // one a piece
  std::size_t next_piece_ = 0;  // to be read
  std::size_t current_ = 0;     // to be handed out
  std::optional<Error> error_;
  bool stopped_ = false;
  std::atomic<std::uint64_t> hash_ = 0;
  std::atomic<std::uint64_t> rows_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace weir::mysql
