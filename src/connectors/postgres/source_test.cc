// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/source.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/postgres/source_query.h"
#include "tests/support/postgres_server.h"

namespace weir::postgres {
namespace {

const model::Partition kWhole{"all", std::nullopt};
const model::Partition kMonday = *model::parse_partition(model::Every::Day, "2022-01-24");

std::string cell(const model::ColumnView& column, std::size_t row) {
  if (column.is_null(row)) return "NULL";
  switch (column.type) {
    case model::Type::Boolean:
      return column.at<std::uint8_t>(row) != 0 ? "true" : "false";
    case model::Type::Integer:
      return std::to_string(column.at<std::int64_t>(row));
    case model::Type::Double:
      return fmt::format("{}", column.at<double>(row));
    case model::Type::Timestamp:
      return to_string(Timestamp{column.at<std::int64_t>(row)});
    case model::Type::Date:
      return to_string(Date{column.at<std::int32_t>(row)});
    default:
      return std::string(column.text(row));
  }
}

class PostgresSource : public ::testing::Test {
 protected:
  std::string sql(const std::string& text) { return schema_.sql(text); }

  static SourceTableOptions table(const std::string& name) {
    SourceTableOptions options;
    options.table = name;
    return options;
  }
  static SourceTableOptions query(const std::string& text) {
    SourceTableOptions options;
    options.query = text;
    return options;
  }
  std::unique_ptr<sdk::Source> source(std::vector<SourceTableOptions> streams) {
    return make_postgres_source(connection_, options_, std::move(streams), schema_.server().environment(),
                                clock_);
  }
  static Result<std::unique_ptr<sdk::Extraction>> open(sdk::Source& from, const model::Partition& partition) {
    const auto inputs = TRY(from.inputs(partition));
    return from.open(partition, inputs);
  }

  /// Decodes a block: "0: 1|Ada\n" a row, "0: reason [bytes]\n" a reject, by its stream.
  static std::string shown(const sdk::Extraction& extraction, const sdk::Block& block) {
    model::Batch batch(extraction.schema(block.stream()));
    std::vector<sdk::Reject> rejects;
    const auto decoded = block.decode(batch, rejects);
    if (!decoded) return decoded.error().to_string() + "\n";
    std::string text;
    const auto view = batch.view();
    for (std::size_t row = 0; row < view.rows; ++row) {
      std::vector<std::string> cells;
      for (const auto& column : view.columns) cells.push_back(cell(column, row));
      text += fmt::format("{}: {}\n", block.stream(), join(cells, "|"));
    }
    for (const auto& reject : rejects) {
      text += fmt::format("{} line {}: {} [{}]\n", reject.input, reject.line, reject.reason, reject.bytes);
    }
    return text;
  }
  /// All blocks, or the error.
  static std::string drain(sdk::Extraction& extraction) {
    std::string text;
    while (true) {
      const auto block = extraction.next();
      if (!block) return text + block.error().to_string() + "\n";
      if (*block == nullptr) return text;
      text += shown(extraction, **block);
    }
  }
  std::string read(std::vector<SourceTableOptions> streams, const model::Partition& partition = kWhole) {
    const auto from = source(std::move(streams));
    const auto extraction = open(*from, partition);
    return extraction ? drain(**extraction) : extraction.error().to_string();
  }
  std::string schema_text(const SourceTableOptions& stream) {
    const auto from = source({stream});
    const auto extraction = open(*from, kWhole);
    return extraction ? to_string((*extraction)->schema(0)) : extraction.error().to_string();
  }

  support::PostgresSchema schema_;
  PostgresOptions connection_ = schema_.options();
  SourceOptions options_;
  io::ManualClock clock_{parse_timestamp("2022-02-01T00:00:00Z").value()};
};

TEST_F(PostgresSource, every_type_has_its_place) {
  sql("CREATE TYPE mood AS ENUM ('good'); CREATE TYPE pair AS (a integer, b text); CREATE DOMAIN small AS "
      "integer; "
      "CREATE TABLE t (i2 int2, i4 int4, i8 int8, f4 real, f8 float8, n numeric, n2 numeric(10,2), b "
      "boolean, "
      "v varchar(9), c char(4), x text, j json, jb jsonb, by bytea, d date, ts timestamp, tz timestamptz, "
      "ti time, iv interval, u uuid, ip inet, m mood, a integer[], p pair, sm small, o oid, bi bit(3)); "
      "INSERT INTO t VALUES (-1, 2, 9223372036854775807, 1.5, 0.1, 12345678901234567890.123456789, 1.5, "
      "true, 'v', "
      "'c', E'tab\\tand\\nline', '{\"a\": 1}', '{\"b\":2}', '\\x0001ff', '2022-01-24', '2022-01-24 "
      "10:05:03.25', "
      "'2022-01-24 10:05:03+02', '10:05:03', '1 day 02:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', "
      "'10.0.0.1/8', "
      "'good', '{1,NULL}', '(1,x)', 7, 42, '101'); INSERT INTO t DEFAULT VALUES");
  EXPECT_EQ(
      schema_text(table("t")),
      "i2 integer, i4 integer, i8 integer, f4 double, f8 double, n text, n2 text, b boolean, v text, c text, "
      "x text, j json, jb json, by blob, d date, ts timestamp, tz timestamp, ti text, iv text, u text, ip "
      "text, "
      "m text, a json, p json, sm integer, o integer, bi text");
  EXPECT_EQ(
      read({table("t")}),
      "0: -1|2|9223372036854775807|1.5|0.1|12345678901234567890.123456789|1.50|true|v|c   |tab\tand\nline|"
      "{\"a\": 1}|{\"b\": 2}|" +
          std::string("\0\x01\xff", 3) +
          "|2022-01-24|2022-01-24T10:05:03.25Z|2022-01-24T08:05:03Z|10:05:03|P1DT2H|a0eebc99-9c0b-4ef8-bb6d-"
          "6bb9bd380a11|10.0.0.1/8|good|[1,null]|{\"a\":1,\"b\":\"x\"}|7|42|101\n"
          "0: NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|"
          "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL\n");
}

TEST_F(PostgresSource, types_without_a_form_of_ours_come_as_their_text) {
  sql("CREATE TABLE t (n numeric, tt timetz, ci cidr, ma macaddr, vb varbit(9), xm xml, r int4range, ts "
      "tsvector, "
      "fi float8, f2 timestamp(2)); INSERT INTO t VALUES ('NaN', '10:05:03.25+02', '10.0.0.0/8', "
      "'08:00:2b:01:02:03', '1011', '<a/>', '[1,5)', 'cat', '-Infinity', '2022-01-24 10:05:03.256')");
  EXPECT_EQ(read({table("t")}),
            "0: NaN|10:05:03.25+02|10.0.0.0/8|08:00:2b:01:02:03|1011|<a/>|[1,5)|'cat'|-inf|"
            "2022-01-24T10:05:03.26Z\n");
}

TEST_F(PostgresSource, null_is_not_empty) {
  sql("CREATE TABLE t (x text); INSERT INTO t VALUES (''), (NULL), ('\\N')");
  EXPECT_EQ(read({table("t")}), "0: \n0: NULL\n0: \\N\n");
}

TEST_F(PostgresSource, a_partition_is_found_by_its_column_whatever_its_type) {
  for (const auto* type : {"timestamp", "timestamptz", "date"}) {
    SCOPED_TRACE(type);
    sql(fmt::format(
        "CREATE TABLE t (id integer, at {}); INSERT INTO t VALUES (1, '2022-01-23'), (2, '2022-01-24'), "
        "(3, '2022-01-25')",
        type));
    auto options = table("t");
    options.columns = {"id"};
    options.partition_column = "at";
    EXPECT_EQ(read({options}, kMonday), "0: 2\n");
    options.filter = "id > 2 -- and a comment";
    EXPECT_EQ(read({options}, kMonday), "");
    sql("DROP TABLE t");
  }
}

TEST_F(PostgresSource, placeholders_are_values_and_never_sql) {
  sql("CREATE TABLE t (id integer, at timestamp); INSERT INTO t VALUES (1, '2022-01-24 10:00'), (2, "
      "'2022-01-25')");
  const auto from = "SELECT id FROM " + sql_identifier(schema_.name()) + ".t ";
  EXPECT_EQ(read({query(from + "WHERE at >= {{ partition.start }} AND at < {{ partition.end }}; ")}, kMonday),
            "0: 1\n");
  EXPECT_EQ(read({query("SELECT 'day ''{{ partition.date }}''' AS x, {{ partition.key }} AS y")}, kMonday),
            "0: day '2022-01-24'|2022-01-24\n");
  const model::Partition hostile{"'; DROP TABLE t; --\\", kMonday.window};
  EXPECT_EQ(*bind_placeholders("SELECT {{ partition.key }}, '{{ partition.key }}'", hostile),
            "SELECT E'''; DROP TABLE t; --\\\\', '''; DROP TABLE t; --\\'");
  EXPECT_FALSE(bind_placeholders("SELECT {{ partition.moon }}", kMonday).ok());
}

TEST_F(PostgresSource, several_tables_are_read_from_one_snapshot) {
  sql("CREATE TABLE people (id integer); CREATE TABLE pets (name text); INSERT INTO people VALUES (1)");
  const auto from = source({table("people"), table("pets")});
  const auto inputs = from->inputs(kWhole);
  ASSERT_TRUE(inputs.ok()) << inputs.error().to_string();
  EXPECT_EQ(inputs->size(), 2U);
  const auto extraction = from->open(kWhole, *inputs);
  ASSERT_TRUE(extraction.ok()) << extraction.error().to_string();
  sql("INSERT INTO people VALUES (2); INSERT INTO pets VALUES ('Rex')");
  EXPECT_EQ(drain(**extraction), "0: 1\n");
  EXPECT_EQ(read({table("people"), table("pets")}), "0: 1\n0: 2\n1: Rex\n");
}

TEST_F(PostgresSource, a_large_table_is_read_in_pieces_side_by_side) {
  sql("CREATE TABLE t AS SELECT id, repeat('x', 500) AS word FROM generate_series(1, 60000) id");
  for (const auto readers : {1, 3}) {
    options_.readers = static_cast<std::uint16_t>(readers);
    const auto from = source({table("t")});
    const auto extraction = open(*from, kWhole);
    ASSERT_TRUE(extraction.ok()) << extraction.error().to_string();
    // Each has a piece of its own, whose rows it holds until they are taken.
    const auto reading =
        fmt::format("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%\"{}\".%'", schema_.name());
    const auto all = fmt::format("{}\n", readers);
    auto seen = sql(reading);
    for (int i = 0; i < 1000 && seen != all; ++i) seen = sql(reading);
    EXPECT_EQ(seen, all);
    sql("DELETE FROM t WHERE id % 2 = 0; INSERT INTO t SELECT id, 'late' FROM generate_series(1, 1000) id");
    std::int64_t expected = 1;
    bool in_order = true;
    while (true) {
      const auto block = (*extraction)->next();
      ASSERT_TRUE(block.ok()) << block.error().to_string();
      if (*block == nullptr) break;
      model::Batch rows((*extraction)->schema(0));
      std::vector<sdk::Reject> rejects;
      ASSERT_TRUE((*block)->decode(rows, rejects).ok());
      const auto view = rows.view();
      for (std::size_t row = 0; row < view.rows; ++row) {
        in_order = in_order && view.columns[0].at<std::int64_t>(row) == expected++;
      }
    }
    EXPECT_TRUE(in_order);
    EXPECT_EQ(expected, 60001);
    sql("DROP TABLE t; CREATE TABLE t AS SELECT id, repeat('x', 500) AS word FROM generate_series(1, 60000) "
        "id");
  }
}

TEST_F(PostgresSource, the_hash_is_of_the_rows_whatever_their_order) {
  sql("CREATE TABLE a AS SELECT id FROM generate_series(1, 100) id; CREATE TABLE b AS SELECT id FROM a ORDER "
      "BY id "
      "DESC; CREATE TABLE c AS SELECT id + 1 AS id FROM a");
  const auto hash = [&](const char* name) {
    const auto from = source({table(name)});
    const auto extraction = open(*from, kWhole);
    drain(**extraction);
    return (*extraction)->content_hash();
  };
  EXPECT_EQ(hash("a"), hash("b"));
  EXPECT_NE(hash("a"), hash("c"));
}

TEST_F(PostgresSource, infinite_times_are_set_aside_or_null) {
  sql("CREATE TABLE t (id integer, at timestamptz); INSERT INTO t VALUES (1, 'infinity'), (2, '2022-01-24'), "
      "(3, "
      "'0044-03-15 BC')");
  EXPECT_EQ(
      read({table("t")}),
      "0: 2|2022-01-24T00:00:00Z\n" + schema_.name() +
          ".t line 1: at: infinity is not within the years 0 to 9999 [1\tinfinity]\n" + schema_.name() +
          ".t line 3: at: -64464508800000000 microseconds from 2000-01-01 is not within the years 0 to 9999 "
          "[3\t-64464508800000000 microseconds from 2000-01-01]\n");
  options_.out_of_range = OutOfRange::Null;
  EXPECT_EQ(read({table("t")}), "0: 1|NULL\n0: 2|2022-01-24T00:00:00Z\n0: 3|NULL\n");
}

TEST_F(PostgresSource, a_partition_that_is_over_stays_as_it_is_unless_a_column_tells_otherwise) {
  sql("CREATE TABLE t (id integer, at timestamp, changed timestamp); INSERT INTO t VALUES (1, '2022-01-24', "
      "'2022-01-24')");
  auto options = table("t");
  options.partition_column = "at";
  const auto constant = source({options});
  options.change_column = "changed";
  const auto watched = source({options});
  const auto version = [&](sdk::Source& from) { return from.inputs(kMonday)->front().version; };
  EXPECT_EQ(version(*constant), "over");
  EXPECT_EQ(version(*watched), "1 rows, newest 2022-01-24 00:00:00");
  const auto listed = *watched->inputs(kMonday);
  sql("UPDATE t SET changed = '2022-01-25'");
  EXPECT_EQ(version(*constant), "over");
  EXPECT_EQ(version(*watched), "1 rows, newest 2022-01-25 00:00:00");
  const auto stale = watched->open(kMonday, listed);
  ASSERT_FALSE(stale.ok());
  EXPECT_EQ(stale.error().code(), ErrorCode::Conflict) << stale.error().to_string();
}

TEST_F(PostgresSource, a_partition_that_is_not_over_is_read_again) {
  sql("CREATE TABLE t (id integer, at timestamp)");
  auto options = table("t");
  options.partition_column = "at";
  const auto today = *model::parse_partition(model::Every::Day, "2022-02-01");
  EXPECT_EQ(source({options})->inputs(today)->front().version, "until 2022-02-01T00:00:00Z");
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(source({options})->inputs(today)->front().version, "until 2022-02-01T01:00:00Z");
}

TEST_F(PostgresSource, a_whole_table_changes_with_the_transactions_of_its_server) {
  sql("CREATE TABLE t (id integer)");
  const auto from = source({table("t")});
  const auto before = from->inputs(kWhole)->front().version;
  sql("INSERT INTO t VALUES (1)");
  EXPECT_NE(from->inputs(kWhole)->front().version, before);
}

TEST_F(PostgresSource, a_whole_table_beside_partitions_does_not_make_old_ones_due) {
  sql("CREATE TABLE t (at timestamp); CREATE TABLE whole (id integer)");
  auto partitioned = table("t");
  partitioned.partition_column = "at";
  const auto from = source({partitioned, table("whole")});
  EXPECT_TRUE(from->partitions_inputs());
  const auto versions = [&](const model::Partition& partition) {
    std::string all;
    for (const auto& input : *from->inputs(partition)) all += input.name + "=" + input.version + "\n";
    return all;
  };
  const auto before = versions(kMonday);
  sql("INSERT INTO whole VALUES (1)");
  EXPECT_EQ(versions(kMonday), before);
  EXPECT_NE(before.find("whole 2022-01-24=over"), std::string::npos) << before;
}

TEST_F(PostgresSource, a_window_of_a_cursor_is_read_with_its_overlap_or_from_the_beginning) {
  sql("CREATE TABLE t (id integer, at timestamp); INSERT INTO t VALUES (1, NULL), (2, '2024-05-13 "
      "09:59:59'), "
      "(3, '2024-05-13 10:00:00'), (4, '2024-05-13 10:59:59'), (5, '2024-05-13 11:00:00')");
  auto options = table("t");
  options.partition_column = "at";
  options.columns = {"id"};
  const auto at = [](std::string_view text) { return *parse_timestamp(text); };
  model::Partition window{"w", model::Window{at("2024-05-13T10:30:00Z"), at("2024-05-13T11:00:00Z")},
                          1'800'000'000};
  EXPECT_EQ(read({options}, window), "0: 3\n0: 4\n");
  EXPECT_EQ(read({query("SELECT id FROM " + sql_identifier(schema_.name()) +
                        ".t WHERE at >= {{ partition.start }} AND at < {{ partition.end }}")},
                 window),
            "0: 3\n0: 4\n");
  window.window->start = model::kBeginning;
  EXPECT_EQ(read({options}, window), "0: 1\n0: 2\n0: 3\n0: 4\n");
}

TEST_F(PostgresSource, the_first_partition_is_that_of_the_oldest_row) {
  sql("CREATE TABLE t (id integer, at timestamptz); INSERT INTO t VALUES (1, '2022-01-24 10:05:03+00'), (2, "
      "now())");
  auto options = table("t");
  EXPECT_FALSE(source({options})->earliest()->has_value());
  options.partition_column = "at";
  EXPECT_EQ(to_string(source({options})->earliest()->value()), "2022-01-24T10:05:03Z");
}

TEST_F(PostgresSource, a_session_that_is_ended_in_the_middle_is_unavailable) {
  sql("CREATE TABLE t AS SELECT id, repeat('x', 500) AS word FROM generate_series(1, 60000) id");
  const auto from = source({table("t")});
  const auto extraction = open(*from, kWhole);
  ASSERT_TRUE(extraction.ok()) << extraction.error().to_string();
  ASSERT_TRUE((*extraction)->next().ok());
  EXPECT_EQ(sql("SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_locks WHERE relation = 't'::regclass "
                "AND pid <> "
                "pg_backend_pid()"),
            "t\n");
  Result<void> ended;
  for (int i = 0; i < 1000 && ended.ok(); ++i) {
    const auto block = (*extraction)->next();
    if (!block) ended = Failure(block.error());
    if (block && *block == nullptr) break;
  }
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code(), ErrorCode::Unavailable) << ended.error().to_string();
}

TEST_F(PostgresSource, giving_up_in_the_middle_stops_the_server) {
  const auto from = source({query("SELECT repeat('x', 1000) AS x, generate_series(1, 1000000000) AS n")});
  auto extraction = open(*from, kWhole);
  ASSERT_TRUE(extraction.ok()) << extraction.error().to_string();
  ASSERT_TRUE((*extraction)->next().ok());
  extraction->reset();  // would take minutes otherwise
}

TEST_F(PostgresSource, a_query_that_takes_too_long_is_stopped) {
  connection_.statement_timeout.value = std::chrono::milliseconds(50);
  const auto told = read({query("SELECT pg_sleep(60)::text AS x")});
  EXPECT_NE(told.find("SQLSTATE 57014"), std::string::npos) << told;
}

TEST_F(PostgresSource, nothing_can_be_written) {
  sql("CREATE SEQUENCE s");
  const auto told = read({query("SELECT nextval('" + sql_identifier(schema_.name()) + ".s') AS x")});
  EXPECT_NE(told.find("read-only transaction"), std::string::npos) << told;
}

TEST_F(PostgresSource, a_column_that_is_gone_is_named) {
  sql("CREATE TABLE t (id integer)");
  auto options = table("t");
  options.columns = {"id", "name"};
  const auto checked = source({options})->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::NotFound);
  EXPECT_NE(checked.error().to_string().find("\"name\" does not exist"), std::string::npos)
      << checked.error().to_string();
}

TEST_F(PostgresSource, a_table_that_is_altered_after_it_was_looked_for_is_read_as_it_is) {
  sql("CREATE TABLE t (id integer); INSERT INTO t VALUES (1)");
  const auto from = source({table("t")});
  const auto inputs = from->inputs(kWhole);
  ASSERT_TRUE(inputs.ok());
  sql("ALTER TABLE t ADD COLUMN name text DEFAULT 'Ada'");
  const auto extraction = from->open(kWhole, *inputs);
  ASSERT_TRUE(extraction.ok()) << extraction.error().to_string();
  // And from here on nobody can alter it.
  const auto altered = sql("SET lock_timeout = '50ms'; ALTER TABLE t DROP COLUMN name");
  EXPECT_NE(altered.find("lock timeout"), std::string::npos) << altered;
  EXPECT_EQ(drain(**extraction), "0: 1|Ada\n");
}

TEST_F(PostgresSource, two_columns_of_one_name_are_refused) {
  const auto told = read({query("SELECT 1 AS a, 2 AS a")});
  EXPECT_NE(told.find("two columns named a"), std::string::npos) << told;
}

}  // namespace
}  // namespace weir::postgres
