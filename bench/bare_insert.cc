// SPDX-License-Identifier: Apache-2.0
// The yardstick of loading into SQLite: how long a prepared statement takes to insert rows that are
// finished and in memory, in one transaction, into a table of the same definition.
//
//   bare_insert FROM.db TABLE TO.db
//
// Reads the rows of TABLE in pieces; only the inserts and the commit are timed. Prints the seconds.
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRowsAPiece = 50'000;

void require(bool good, sqlite3* database, const char* what) {
  if (good) return;
  fmt::print(stderr, "bare_insert: {}: {}\n", what, sqlite3_errmsg(database));
  std::exit(1);
}

sqlite3* open(const char* path) {
  sqlite3* database = nullptr;
  require(sqlite3_open(path, &database) == SQLITE_OK, database, path);
  return database;
}

sqlite3_stmt* prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  require(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK, database,
          sql.c_str());
  return statement;
}

void execute(sqlite3* database, const std::string& sql) {
  require(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, database, sql.c_str());
}

/// Creates the table and its indexes as they are in the other file.
void copy_definitions(sqlite3* from, sqlite3* to, const std::string& table) {
  auto* statement = prepare(
      from, "SELECT sql FROM sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL ORDER BY type DESC");
  sqlite3_bind_text(statement, 1, table.c_str(), -1, SQLITE_STATIC);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    execute(to, reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
  }
  sqlite3_finalize(statement);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: bare_insert FROM.db TABLE TO.db\n");
    return 2;
  }
  auto* from = open(argv[1]);
  auto* to = open(argv[3]);
  const std::string table = argv[2];
  // The cache that weir uses, so that the two differ in what they do and not in how they are set.
  execute(to, "PRAGMA cache_size = -65536");
  copy_definitions(from, to, table);
  auto* read = prepare(from, "SELECT * FROM \"" + table + "\" ORDER BY rowid");
  const int columns = sqlite3_column_count(read);
  std::string parameters;
  for (int i = 0; i < columns; ++i) parameters += i == 0 ? "?" : ",?";
  auto* insert = prepare(to, "INSERT INTO \"" + table + "\" VALUES (" + parameters + ")");

  Clock::duration spent{};
  long rows = 0;
  auto start = Clock::now();
  execute(to, "BEGIN");
  spent += Clock::now() - start;
  bool more = true;
  while (more) {
    std::vector<sqlite3_value*> values;
    int piece = 0;
    for (; piece < kRowsAPiece && (more = sqlite3_step(read) == SQLITE_ROW); ++piece) {
      for (int i = 0; i < columns; ++i) values.push_back(sqlite3_value_dup(sqlite3_column_value(read, i)));
    }
    start = Clock::now();
    for (int row = 0; row < piece; ++row) {
      for (int i = 0; i < columns; ++i) {
        auto* value = values[static_cast<std::size_t>(row * columns + i)];
        switch (sqlite3_value_type(value)) {
          case SQLITE_INTEGER:
            sqlite3_bind_int64(insert, i + 1, sqlite3_value_int64(value));
            break;
          case SQLITE_FLOAT:
            sqlite3_bind_double(insert, i + 1, sqlite3_value_double(value));
            break;
          case SQLITE_NULL:
            sqlite3_bind_null(insert, i + 1);
            break;
          default:
            sqlite3_bind_text(insert, i + 1, reinterpret_cast<const char*>(sqlite3_value_text(value)),
                              sqlite3_value_bytes(value), SQLITE_STATIC);
        }
      }
      require(sqlite3_step(insert) == SQLITE_DONE, to, "insert");
      sqlite3_reset(insert);
    }
    spent += Clock::now() - start;
    rows += piece;
    for (auto* value : values) sqlite3_value_free(value);
  }
  start = Clock::now();
  execute(to, "COMMIT");
  spent += Clock::now() - start;
  sqlite3_finalize(read);
  sqlite3_finalize(insert);
  sqlite3_close(from);
  sqlite3_close(to);
  fmt::print("{:.3f} {}\n", std::chrono::duration<double>(spent).count(), rows);
  return 0;
}
