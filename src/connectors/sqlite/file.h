// SPDX-License-Identifier: Apache-2.0
// The database file of a destination and the one connection to it, which stays open from load to
// load. Used by the destination and its load inside this folder; hold `mutex` around every call.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <optional>
#include <string>

#include "connectors/sqlite/database.h"
#include "connectors/sqlite/options.h"

namespace weir::sqlite {

class DatabaseFile {
 public:
  DatabaseFile(std::string path, const SqliteOptions& options)
      : path_(std::move(path)),
        journal_mode_(options.journal_mode),
        busy_timeout_(options.busy_timeout.value) {}

  std::mutex mutex;
  /// The id of the load that writes, or is about to.
  std::optional<std::string> load_under_way;

  const std::string& path() const { return path_; }
  /// Whether the file could be made or written; touches nothing.
  Result<void> check();
  /// The connection; null when there is no file yet.
  Result<Database*> existing();
  /// The connection, set up for bulk loads; makes the file when there is none.
  Result<Database*> writable();
  /// The load whose transaction is open on the connection; empty: none.
  std::string open_load() const;
  /// Puts a file that was filled for the first time into the wanted journal mode.
  void after_publish();

 private:
  struct Identity {
    dev_t device;
    ino_t inode;
    bool operator==(const Identity&) const = default;
  };

  std::optional<Identity> on_disk() const;
  Result<void> check_file() const;
  Result<void> open(MissingFile missing);
  Result<void> set_up();
  Result<void> set_synchronous();
  void switch_journal(const char* mode);

  std::string path_;
  JournalMode journal_mode_;
  std::chrono::milliseconds busy_timeout_;
  std::optional<Database> database_;
  std::optional<Identity> identity_;
  bool is_set_up_ = false;
  bool is_first_fill_ = false;
};

}  // namespace weir::sqlite
