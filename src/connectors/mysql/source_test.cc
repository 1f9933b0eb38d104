// SPDX-License-Identifier: Apache-2.0
// Partitions, snapshots and failures of the source, with a real MariaDB server.
#include "connectors/mysql/source.h"

#include "connectors/mysql/testing.h"
#include "tests/support/looker_database.h"

namespace weir::mysql {
namespace {

TEST_F(MysqlSourceTest, two_columns_of_one_name_are_an_error_or_numbered) {
  const auto twice = query("SELECT 1 AS id, 2 AS id, 3 AS id");
  const auto checked = source({twice})->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::InvalidConfig);
  EXPECT_NE(checked.error().message().find("two columns named id"), std::string::npos);
  options_.duplicate_columns = DuplicateColumns::Number;
  const auto made = source({twice});
  EXPECT_EQ(model::to_string(open(*made, whole())->schema(0)), "id integer, id_2 integer, id_3 integer");
}

TEST_F(MysqlSourceTest, a_partition_has_the_rows_of_its_window) {
  sql("CREATE TABLE t (id INT, at DATETIME(6), stamped TIMESTAMP NULL, day DATE);\n"
      "INSERT INTO t VALUES (1, '2024-05-13 23:59:59.999999', '2024-05-13 23:59:59', '2024-05-13'), "
      "(2, '2024-05-14 00:00:00', '2024-05-14 00:00:00', '2024-05-14'), (3, NULL, NULL, NULL)");
  for (const auto* column : {"at", "stamped", "day"}) {
    auto stream = table("t");
    stream.columns = {"id"};
    stream.partition_column = column;
    EXPECT_EQ(read(stream, day("2024-05-13")).rows.at(0), "1\n") << column;
    EXPECT_EQ(read(stream, day("2024-05-14")).rows.at(0), "2\n") << column;
  }
}

TEST_F(MysqlSourceTest, a_window_is_turned_into_the_zone_of_the_column) {
  options_.datetime_zone = "America/Vancouver";
  sql("CREATE TABLE t (id INT, at DATETIME);\n"
      "INSERT INTO t VALUES (1, '2024-05-13 16:59:59'), (2, '2024-05-13 17:00:00')");
  auto stream = table("t");
  stream.partition_column = "at";
  EXPECT_EQ(read(stream, day("2024-05-14")).rows.at(0), "2|2024-05-14T00:00:00Z\n");
  EXPECT_EQ(read(query("SELECT id FROM t WHERE at < {{ partition.start }}"), day("2024-05-14")).rows.at(0),
            "1\n");
}

TEST_F(MysqlSourceTest, a_placeholder_is_always_a_value) {
  const model::Partition odd{"it's \\ '; DROP TABLE t; --", std::nullopt};
  const auto given = read(query("SELECT {{ partition.key }} AS a, 'x{{ partition.key }}y' AS b; "), odd);
  EXPECT_EQ(given.rows.at(0), odd.key + "|x" + odd.key + "y\n");
}

TEST_F(MysqlSourceTest, all_tables_are_of_one_instant) {
  sql("CREATE TABLE a (id INT);\nCREATE TABLE b (id INT);\nINSERT INTO a VALUES (1);\nINSERT INTO b VALUES "
      "(1)");
  const auto made = source({table("a"), query("SELECT COUNT(*) AS rows_of_b FROM b"), table("b")});
  const auto extraction = open(*made, whole());
  sql("INSERT INTO a VALUES (2);\nINSERT INTO b VALUES (2)");
  const auto given = drain(*extraction);
  ASSERT_EQ(given.rows.size(), 3U) << given.error;
  EXPECT_EQ(given.rows[0] + given.rows[1] + given.rows[2], "1\n1\n1\n");
}

TEST_F(MysqlSourceTest, readers_side_by_side_give_the_rows_of_one_instant_in_order) {
  sql("CREATE TABLE t (id INT PRIMARY KEY, word CHAR(100));\n"
      "INSERT INTO t SELECT CAST(seq AS SIGNED) * 3 - 20000, seq FROM weir.seq_1_to_20000;\nANALYZE TABLE t");
  const auto alone = read_table("t");
  EXPECT_EQ(std::count(alone.rows.at(0).begin(), alone.rows.at(0).end(), '\n'), 20'000);
  options_.readers = 4;
  constexpr std::uint64_t kSmallPieces = 100'000;
  const auto made = source({table("t")}, kSmallPieces);
  const auto extraction = open(*made, whole());
  // Those that looked at the table are gone after a while.
  const std::string sessions =
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()";
  auto left = sql(sessions);
  for (int i = 0; i < 1000 && left != "4\n"; ++i) left = sql("DO SLEEP(0.01);\n" + sessions);
  EXPECT_EQ(left, "4\n");
  sql("DELETE FROM t WHERE id % 2 = 0");
  const auto together = drain(*extraction);
  EXPECT_EQ(together.error, "");
  EXPECT_TRUE(together.rows == alone.rows);
  EXPECT_EQ(together.hash, alone.hash);
  EXPECT_TRUE(together.warnings.empty());
}

TEST_F(MysqlSourceTest, without_the_right_to_lock_one_reader_does_it_all_and_says_so) {
  sql("CREATE TABLE t (id INT PRIMARY KEY, word CHAR(100));\n"
      "INSERT INTO t SELECT seq, seq FROM weir.seq_1_to_20000;\nANALYZE TABLE t");
  const auto user = fmt::format("reader{}", ::getpid());
  sql(fmt::format("CREATE USER {} IDENTIFIED BY 'x';\nGRANT SELECT ON {}.* TO {}", user,
                  identifier(database_.name()), user));
  connection_.user = user;
  const io::FixedEnvironment environment(std::map<std::string, std::string>{{"READER", "x"}});
  connection_.password = {config::SecretPlace::Environment, "READER", {}};
  options_.readers = 4;
  const auto made = make_mysql_source(connection_, options_, {table("t")}, environment, clock_, 100'000);
  const auto given = drain(*open(*made, whole()));
  EXPECT_EQ(given.error, "");
  EXPECT_EQ(std::count(given.rows.at(0).begin(), given.rows.at(0).end(), '\n'), 20'000);
  ASSERT_EQ(given.warnings.size(), 1U);
  EXPECT_NE(given.warnings[0].find("could not be locked"), std::string::npos) << given.warnings[0];
  sql("DROP USER " + user);
}

TEST_F(MysqlSourceTest, a_table_without_snapshots_is_read_with_a_warning) {
  sql("CREATE TABLE t (id INT) ENGINE = MyISAM;\nINSERT INTO t VALUES (1)");
  const auto given = read_table("t");
  EXPECT_EQ(given.rows.at(0), "1\n");
  ASSERT_EQ(given.warnings.size(), 1U);
  EXPECT_NE(given.warnings[0].find("MyISAM"), std::string::npos) << given.warnings[0];
}

TEST_F(MysqlSourceTest, a_table_altered_after_the_snapshot_is_a_conflict) {
  sql("CREATE TABLE a (id INT);\nCREATE TABLE b (id INT);\nINSERT INTO b VALUES (1)");
  // The first stream holds the reader until the second table has another form.
  options_.readers = 1;
  const auto made = source({query("SELECT REPEAT('x', 1000) AS x FROM weir.seq_1_to_100000"), table("b")});
  const auto extraction = open(*made, whole());
  ASSERT_TRUE(extraction->next().ok());
  sql("ALTER TABLE b ADD COLUMN more INT DEFAULT 5, FORCE");
  const auto given = drain(*extraction);
  ASSERT_TRUE(given.code) << "it was read";
  EXPECT_EQ(*given.code, ErrorCode::Conflict) << given.error;
}

TEST_F(MysqlSourceTest, a_dropped_column_is_missed_by_name) {
  sql("CREATE TABLE t (id INT)");
  auto stream = table("t");
  stream.columns = {"id", "title"};
  const auto checked = source({stream})->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::NotFound);
  EXPECT_NE(checked.error().to_string().find("title"), std::string::npos) << checked.error().to_string();
}

TEST_F(MysqlSourceTest, a_connection_that_dies_inside_the_snapshot_ends_everything) {
  const auto made = source({query("SELECT REPEAT('x', 1000) AS x FROM weir.seq_1_to_10000000")});
  const auto extraction = open(*made, whole());
  ASSERT_TRUE(extraction->next().ok());
  const auto id = sql(fmt::format(
      "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{}' AND INFO LIKE '%seq_1_to_10000000' "
      "AND ID <> CONNECTION_ID()",
      database_.name()));
  sql("KILL " + id);
  const auto given = drain(*extraction);
  ASSERT_TRUE(given.code);
  EXPECT_EQ(*given.code, ErrorCode::Unavailable) << given.error;
  EXPECT_EQ(drain(*extraction).code, ErrorCode::Unavailable) << "it went on";
}

TEST_F(MysqlSourceTest, a_query_over_its_time_says_which_limit_it_was) {
  connection_.statement_timeout = config::Duration{std::chrono::milliseconds(100)};
  const auto given = read(query("SELECT COUNT(*) AS n FROM weir.seq_1_to_100000000 a, weir.seq_1_to_1000 b"));
  ASSERT_TRUE(given.code);
  EXPECT_EQ(*given.code, ErrorCode::Exhausted);
  EXPECT_NE(given.error.find("statement_timeout"), std::string::npos) << given.error;
}

TEST_F(MysqlSourceTest, a_server_that_falls_silent_is_unavailable) {
  connection_.network_timeout = config::Duration{std::chrono::seconds(1)};
  const auto given = read(query("SELECT SLEEP(60) AS n"));
  ASSERT_TRUE(given.code);
  EXPECT_EQ(*given.code, ErrorCode::Unavailable) << given.error;
}

TEST_F(MysqlSourceTest, an_extraction_dropped_early_leaves_no_statement_behind) {
  {
    const auto made =
        source({query("SELECT COUNT(*) AS n FROM weir.seq_1_to_100000000 a, weir.seq_1_to_1001 b")});
    const auto extraction = open(*made, whole());
    while (sql("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%to_1001 b' AND ID <> "
               "CONNECTION_ID()") != "1\n") {
    }
  }
  std::string left = "1\n";
  for (int i = 0; i < 1000 && left != "0\n"; ++i) {
    left =
        sql("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%to_1001 b' AND ID <> "
            "CONNECTION_ID()");
  }
  EXPECT_EQ(left, "0\n");
}

TEST_F(MysqlSourceTest, the_session_cannot_write) {
  sql("CREATE TABLE t (id INT);\nCREATE FUNCTION spoil() RETURNS INT BEGIN INSERT INTO t VALUES (1); RETURN "
      "1; END");
  const auto given = read(query("SELECT spoil() AS x"));
  EXPECT_NE(given.error.find("READ ONLY"), std::string::npos) << given.error;
  EXPECT_EQ(sql("SELECT COUNT(*) FROM t"), "0\n");
}

TEST_F(MysqlSourceTest, a_column_of_changes_tells_when_a_partition_must_run_again) {
  sql("CREATE TABLE t (id INT, at DATETIME, changed DATETIME);\n"
      "INSERT INTO t VALUES (1, '2024-05-13 10:00:00', '2024-05-13 10:00:00')");
  auto stream = table("t");
  stream.partition_column = "at";
  stream.change_column = "changed";
  const auto made = source({stream});
  const auto before = *made->inputs(day("2024-05-13"));
  EXPECT_EQ(made->inputs(day("2024-05-13"))->at(0).version, before.at(0).version);
  sql("UPDATE t SET changed = '2024-05-14 11:00:00'");
  EXPECT_NE(made->inputs(day("2024-05-13"))->at(0).version, before.at(0).version);
  const auto opened = made->open(day("2024-05-13"), before);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::Conflict);
}

TEST_F(MysqlSourceTest, a_whole_table_beside_partitions_does_not_make_old_ones_due) {
  sql("CREATE TABLE t (at DATETIME);\nCREATE TABLE whole (id INT)");
  auto partitioned = table("t");
  partitioned.partition_column = "at";
  const auto versions = [&](const std::vector<SourceTableOptions>& streams, const char* key) {
    std::string all;
    const auto made = source(streams);
    for (const auto& input : *made->inputs(day(key))) all += input.name + "=" + input.version + "\n";
    clock_.advance(std::chrono::hours(1));
    return all;
  };
  const std::vector<SourceTableOptions> both = {partitioned, table("whole")};
  EXPECT_EQ(versions(both, "2025-12-31"), versions(both, "2025-12-31"));
  EXPECT_NE(versions(both, "2026-01-01"), versions(both, "2026-01-01")) << "a day that is not over";
  EXPECT_NE(versions(both, "2025-12-31"), versions(both, "2025-12-30"));
  EXPECT_NE(versions({table("whole")}, "2025-12-31"), versions({table("whole")}, "2025-12-31"));
}

TEST_F(MysqlSourceTest, a_window_of_a_cursor_is_read_with_its_overlap_or_from_the_beginning) {
  sql("CREATE TABLE t (id INT, at DATETIME);\n"
      "INSERT INTO t VALUES (1, NULL), (2, '2024-05-13 09:59:59'), (3, '2024-05-13 10:00:00'), "
      "(4, '2024-05-13 10:59:59'), (5, '2024-05-13 11:00:00')");
  auto stream = table("t");
  stream.partition_column = "at";
  stream.columns = {"id"};
  const auto at = [](std::string_view text) { return *parse_timestamp(text); };
  model::Partition window{"w", model::Window{at("2024-05-13T10:30:00Z"), at("2024-05-13T11:00:00Z")},
                          1'800'000'000};
  EXPECT_EQ(read(stream, window).rows.at(0), "3\n4\n");
  EXPECT_EQ(
      read(query("SELECT id FROM t WHERE at >= {{ partition.start }} AND at < {{ partition.end }}"), window)
          .rows.at(0),
      "3\n4\n");
  window.window->start = model::kBeginning;
  EXPECT_EQ(read(stream, window).rows.at(0), "1\n2\n3\n4\n");
}

TEST_F(MysqlSourceTest, the_earliest_time_of_a_table_is_found) {
  sql("CREATE TABLE t (at DATETIME);\nSET sql_mode = '';\n"
      "INSERT INTO t VALUES ('2024-05-13 10:00:00'), ('0000-00-00'), (NULL)");
  auto stream = table("t");
  stream.partition_column = "at";
  const auto earliest = source({stream})->earliest();
  ASSERT_TRUE(earliest.ok()) << earliest.error().to_string();
  EXPECT_EQ(to_string(**earliest), "2024-05-13T10:00:00Z");
}

TEST(LookerSource, reads_the_four_tables_as_they_are) {
  const support::LookerDatabase looker(2000);
  const io::ManualClock clock{parse_timestamp("2026-01-01T00:00:00Z").value()};
  std::vector<SourceTableOptions> streams;
  for (const auto* name : {"dashboard", "history", "user", "user_facts"}) streams.push_back(table(name));
  const auto made = make_mysql_source(looker.options(), {}, streams, looker.server().environment(), clock);
  const model::Partition whole{"all", std::nullopt};
  const auto opened = made->open(whole, *made->inputs(whole));
  ASSERT_TRUE(opened.ok()) << opened.error().to_string();
  for (const auto& [stream, columns] :
       {std::pair(0, 33), std::pair(1, 35), std::pair(2, 35), std::pair(3, 19)}) {
    EXPECT_EQ((*opened)->schema(static_cast<std::size_t>(stream)).size(), static_cast<std::size_t>(columns));
  }
  std::vector<std::size_t> rows(4, 0);
  std::vector<sdk::Reject> rejects;
  while (true) {
    const auto block = (*opened)->next();
    ASSERT_TRUE(block.ok()) << block.error().to_string();
    if (*block == nullptr) break;
    model::Batch batch((*opened)->schema((*block)->stream()));
    ASSERT_TRUE((*block)->decode(batch, rejects).ok());
    rows[(*block)->stream()] += batch.rows();
  }
  EXPECT_EQ(rows, (std::vector<std::size_t>{20, 2000, 20, 20}));
  EXPECT_TRUE(rejects.empty());
}

}  // namespace
}  // namespace weir::mysql
