// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/database.h"

#include <sqlite3.h>

#include "connectors/sqlite/errors.h"

namespace weir::sqlite {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Statement& Statement::bind(int parameter, std::string_view text) {
  // An empty view may hold a null pointer, which SQLite would take for NULL.
  const char* data = text.empty() ? "" : text.data();
  sqlite3_bind_text64(handle(), parameter, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(handle(), parameter, number);
  return *this;
}

Result<bool> Statement::step() {
  const auto code = sqlite3_step(handle());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return Failure(error_of(sqlite3_db_handle(handle())));
}

Result<void> Statement::run() {
  auto stepped = step();
  sqlite3_reset(handle());
  TRY(std::move(stepped));
  return {};
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle(), column))};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle(), column); }

Result<Database> Database::open(const std::string& path, MissingFile missing,
                                std::chrono::milliseconds busy_timeout) {
  // SQLite's own mutexes would be taken for every bound value; the destination has its lock.
  auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (missing == MissingFile::Create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const auto code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) {
    return Failure(error_for(code, handle == nullptr ? "out of memory" : sqlite3_errmsg(handle), path));
  }
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  return database;
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const auto code =
      sqlite3_prepare_v2(handle(), sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return Failure(error_of(handle()));
  return Statement(statement);
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return Failure(error_of(handle()));
}

Result<std::string> Database::value(const std::string& sql) {
  auto statement = TRY(prepare(sql));
  return TRY(statement.step()) ? statement.text(0) : std::string();
}

// A failed rollback means that SQLite has rolled back already, as after a full disk.
void Database::roll_back() {
  if (in_transaction()) sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

}  // namespace weir::sqlite
