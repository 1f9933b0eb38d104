// SPDX-License-Identifier: Apache-2.0
// The DuckDB destination under the suite of all destinations, and what only it can do.
#include "connectors/duckdb/destination.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "connectors/duckdb/destination_internal.h"
#include "model/cell_text.h"
#include "tests/conformance/destination_suite.h"

namespace weir::duckdb {
namespace {

namespace fs = std::filesystem;
using conformance::Cell;
using conformance::DestinationSuite;
using conformance::Row;
using conformance::schema_of;
using conformance::TestRows;
using conformance::whole;

Cell cell_of(const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return std::nullopt;
  if (column.type != model::Type::Timestamp) return model::cell_text(column, row);
  char text[26];
  write_sql_timestamp({column.at<std::int64_t>(row)}, text);
  return std::string(text, sizeof text);
}

class DuckdbUnderTest final : public conformance::DestinationUnderTest {
 public:
  explicit DuckdbUnderTest(const fs::path& folder) : path_(folder / "warehouse.duckdb") {}

  std::unique_ptr<sdk::Destination> open() override {
    file_ = std::make_shared<DatabaseFile>(path_.string(), DuckdbOptions{.path = path_.string()});
    return std::make_unique<DuckdbDestination>(file_);
  }

  /// Somebody who changes the table while the load is under way.
  std::shared_ptr<void> obstruct_publish(const std::string& table) override {
    auto connection = std::make_shared<engine::Connection>(*file_->connect());
    const auto changed =
        connection->execute(fmt::format("ALTER TABLE {} ADD COLUMN note VARCHAR", sql_identifier(table)));
    return changed ? connection : nullptr;
  }

  std::optional<std::vector<Row>> read(const std::string& table, const model::Schema& columns) override {
    auto connection = std::move(*file_->connect_existing());
    if (!connection) return std::nullopt;
    const auto known = *connection->query_integer("SELECT count(*) FROM duckdb_tables() WHERE table_name = " +
                                                  sql_literal(table));
    if (known == 0) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& column : columns.columns) names.push_back(sql_identifier(column.name));
    auto found =
        std::move(*connection->query(fmt::format("SELECT {} FROM {}", join(names), sql_identifier(table))));
    std::vector<Row> rows;
    while (const auto batch = *found.next()) {
      for (std::size_t row = 0; row < batch->rows; ++row) {
        auto& cells = rows.emplace_back();
        for (const auto& column : batch->columns) cells.push_back(cell_of(column, row));
      }
    }
    return rows;
  }

 private:
  fs::path path_;
  std::shared_ptr<DatabaseFile> file_;  // of the destination that was opened last
};

INSTANTIATE_TEST_SUITE_P(
    Duckdb, DestinationSuite,
    testing::Values(conformance::DestinationCase{
        "Duckdb", [](const fs::path& folder) { return std::make_unique<DuckdbUnderTest>(folder); }, {}}),
    conformance::case_name);

class DuckdbDestinationTest : public testing::Test {
 protected:
  DuckdbDestinationTest() {
    auto pattern = (fs::temp_directory_path() / "weir-duckdb-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    file_ = std::make_shared<DatabaseFile>(path(), DuckdbOptions{.path = path()});
    destination_ = std::make_unique<DuckdbDestination>(file_);
  }
  ~DuckdbDestinationTest() override { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "warehouse.duckdb").string(); }
  Result<sdk::WriteOutcome> load(const sdk::LoadRequest& request, const std::vector<Row>& rows) {
    auto begun = TRY(destination_->begin(request));
    const TestRows batch(request.tables[0].schema, rows);
    auto outcome = TRY(begun->write(0, batch.view()));
    model::LedgerEntry entry;
    entry.load_id = request.load_id;
    entry.pipeline = request.pipeline;
    entry.partition = request.partition.key;
    entry.table = request.tables[0].table;
    entry.counts.loaded = rows.size() - outcome.deduplicated - outcome.refused.size();
    TRY(begun->publish({entry}));
    return outcome;
  }
  void execute(const std::string& sql) {
    auto connection = file_->connect();
    ASSERT_TRUE(connection.ok());
    const auto done = connection->execute(sql);
    ASSERT_TRUE(done.ok()) << done.error().to_string();
  }
  std::int64_t number(const std::string& sql) { return *file_->connect()->query_integer(sql); }

  fs::path folder_;
  std::shared_ptr<DatabaseFile> file_;
  std::unique_ptr<DuckdbDestination> destination_;
};

TEST_F(DuckdbDestinationTest, takes_over_a_table_that_has_no_key_yet) {
  execute("CREATE TABLE events (id VARCHAR, page VARCHAR); INSERT INTO events VALUES ('a', '/old')");
  sdk::TableTarget target{
      .table = "events", .schema = schema_of("id text, page text, size integer"), .key = {"id"}};
  const auto outcome = load({"1", "usage", whole(), {target}}, {{"a", "/new", "1"}, {"b", "/b", "2"}});
  ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
  ASSERT_EQ(outcome->refused.size(), 1U);
  EXPECT_EQ(outcome->refused[0].reason, "the key id = 'a' is already in table events");
  EXPECT_EQ(number("SELECT count(*) FROM events WHERE page = '/old' OR size = 2"), 2);
}

TEST_F(DuckdbDestinationTest, finds_columns_whatever_their_case) {
  execute("CREATE TABLE \"Events\" (\"InsertId\" VARCHAR, \"At\" TIMESTAMPTZ)");
  const sdk::TableTarget target{.table = "events", .schema = schema_of("insertid text, at timestamp")};
  ASSERT_TRUE(load({"1", "usage", whole(), {target}}, {{"a", "2022-01-24 10:00:00.000000"}}).ok());
  EXPECT_EQ(number("SELECT count(*) FROM Events WHERE InsertId = 'a' AND epoch(\"At\") = 1643018400"), 1);
}

TEST_F(DuckdbDestinationTest, rows_written_before_there_were_marks_cannot_be_replaced) {
  sdk::TableTarget target{.table = "events", .schema = schema_of("id integer")};
  ASSERT_TRUE(load({"1", "usage", whole(), {target}}, {{"1"}}).ok());
  target.write = model::WriteMode::ReplacePartition;
  const auto refused = load({"2", "usage", whole(), {target}}, {{"1"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::DataMismatch);
  EXPECT_NE(
      refused.error().message().find("events holds rows that earlier loads wrote without _weir_load_id"),
      std::string::npos);
  EXPECT_EQ(number("SELECT count(*) FROM events"), 1);
  execute(
      "DELETE FROM events; INSERT INTO events VALUES (7); "
      "ALTER TABLE \"events\" ADD COLUMN _weir_load_id TEXT");
  for (const auto* id : {"3", "4"}) ASSERT_TRUE(load({id, "usage", whole(), {target}}, {{"1"}}).ok());
  EXPECT_EQ(number("SELECT sum(id) FROM events"), 8);
}

TEST_F(DuckdbDestinationTest, an_emptied_table_and_rows_of_others_can_get_marks) {
  sdk::TableTarget target{.table = "events", .schema = schema_of("id integer")};
  ASSERT_TRUE(load({"1", "usage", whole(), {target}}, {{"1"}}).ok());
  execute("DELETE FROM events; CREATE TABLE others (id BIGINT); INSERT INTO others VALUES (7)");
  target.write = model::WriteMode::ReplacePartition;
  ASSERT_TRUE(load({"2", "usage", whole(), {target}}, {{"1"}}).ok());
  EXPECT_EQ(number("SELECT count(*) FROM events WHERE _weir_load_id = '2'"), 1);
  target.table = "others";
  for (const auto* id : {"3", "4"}) ASSERT_TRUE(load({id, "usage", whole(), {target}}, {{"1"}}).ok());
  EXPECT_EQ(number("SELECT sum(id) FROM others"), 8);
}

TEST_F(DuckdbDestinationTest, refuses_a_null_where_the_table_takes_none) {
  execute("CREATE TABLE events (id BIGINT, page VARCHAR NOT NULL)");
  const sdk::TableTarget target{.table = "events", .schema = schema_of("id integer, page text")};
  const auto outcome = load({"1", "usage", whole(), {target}}, {{"1", "/a"}, {"2", std::nullopt}});
  ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
  ASSERT_EQ(outcome->refused.size(), 1U);
  EXPECT_EQ(outcome->refused[0].row, 1U);
  EXPECT_EQ(number("SELECT count(*) FROM events"), 1);
}

TEST_F(DuckdbDestinationTest, does_not_leave_a_required_column_empty) {
  execute("CREATE TABLE events (id BIGINT, page VARCHAR NOT NULL)");
  const sdk::TableTarget target{.table = "events", .schema = schema_of("id integer")};
  const auto begun = destination_->begin({"1", "usage", whole(), {target}});
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().code(), ErrorCode::DataMismatch);
  EXPECT_NE(begun.error().message().find("page"), std::string::npos);
}

TEST_F(DuckdbDestinationTest, does_not_load_into_a_view) {
  execute("CREATE VIEW events AS SELECT 1 AS id");
  const sdk::TableTarget target{.table = "events", .schema = schema_of("id integer")};
  const auto begun = destination_->begin({"1", "usage", whole(), {target}});
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().code(), ErrorCode::DataMismatch);
}

TEST_F(DuckdbDestinationTest, takes_one_load_at_a_time) {
  const sdk::LoadRequest request{
      "1", "usage", whole(), {{.table = "events", .schema = schema_of("id integer")}}};
  const auto first = destination_->begin(request);
  ASSERT_TRUE(first.ok());
  const auto second = destination_->begin(request);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
}

TEST_F(DuckdbDestinationTest, says_that_another_process_has_the_file_open) {
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready) | ::pipe(done), 0);
  const auto child = ::fork();
  if (child == 0) {
    DatabaseFile other(path(), DuckdbOptions{.path = path()});
    const char opened = other.connect().ok() ? 'y' : 'n';
    char wait = 0;
    ::_exit(::write(ready[1], &opened, 1) == 1 && ::read(done[0], &wait, 1) >= 0 ? 0 : 1);
  }
  char opened = 0;
  ASSERT_EQ(::read(ready[0], &opened, 1), 1);
  ASSERT_EQ(opened, 'y');
  const auto begun =
      destination_->begin({"1", "usage", whole(), {{.table = "events", .schema = schema_of("id integer")}}});
  ASSERT_EQ(::write(done[1], "x", 1), 1);
  ::waitpid(child, nullptr, 0);
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().code(), ErrorCode::Unavailable);
  EXPECT_NE(begun.error().message().find("another process"), std::string::npos) << begun.error().to_string();
}

TEST_F(DuckdbDestinationTest, says_that_a_file_is_no_database) {
  std::ofstream(path()) << std::string(8192, 'x');
  const auto checked = destination_->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::InvalidConfig) << checked.error().to_string();
}

TEST_F(DuckdbDestinationTest, names_the_folder_that_is_missing) {
  DuckdbDestination elsewhere(
      std::make_shared<DatabaseFile>((folder_ / "missing/w.duckdb").string(), DuckdbOptions{}));
  const auto checked = elsewhere.check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::NotFound);
}

TEST_F(DuckdbDestinationTest, shows_how_to_query_a_table) {
  EXPECT_EQ(destination_->query_hint("events"),
            "duckdb '" + path() + "' -c 'SELECT * FROM \"events\" LIMIT 10'");
}

}  // namespace
}  // namespace weir::duckdb
