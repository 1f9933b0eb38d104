// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/file.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace weir::sqlite {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

// Rows of a request log take about a kilobyte. Large pages hold them without waste: measured on a
// million rows, 16 KiB pages make the file a fifth smaller and a load through the WAL a third
// faster than the usual 4 KiB.
constexpr const char* kPageSize = "PRAGMA page_size = 16384";

// The cache holds the index of a key of random text for about two million rows, beyond which every
// insert would read a page. The WAL is brought into the file every 64 MiB, and cut to that size.
constexpr const char* kBulkSettings =
    "PRAGMA cache_size = -64000;"
    "PRAGMA wal_autocheckpoint = 4096;"
    "PRAGMA journal_size_limit = 67108864;";

}  // namespace

std::optional<DatabaseFile::Identity> DatabaseFile::on_disk() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

Result<void> DatabaseFile::check() {
  const auto folder = std::filesystem::path(path_).parent_path();
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    return fail(ErrorCode::NotFound, "the folder {} does not exist; create it with: mkdir -p '{}'",
                folder.string(), folder.string());
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return fail(ErrorCode::PermissionDenied,
                "the folder {} cannot be written, which SQLite needs for its journal; grant write access",
                folder.string());
  }
  if (!on_disk()) return {};
  // Opening the file a second time and closing it would drop the locks of our own connection.
  if (database_) {
    TRY(database_->value("SELECT count(*) FROM sqlite_schema"));
    return {};
  }
  return check_file();
}

Result<void> DatabaseFile::check_file() const {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path_, ignored)) {
    return fail(ErrorCode::InvalidConfig, "{} is not a SQLite database but a folder or device", path_);
  }
  if (::access(path_.c_str(), R_OK | W_OK) != 0) {
    return fail(ErrorCode::PermissionDenied, "{} cannot be written; grant read and write access", path_);
  }
  std::array<char, kMagic.size()> start{};
  std::ifstream file(path_, std::ios::binary);
  file.read(start.data(), start.size());
  // SQLite takes an empty file for an empty database.
  if (file.gcount() == 0 || std::string_view(start.data(), start.size()) == kMagic) return {};
  return fail(ErrorCode::InvalidConfig, "{} is not a SQLite database; choose another path", path_);
}

Result<void> DatabaseFile::open(MissingFile missing) {
  database_ = TRY(Database::open(path_, missing, busy_timeout_));
  identity_ = on_disk();
  is_set_up_ = false;
  is_first_fill_ = false;
  return {};
}

Result<Database*> DatabaseFile::existing() {
  const auto found = on_disk();
  // Somebody may have moved the file away since; a connection to it would write into nothing. A load
  // under way keeps its connection and its transaction.
  if (database_ && !load_under_way && found != identity_) database_.reset();
  if (!found) return static_cast<Database*>(nullptr);
  if (!database_) TRY(open(MissingFile::Fail));
  return &*database_;
}

Result<Database*> DatabaseFile::writable() {
  if (TRY(existing()) == nullptr) {
    TRY(check());
    TRY(open(MissingFile::Create));
  }
  if (!is_set_up_) TRY(set_up());
  return &*database_;
}

std::string DatabaseFile::open_load() const {
  const bool is_open = load_under_way && database_ && database_->in_transaction();
  return is_open ? *load_under_way : std::string();
}

Result<void> DatabaseFile::set_up() {
  is_first_fill_ = TRY(database_->value("SELECT name FROM sqlite_schema LIMIT 1")).empty();
  if (is_first_fill_) TRY(database_->execute(kPageSize));
  // After the page size: SQLite counts the cache in pages of the size that it knows by now.
  TRY(database_->execute(kBulkSettings));
  if (journal_mode_ == JournalMode::Delete) switch_journal("delete");
  if (journal_mode_ == JournalMode::Wal && !is_first_fill_) switch_journal("wal");
  TRY(set_synchronous());
  // A new file has no identity before its first page is there, but opening it made it.
  identity_ = on_disk();
  is_set_up_ = true;
  return {};
}

// With a WAL, NORMAL cannot damage the file. A power failure may undo the last loads, but it undoes
// their ledger entries with them, so that the next run does them again.
Result<void> DatabaseFile::set_synchronous() {
  const auto mode = TRY(database_->value("PRAGMA journal_mode"));
  return database_->execute(mode == "wal" ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
}

// The mode cannot change while others use the file. Loads work in any mode, so this neither waits
// nor fails; the next connection tries again.
void DatabaseFile::switch_journal(const char* mode) {
  sqlite3_busy_timeout(database_->handle(), 0);
  const auto ignored = database_->value(std::string("PRAGMA journal_mode = ") + mode);
  static_cast<void>(ignored);
  sqlite3_busy_timeout(database_->handle(), static_cast<int>(busy_timeout_.count()));
}

void DatabaseFile::after_publish() {
  if (!is_first_fill_) return;
  is_first_fill_ = false;
  if (journal_mode_ == JournalMode::Wal) switch_journal("wal");
  // Staying with FULL after a failure costs time only.
  const auto ignored = set_synchronous();
  static_cast<void>(ignored);
}

}  // namespace weir::sqlite
