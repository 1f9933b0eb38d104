// SPDX-License-Identifier: Apache-2.0
#include "state/sqlite_database.h"

#include <cstring>

namespace weir::state {
namespace {

constexpr int kBusyMillis = 10'000;

}  // namespace

Failure state_failure(sqlite3* handle, const std::string& path) {
  const int code = sqlite3_errcode(handle) & 0xFF;
  const int system_error = sqlite3_system_errno(handle);
  const char* words = sqlite3_errmsg(handle);
  // SQLite knows a full disk, but gives a quota or a limit on file sizes as a failed write.
  if (sqlite3_extended_errcode(handle) == SQLITE_IOERR_WRITE) {
    return fail(
        ErrorCode::Exhausted,
        "the state file {} cannot be written: probably a disk quota or file size limit is reached; free "
        "some space and run again",
        path);
  }
  switch (code) {
    case SQLITE_FULL:
      return fail(ErrorCode::Exhausted, "no space is left for the state file {}: free some and run again",
                  path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(ErrorCode::DataMismatch,
                  "the state file {} is damaged ({}): rebuild it from the destinations' ledgers with 'weir "
                  "state rebuild'",
                  path, words);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::Unavailable,
                  "the state file {} was locked by another process for {} s: wait for it or stop it", path,
                  kBusyMillis / 1000);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return fail(ErrorCode::PermissionDenied,
                  "the state file {} cannot be written: give this user write access to it and to its folder",
                  path);
    case SQLITE_CANTOPEN:
      return fail(ErrorCode::PermissionDenied,
                  "the state file {} cannot be opened ({}): this user needs write access to its folder", path,
                  system_error == 0 ? words : std::strerror(system_error));
    case SQLITE_NOMEM:
      return fail(ErrorCode::Exhausted, "no memory is left for the state file {}", path);
    default:
      return fail(ErrorCode::Internal, "the state file {} failed: {} (SQLite {}, system error {})", path,
                  words, sqlite3_extended_errcode(handle), system_error);
  }
}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL, so empty text needs an address.
  const char* bytes = text.empty() ? "" : text.data();
  sqlite3_bind_text64(statement_, ++bound_, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> number) {
  if (number) return bind(*number);
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return state_failure(sqlite3_db_handle(statement_), path_);
}

Result<void> Statement::run() {
  const auto done = step();
  sqlite3_reset(statement_);
  bound_ = 0;
  if (!done) return Failure(done.error());
  return {};
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<Database> Database::open(const std::string& path) {
  Database database;
  database.path_ = std::make_unique<std::string>(path);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return state_failure(handle, path);
  sqlite3_busy_timeout(handle, kBusyMillis);
  return database;
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return state_failure(handle_.get(), *path_);
}

Result<Statement> Database::prepare(const char* sql) {
  auto found = statements_.find(std::string_view(sql));
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
        SQLITE_OK) {
      return state_failure(handle_.get(), *path_);
    }
    found = statements_.emplace(sql, statement).first;
  }
  return Statement(found->second.get(), *path_);
}

Result<std::int64_t> Database::number(const std::string& sql) {
  auto statement = TRY(prepare(sql.c_str()));
  if (!TRY(statement.step())) return 0;
  return statement.number(0);
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  // IMMEDIATE takes the write lock at once, so a reader never has to turn into a writer midway,
  // which SQLite refuses without waiting.
  TRY(execute("BEGIN IMMEDIATE"));
  auto done = work();
  if (done) done = execute("COMMIT");
  // After some failures SQLite has rolled back already; then there is nothing to take back.
  if (!done && sqlite3_get_autocommit(handle_.get()) == 0) (void)execute("ROLLBACK");
  return done;
}

}  // namespace weir::state
