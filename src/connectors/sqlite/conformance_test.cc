// SPDX-License-Identifier: Apache-2.0
// The contract of destinations, kept by SQLite.
#include <fmt/format.h>
#include <sqlite3.h>

#include "base/text.h"
#include "connectors/sqlite/destination.h"
#include "tests/conformance/destination_suite.h"

namespace weir::conformance {
namespace {

Cell stored_cell(sqlite3_stmt* statement, int column, model::Type type) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::nullopt;
  if (type == model::Type::Boolean) return sqlite3_column_int(statement, column) != 0 ? "true" : "false";
  if (type == model::Type::Double) return fmt::format("{}", sqlite3_column_double(statement, column));
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
  return std::string(bytes == nullptr ? "" : bytes,
                     static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

class SqliteUnderTest final : public DestinationUnderTest {
 public:
  SqliteUnderTest(std::filesystem::path folder, sqlite::JournalMode mode)
      : folder_(std::move(folder)), mode_(mode) {}

  std::unique_ptr<sdk::Destination> open() override {
    sqlite::SqliteOptions options;
    options.path = "warehouse.db";
    options.journal_mode = mode_;
    options.busy_timeout.value = std::chrono::milliseconds(0);
    return *sqlite::make_sqlite_destination(options, folder_.string());
  }

  /// A reader in the middle of its transaction. With a WAL it would be in nobody's way.
  std::shared_ptr<void> obstruct_publish(const std::string& table) override {
    if (mode_ == sqlite::JournalMode::Wal) return nullptr;
    sqlite3* reader = nullptr;
    sqlite3_open((folder_ / "warehouse.db").c_str(), &reader);
    const auto sql = "BEGIN; SELECT * FROM " + sql_identifier(table);
    sqlite3_exec(reader, sql.c_str(), nullptr, nullptr, nullptr);
    return std::shared_ptr<void>(reader, [](void* open) { sqlite3_close_v2(static_cast<sqlite3*>(open)); });
  }

  std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) override {
    sqlite3* database = nullptr;
    const auto path = (folder_ / "warehouse.db").string();
    sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
    std::vector<std::string> names;
    for (const auto& column : columns.columns) names.push_back(sql_identifier(column.name));
    const auto sql = "SELECT " + join(names) + " FROM " + sql_identifier(table);
    sqlite3_stmt* statement = nullptr;
    std::optional<std::vector<Row>> rows;
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
      rows.emplace();
      while (sqlite3_step(statement) == SQLITE_ROW) {
        auto& row = rows->emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
          row.push_back(stored_cell(statement, static_cast<int>(i), columns.columns[i].type));
        }
      }
    }
    sqlite3_finalize(statement);
    sqlite3_close_v2(database);
    return rows;
  }

 private:
  std::filesystem::path folder_;
  sqlite::JournalMode mode_;
};

DestinationCase sqlite_case(const std::string& name, sqlite::JournalMode mode) {
  const auto make = [mode](const std::filesystem::path& folder) {
    return std::make_unique<SqliteUnderTest>(folder, mode);
  };
  return {name, make, {}};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, DestinationSuite,
                         ::testing::Values(sqlite_case("wal", sqlite::JournalMode::Wal),
                                           sqlite_case("rollback_journal", sqlite::JournalMode::Delete)),
                         case_name);

}  // namespace
}  // namespace weir::conformance
