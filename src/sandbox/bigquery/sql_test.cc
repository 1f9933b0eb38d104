// SPDX-License-Identifier: Apache-2.0
// GoogleSQL as loaders and readers send it, and what is refused of it.
#include <thread>

#include "sandbox/bigquery/testing.h"

namespace weir::sandbox::bigquery {
namespace {

struct BigQuerySql : BigQueryTest {
  void SetUp() override {
    BigQueryTest::SetUp();
    ASSERT_EQ(query("CREATE TABLE d.t (id INT64 NOT NULL, name STRING, seen TIMESTAMP, day DATE, tags "
                    "ARRAY<STRING>, r STRUCT<a INT64, b STRING>)"),
              "");
    ASSERT_EQ(query("INSERT INTO d.t VALUES (1, 'one', TIMESTAMP '2024-03-07 10:00:00+01', DATE "
                    "'2024-03-07', ['x', 'y'], STRUCT(7 AS a, 'b' AS b)), "
                    "(2, NULL, NULL, NULL, [], NULL)"),
              "");
  }
  /// The number of rows that a statement says it changed.
  std::string changed(const std::string& sql) {
    const Json answer = ask("POST", "/queries", {{"query", sql}, {"useLegacySql", false}});
    return answer.contains("error") ? told(answer) : google::text_of(answer, "numDmlAffectedRows");
  }
};

TEST_F(BigQuerySql, reads_every_kind_of_clause) {
  EXPECT_EQ(query("SELECT * FROM `p.d.t` ORDER BY id"),
            "1|one|1709802000000000|2024-03-07|[{\"v\":\"x\"},{\"v\":\"y\"}]|{\"f\":[{\"v\":\"7\"},{\"v\":"
            "\"b\"}]}\n2|NULL|NULL|NULL|[]|NULL\n");
  EXPECT_EQ(
      query("SELECT * EXCEPT (name, seen, day, tags) REPLACE (id * 10 AS id) FROM d.t WHERE r IS NOT NULL"),
      "10|{\"f\":[{\"v\":\"7\"},{\"v\":\"b\"}]}\n");
  EXPECT_EQ(query("WITH a AS (SELECT id, r.b FROM d.t) SELECT a.id, COUNT(*), u.`name` FROM a LEFT JOIN "
                  "`d.t` AS u ON a.id = u.id AND u.id < 2 "
                  "WHERE TRUE GROUP BY 1, 3 HAVING COUNT(*) > 0 ORDER BY a.id DESC LIMIT 5 OFFSET 0"),
            "2|1|NULL\n1|1|one\n");
  EXPECT_EQ(query("SELECT t.id, tag FROM d.t, UNNEST(t.tags) AS tag ORDER BY tag"), "1|x\n1|y\n");
  EXPECT_EQ(query("SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY name IS NULL ORDER BY id DESC) "
                  "AS n FROM d.t) WHERE n = 1 "
                  "UNION ALL SELECT 3 ORDER BY 1"),
            "1\n2\n3\n");
  EXPECT_EQ(query("SELECT id FROM d.t QUALIFY RANK() OVER (ORDER BY id) = 2"), "2\n");
  EXPECT_EQ(query("SELECT id FROM t", {{"defaultDataset", {{"datasetId", "d"}}}}), "1\n2\n");
}

TEST_F(BigQuerySql, computes_as_googlesql_does) {
  EXPECT_EQ(query("SELECT 7 / 2, DIV(7, 2), MOD(7, 2), 1.5 + 1, CAST('3' AS INT64) + 1, SAFE_CAST('x' AS "
                  "INT64), SAFE_DIVIDE(1, 0)"),
            "3.5|3|1|2.5|4|NULL|NULL\n");
  EXPECT_EQ(
      query(
          R"(SELECT CONCAT('a', NULL), 'it\'s' || "q\"", r'\d', IF(TRUE, 'y', 'n'), CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END)"),
      "NULL|it's"
      "q\"|\\d|y|b\n");
}

TEST_F(BigQuerySql, computes_times_in_utc_and_with_the_clock_of_the_sandbox) {
  EXPECT_EQ(query("SELECT CURRENT_DATE(), CURRENT_TIMESTAMP, TIMESTAMP_TRUNC(seen, HOUR), DATE(seen), "
                  "DATE_ADD(day, INTERVAL 1 MONTH), "
                  "TIMESTAMP_DIFF(seen, TIMESTAMP '2024-03-06 09:30:00', DAY), EXTRACT(HOUR FROM seen), "
                  "UNIX_SECONDS(seen) FROM d.t WHERE id = 1"),
            "2024-03-07|1709802902000000|1709802000000000|2024-03-07|2024-04-07|0|9|1709802000\n");
  EXPECT_EQ(query("SELECT COUNT(*) FROM d.t WHERE seen >= @a AND seen < @b AND day BETWEEN '2024-03-01' AND "
                  "'2024-03-31'",
                  {{"parameterMode", "NAMED"},
                   {"queryParameters",
                    {{{"name", "a"},
                      {"parameterType", {{"type", "TIMESTAMP"}}},
                      {"parameterValue", {{"value", "2024-03-07 09:00:00+00:00"}}}},
                     {{"name", "b"},
                      {"parameterType", {{"type", "TIMESTAMP"}}},
                      {"parameterValue", {{"value", "2024-03-07 09:00:00.000001 UTC"}}}}}}}),
            "1\n");
}

TEST_F(BigQuerySql, keeps_rows_without_elements_when_asked_to) {
  EXPECT_EQ(query("SELECT t.id, tag FROM d.t LEFT JOIN UNNEST(t.tags) AS tag ORDER BY 1, 2"),
            "1|x\n1|y\n2|NULL\n");
  EXPECT_EQ(query("SELECT a FROM UNNEST([STRUCT(1 AS a), STRUCT(2)])"),
            "400 invalidQuery: weir-sandbox serves STRUCT with a name for each field only at [1:46]");
  EXPECT_EQ(
      query("SELECT CURRENT_DATETIME('America/Vancouver'), TIMESTAMP('2024-03-07', 'America/Vancouver')"),
      "2024-03-07T01:15:02|1709798400000000\n");
}

TEST_F(BigQuerySql, changes_rows_and_counts_them) {
  EXPECT_EQ(changed("INSERT INTO d.t (id, name) SELECT id + 10, name FROM d.t"), "2");
  EXPECT_EQ(changed("UPDATE d.t AS x SET name = CONCAT(name, '!'), day = NULL WHERE x.id = 11"), "1");
  EXPECT_EQ(changed("DELETE d.t WHERE id IN (SELECT id FROM d.t WHERE name IS NULL)"), "2");
  EXPECT_EQ(query("SELECT id, name FROM d.t ORDER BY id"), "1|one\n11|one!\n");
  EXPECT_EQ(changed("MERGE d.t AS t USING (SELECT 1 AS id, 'ONE' AS name UNION ALL SELECT 5, 'five') AS s ON "
                    "t.id = s.id "
                    "WHEN MATCHED AND s.name <> t.name THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN "
                    "INSERT (id, name) VALUES (id, name) "
                    "WHEN NOT MATCHED BY SOURCE THEN DELETE"),
            "3");
  EXPECT_EQ(query("SELECT id, name FROM d.t ORDER BY id"), "1|ONE\n5|five\n");
  EXPECT_EQ(changed("MERGE d.t AS t USING (SELECT 9 AS id) AS s ON FALSE WHEN NOT MATCHED THEN INSERT (id) "
                    "VALUES (s.id) WHEN NOT MATCHED BY SOURCE AND id = 5 THEN DELETE"),
            "2");
  EXPECT_EQ(changed("TRUNCATE TABLE d.t"), "2");
}

TEST_F(BigQuerySql, refuses_rows_that_do_not_fit_the_columns) {
  EXPECT_EQ(query("INSERT INTO d.t (id, name) SELECT name, name FROM d.t"),
            "400 invalidQuery: Value has type STRING which cannot be inserted into column id, which has type "
            "INT64 at [1:17]");
  EXPECT_EQ(query("INSERT INTO d.t (id, nmae) VALUES (1, 'x')"),
            "400 invalidQuery: Column nmae is not present in table p.d.t at [1:17]");
  EXPECT_EQ(query("INSERT INTO d.t (name) VALUES ('x')"),
            "400 invalidQuery: Required field id cannot be null");
  EXPECT_EQ(query("MERGE d.t USING (SELECT 1 AS id, 'a' AS s) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE "
                  "SET id = s.s"),
            "400 invalidQuery: Value has type STRING which cannot be inserted into column id, which has type "
            "INT64 at [1:93]");
}

TEST_F(BigQuerySql, runs_a_script_whole_or_not_at_all) {
  const std::string start =
      "BEGIN TRANSACTION; DELETE FROM d.t WHERE TRUE; INSERT INTO d.t (id) VALUES (5); ";
  EXPECT_EQ(query(start + "ASSERT (SELECT COUNT(*) FROM d.t) = 2 AS 'two are expected'; COMMIT TRANSACTION;"),
            "400 invalidQuery: two are expected");
  EXPECT_EQ(query(start + "SELECT nothing FROM d.t; COMMIT TRANSACTION"),
            "400 invalidQuery: Unrecognized name: nothing at [1:88]");
  EXPECT_EQ(query(start + "CREATE TABLE d.other (a INT64); COMMIT TRANSACTION").substr(0, 57),
            "400 invalidQuery: CREATE TABLE is not supported inside of");
  EXPECT_EQ(query(start + "ROLLBACK TRANSACTION; SELECT COUNT(*) FROM d.t"), "2\n");
  EXPECT_EQ(query(start), "");
  EXPECT_EQ(query("SELECT COUNT(*) FROM d.t"), "2\n") << "a transaction that is left open is rolled back";
  EXPECT_EQ(query(start + "COMMIT TRANSACTION; SELECT COUNT(*) FROM d.t"), "1\n");
}

TEST_F(BigQuerySql, changes_tables) {
  EXPECT_EQ(query("CREATE TABLE d.t (a INT64)"), "409 duplicate: Already Exists: Table p:d.t");
  EXPECT_EQ(query("CREATE TABLE IF NOT EXISTS d.t (a INT64)"), "");
  EXPECT_EQ(query("ALTER TABLE d.t ADD COLUMN more FLOAT64, ALTER COLUMN id DROP NOT NULL"), "");
  EXPECT_EQ(query("INSERT d.t (more) VALUES (0.5); SELECT id, more, tags FROM d.t WHERE more IS NOT NULL"),
            "NULL|0.5|[]\n");
  EXPECT_EQ(query("CREATE OR REPLACE TABLE d.c PARTITION BY DATE(seen) OPTIONS(description='copy', "
                  "expiration_timestamp=TIMESTAMP '2024-03-08') AS SELECT seen FROM d.t"),
            "");
  const Json table = ask("GET", "/datasets/d/tables/c");
  EXPECT_EQ(table["timePartitioning"].dump() + google::text_of(table, "description"),
            R"({"field":"seen","type":"DAY"}copy)");
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(told(ask("GET", "/datasets/d/tables/c")), "404 notFound: Not found: Table p:d.c");
  EXPECT_EQ(query("DROP TABLE d.t"), "");
  EXPECT_EQ(query("DROP TABLE IF EXISTS d.t"), "");
  EXPECT_EQ(query("DROP TABLE d.t"), "404 notFound: Not found: Table p:d.t");
}

TEST_F(BigQuerySql, knows_the_time_of_loading_of_a_row) {
  ask("POST", "/datasets/d/tables",
      {{"tableReference", {{"tableId", "i"}}},
       {"schema", {{"fields", {{{"name", "a"}, {"type", "INT64"}}}}}},
       {"timePartitioning", {{"type", "DAY"}}}});
  EXPECT_EQ(query("INSERT INTO d.i (a) VALUES (1)"), "");
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(query("INSERT INTO d.i (a) VALUES (2)"), "");
  EXPECT_EQ(query("SELECT *, _PARTITIONDATE AS day FROM d.i WHERE _PARTITIONTIME > '2024-03-07'"),
            "2|2024-03-08\n");
  EXPECT_EQ(query("SELECT * FROM d.i"), "1\n2\n");
  EXPECT_EQ(query("SELECT partition_id, total_rows FROM d.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = "
                  "'i' ORDER BY 1"),
            "20240307|1\n20240308|1\n");
}

TEST_F(BigQuerySql, reads_no_more_than_it_may) {
  EXPECT_EQ(query("SELECT id FROM d.t", {{"maximumBytesBilled", "100000"}}), "1\n2\n");
  EXPECT_EQ(query("SELECT id FROM d.t", {{"maximumBytesBilled", 10}}).substr(0, 73),
            "400 bytesBilledLimitExceeded: Query exceeded limit for bytes billed: 10. ");
}

TEST_F(BigQuerySql, lets_nothing_of_the_engine_through) {
  for (const char* sql :
       {"SELECT * FROM '/etc/passwd'", "SELECT * FROM read_csv('/etc/passwd')", "COPY d.t TO '/tmp/x'",
        "ATTACH 'x'", "PRAGMA version", "SELECT getenv('HOME')", "INSTALL httpfs", "SELECT 1::VARCHAR",
        "SELECT * FROM duckdb_settings()", "SELECT id FROM d.t; SET x = 1"}) {
    EXPECT_EQ(query(sql).substr(0, 1),
              std::string_view(sql).find("SET x") != std::string_view::npos ? "5" : "4")
        << sql;
  }
  EXPECT_EQ(
      query("SELECT id AS a, name AS a FROM d.t"),
      "400 invalidQuery: Duplicate column names in the result are not supported. Found duplicate(s): a");
  EXPECT_EQ(query("SELECT @missing"), "400 invalidQuery: Query parameter 'missing' not found at [1:8]");
  EXPECT_EQ(query("SELECT 'open"), "400 invalidQuery: Syntax error: Unclosed string literal at [1:8]");
  EXPECT_EQ(query("DECLARE x INT64"),
            "501 notImplemented: weir-sandbox carries out no DECLARE statements at [1:1]");
}

TEST_F(BigQuerySql, shows_numbers_as_bigquery_writes_them) {
  EXPECT_EQ(query("SELECT 1e-7, 1.0, 12345678.9, CAST('NaN' AS FLOAT64), CAST('-inf' AS FLOAT64), "
                  "CAST('1.50' AS NUMERIC), b'\\xff', TRUE"),
            "1.0E-7|1.0|1.23456789E7|NaN|-Infinity|1.5|/w==|true\n");
}

}  // namespace
}  // namespace weir::sandbox::bigquery
