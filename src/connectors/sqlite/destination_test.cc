// SPDX-License-Identifier: Apache-2.0
// What is special to SQLite: refusals, locks, failures of the disk, the file itself.
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "connectors/sqlite/database.h"
#include "connectors/sqlite/errors.h"
#include "connectors/sqlite/ledger.h"
#include "connectors/sqlite/test_file.h"

namespace weir::sqlite {
namespace {

using conformance::schema_of;
using conformance::whole;

const sdk::TableTarget kPeople{.table = "people", .schema = schema_of("id integer, name text, age integer")};

class SqliteDestination : public SqliteDestinationTest {};

TEST_F(SqliteDestination, refuses_rows_that_break_rules_and_loads_the_rest) {
  sql("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER CHECK (age > 0))");
  EXPECT_EQ(load(request("1", whole(), kPeople), {{"1", "Ada", "36"},
                                                  {"1", "Bob", "40"},
                                                  {"2", "Ada", "41"},
                                                  {"3", std::nullopt, "42"},
                                                  {"4", "Dot", "-1"},
                                                  {"5", "Eve", std::nullopt}}),
            "1: id 1 is already in table people\n"
            "2: name 'Ada' is already in table people\n"
            "3: name is NULL, which table people does not allow\n"
            "4: breaks the rule CHECK (age > 0) of table people: age -1\n");
  EXPECT_EQ(sql("SELECT * FROM people"), "1|Ada|36\n5|Eve|NULL\n");
}

TEST_F(SqliteDestination, refuses_what_a_trigger_refuses) {
  sql("CREATE TABLE people (id INTEGER, name TEXT, age INTEGER);"
      "CREATE TRIGGER no_bob BEFORE INSERT ON people WHEN new.name = 'Bob' BEGIN SELECT RAISE(ABORT, 'not "
      "Bob'); END");
  EXPECT_EQ(load(request("1", whole(), kPeople), {{"1", "Bob", "1"}, {"2", "Ada", "2"}}),
            "0: a trigger of table people refused it: not Bob\n");
}

TEST_F(SqliteDestination, a_rule_that_asks_for_rollback_does_not_take_the_load_down) {
  sql("CREATE TABLE people (id INTEGER UNIQUE ON CONFLICT ROLLBACK, name TEXT, age INTEGER)");
  EXPECT_EQ(load(request("1", whole(), kPeople), {{"1", "Ada", "1"}, {"1", "Bob", "2"}, {"2", "Cid", "3"}}),
            "1: id 1 is already in table people\n");
  EXPECT_EQ(sql("SELECT name FROM people"), "Ada\nCid\n");
}

TEST_F(SqliteDestination, fills_and_extends_strict_tables) {
  sql("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT) STRICT");
  const sdk::TableTarget target{
      .table = "people", .schema = schema_of("id integer, name text, born date, seen timestamp, ok boolean")};
  EXPECT_EQ(load(request("1", whole(), target), {{"1", "Ada", "1815-12-10", "2022-01-24 10:00:00", "true"}}),
            "");
  EXPECT_EQ(sql("SELECT * FROM people"), "1|Ada|1815-12-10|2022-01-24 10:00:00.000000|1\n");
}

TEST_F(SqliteDestination, refuses_times_beyond_the_year_9999) {
  const sdk::TableTarget target{.table = "times", .schema = schema_of("at timestamp")};
  model::Batch batch(target.schema);
  batch.add_row({});
  batch.set_timestamp(0, 0, Timestamp{INT64_MAX});
  auto begun = destination_->begin(request("1", whole(), target));
  ASSERT_TRUE(begun.ok());
  const auto written = (*begun)->write(0, batch.view());
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  ASSERT_EQ(written->refused.size(), 1U);
  EXPECT_NE(written->refused[0].reason.find("lies outside the years 0 to 9999"), std::string::npos);
}

TEST_F(SqliteDestination, says_who_holds_the_lock) {
  EXPECT_EQ(load(request("1", whole(), kPeople), {{"1", "Ada", "36"}}), "");
  sql("BEGIN IMMEDIATE");
  auto begun = destination_->begin(request("2", whole(), kPeople));
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const auto blocked = (*begun)->prepare();
  ASSERT_FALSE(blocked.ok());
  EXPECT_EQ(blocked.error().code(), ErrorCode::Unavailable);
  EXPECT_NE(blocked.error().message().find("warehouse.db is locked by"), std::string::npos);
  EXPECT_NE(blocked.error().message().find("busy_timeout"), std::string::npos);
  sql("COMMIT");
  EXPECT_TRUE((*begun)->publish({entry(request("2", whole(), kPeople))}).ok());
}

TEST_F(SqliteDestination, a_reader_that_stays_undoes_the_first_load_of_an_empty_file) {
  const auto first = request("1", whole(), kPeople);
  {
    auto begun = destination_->begin(first);
    ASSERT_TRUE(begun.ok());
    const conformance::TestRows rows(kPeople.schema, {{"1", "Ada", "36"}});
    ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
    EXPECT_EQ(sql("BEGIN; SELECT name FROM sqlite_schema"), "");
    const auto blocked = (*begun)->publish({entry(first)});
    ASSERT_FALSE(blocked.ok());
    EXPECT_EQ(blocked.error().code(), ErrorCode::Unavailable);
    EXPECT_TRUE(destination_->find_load("request_logs", "all")->empty());
    EXPECT_TRUE(destination_->ledger("")->empty());
    sql("COMMIT");
    EXPECT_FALSE((*begun)->publish({entry(first)}).ok());
  }
  EXPECT_TRUE(destination_->find_load("request_logs", "all")->empty());
  EXPECT_EQ(load(first, {{"1", "Ada", "36"}}), "");
  EXPECT_EQ(sql("SELECT name FROM people"), "Ada\n");
}

TEST_F(SqliteDestination, entries_of_an_open_transaction_are_not_published) {
  auto database = Database::open(path(), MissingFile::Create, std::chrono::milliseconds(0));
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(create_ledger(*database).ok());
  ASSERT_TRUE(write_entry(*database, entry(request("1", whole(), kPeople))).ok());
  ASSERT_TRUE(database->execute("BEGIN IMMEDIATE").ok());
  ASSERT_TRUE(write_entry(*database, entry(request("2", whole(), kPeople))).ok());
  const auto newest = newest_entries(*database, "request_logs", "all", "2");
  ASSERT_TRUE(newest.ok());
  ASSERT_EQ(newest->size(), 1U);
  EXPECT_EQ(newest->front().load_id, "1");
  for (const auto* pipeline : {"", "request_logs"})
    EXPECT_EQ(all_entries(*database, pipeline, "2")->size(), 1U);
}

TEST_F(SqliteDestination, takes_one_load_at_a_time) {
  const auto first = destination_->begin(request("1", whole(), kPeople));
  ASSERT_TRUE(first.ok());
  const auto second = destination_->begin(request("2", whole(), kPeople));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
}

TEST_F(SqliteDestination, a_full_file_is_said_to_be_a_full_disk) {
  auto database = Database::open(path(), MissingFile::Create, std::chrono::milliseconds(0));
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(database->execute("CREATE TABLE t (b BLOB); PRAGMA max_page_count = 2").ok());
  const auto full = database->execute("INSERT INTO t VALUES (zeroblob(100000))");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code(), ErrorCode::Exhausted);
  EXPECT_NE(full.error().message().find("disk full: "), std::string::npos);
}

/// Keeps this process from growing files beyond a size, as a failing disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : signal_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, signal_);
  }

 private:
  rlimit before_{};
  sighandler_t signal_;
};

TEST_F(SqliteDestination, a_failing_disk_breaks_the_load_and_leaves_the_file_as_it_was) {
  EXPECT_EQ(load(request("1", whole(), kPeople), {{"1", "Ada", "36"}}), "");
  const auto second = request("2", whole(), kPeople);
  {
    auto begun = destination_->begin(second);
    ASSERT_TRUE(begun.ok());
    const conformance::TestRows rows(kPeople.schema, {{"2", std::string(1'000'000, 'x'), "1"}});
    ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
    const FileSizeLimit limit(200'000);
    const auto failed = (*begun)->publish({entry(second)});
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code(), ErrorCode::Unavailable);
    EXPECT_NE(failed.error().message().find("the disk failed"), std::string::npos);
    EXPECT_FALSE((*begun)->publish({entry(second)}).ok());
  }
  EXPECT_EQ(sql("SELECT name FROM people; SELECT load_id FROM _weir_loads"), "Ada\n1\n");
  EXPECT_EQ(load(second, {{"2", "Bob", "40"}}), "");
}

TEST_F(SqliteDestination, a_file_moved_away_between_loads_is_made_anew) {
  EXPECT_EQ(load(request("1", whole(), kPeople), {{"1", "Ada", "36"}}), "");
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
  EXPECT_TRUE(destination_->find_load("request_logs", "all")->empty());
  EXPECT_EQ(load(request("2", whole(), kPeople), {{"2", "Bob", "40"}}), "");
  EXPECT_EQ(sql("SELECT name FROM people"), "Bob\n");
}

TEST_F(SqliteDestination, check_creates_nothing) {
  EXPECT_TRUE(destination_->check().ok());
  EXPECT_TRUE(destination_->find_load("request_logs", "all")->empty());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(SqliteDestination, check_finds_a_file_that_is_no_database) {
  std::ofstream(path()) << "name,age\nAda,36\n";
  const auto checked = destination_->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(checked.error().message(), path() + " is not a SQLite database; choose another path");
  const auto begun = destination_->begin(request("1", whole(), kPeople));
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().message(), path() + " is not a SQLite database; choose another path");
}

TEST_F(SqliteDestination, check_finds_a_missing_folder) {
  options_.path = "missing/warehouse.db";
  open();
  const auto checked = destination_->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::NotFound);
  EXPECT_NE(checked.error().message().find("mkdir -p"), std::string::npos);
  EXPECT_FALSE(destination_->begin(request("1", whole(), kPeople)).ok());
}

TEST_F(SqliteDestination, a_new_file_ends_in_wal_mode_and_keep_changes_nothing) {
  EXPECT_EQ(load(request("1", whole(), kPeople), {{"1", "Ada", "36"}}), "");
  EXPECT_EQ(sql("PRAGMA journal_mode"), "wal\n");
  options_.path = "kept.db";
  options_.journal_mode = JournalMode::Keep;
  open();
  sqlite3_close_v2(other_);
  other_ = nullptr;
  EXPECT_EQ(load(request("2", whole(), kPeople), {{"1", "Ada", "36"}}), "");
  EXPECT_EQ(sql("PRAGMA journal_mode"), "delete\n");
}

TEST_F(SqliteDestination, names_that_differ_only_in_case_are_an_error) {
  const sdk::TableTarget target{.table = "people", .schema = schema_of("Id integer, id text")};
  EXPECT_EQ(load(request("1", whole(), target), {}),
            "columns Id and id of table people are the same to SQLite; rename one of them");
}

TEST_F(SqliteDestination, hints_at_a_command_that_a_shell_takes) {
  options_.path = "my data.db";
  const auto destination = *make_sqlite_destination(options_, "");
  EXPECT_EQ(destination->query_hint("people"), "sqlite3 'my data.db' 'SELECT * FROM people LIMIT 10'");
  EXPECT_EQ(destination->query_hint("order"), "sqlite3 'my data.db' 'SELECT * FROM \"order\" LIMIT 10'");
  EXPECT_EQ(destination->query_hint("it's"), "sqlite3 'my data.db' 'SELECT * FROM \"it'\\''s\" LIMIT 10'");
}

}  // namespace
}  // namespace weir::sqlite
