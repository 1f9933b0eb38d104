// SPDX-License-Identifier: Apache-2.0
#include "connectors/postgres/destination.h"

#include "base/text.h"
#include "connectors/postgres/test_database.h"

namespace weir::postgres {
namespace {

using conformance::schema_of;
using model::WriteMode;

using PostgresDestination = PostgresDestinationTest;

sdk::TableTarget people(std::string_view columns) {
  return {.table = "people", .schema = schema_of(columns)};
}

TEST_F(PostgresDestination, replacing_keeps_everything_that_hangs_on_the_table) {
  sql("CREATE TABLE people (id integer PRIMARY KEY, name text); INSERT INTO people VALUES (1, 'Ada'); "
      "COMMENT ON TABLE people IS 'all of them'; COMMENT ON COLUMN people.name IS 'the name'; "
      "GRANT SELECT ON people TO PUBLIC; GRANT UPDATE (name) ON people TO pg_monitor; "
      "ALTER TABLE people OWNER TO pg_database_owner; CREATE VIEW names AS SELECT name FROM people; "
      "GRANT SELECT ON names TO PUBLIC");
  // The table stays the same object, so that nothing that others have said about it can be lost.
  const std::string all =
      "SELECT relacl, relowner::regrole, obj_description(oid), col_description(oid, 2), oid, (SELECT attacl "
      "FROM pg_attribute WHERE attrelid = people.oid AND attname = 'name'), (SELECT relacl FROM pg_class "
      "WHERE "
      "oid = 'names'::regclass) FROM pg_class people WHERE oid = 'people'::regclass";
  const auto before = sql(all);
  auto target = people("id integer, name text");
  target.write = WriteMode::Replace;
  EXPECT_EQ(load("1", target, {{"2", "Bob"}}), "");
  EXPECT_EQ(sql("SELECT * FROM names"), "Bob\n");
  EXPECT_EQ(sql(all), before);
  for (const auto* kept : {"all of them|the name", "pg_monitor=w/", "=r/"})
    EXPECT_NE(before.find(kept), std::string::npos) << before;
}

TEST_F(PostgresDestination, readers_see_the_old_rows_until_the_new_ones_are_published) {
  auto target = people("id integer");
  target.write = WriteMode::Replace;
  EXPECT_EQ(load("1", target, {{"1"}}), "");
  const auto wanted = request("2", conformance::whole(), target);
  auto begun = destination_->begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const conformance::TestRows rows(target.schema, {{"2"}, {"3"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  ASSERT_TRUE((*begun)->prepare().ok());
  EXPECT_EQ(sql("SET lock_timeout = '1s'; SELECT id FROM people"), "1\n");
  ASSERT_TRUE((*begun)->publish({entry(wanted)}).ok());
  EXPECT_EQ(sql("SELECT id FROM people ORDER BY id"), "2\n3\n");
}

TEST_F(PostgresDestination, rows_that_others_refer_to_are_not_deleted_behind_their_back) {
  sql("CREATE TABLE people (id bigint PRIMARY KEY); CREATE TABLE pets (owner bigint REFERENCES people ON "
      "DELETE "
      "CASCADE); INSERT INTO people VALUES (1); INSERT INTO pets VALUES (1)");
  auto target = people("id integer");
  target.write = WriteMode::Replace;
  const auto refused = load("1", target, {{"1"}});
  EXPECT_NE(refused.find("pets refers to them"), std::string::npos) << refused;
  EXPECT_EQ(sql("SELECT * FROM pets"), "1\n");
}

TEST_F(PostgresDestination, rows_that_break_a_rule_are_set_aside_and_the_others_loaded) {
  sql("CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE cities (name text PRIMARY KEY); INSERT INTO "
      "cities "
      "VALUES ('Rome'); CREATE TABLE people (id integer UNIQUE, name text NOT NULL, age smallint CHECK (age "
      ">= 0), "
      "mood mood, city text REFERENCES cities, code uuid)");
  const std::string code = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  EXPECT_EQ(load("1", people("id integer, name text, age integer, mood text, city text, code text"),
                 {{"1", "Ada", "36", "good", "Rome", code},
                  {"2", std::nullopt, "1", "good", "Rome", code},
                  {"3", "Cid", "-1", "good", "Rome", code},
                  {"4", "Dot", "1", "odd", "Rome", code},
                  {"5", "Eve", "1", "bad", "Oslo", code},
                  {"6", "Fay", "70000", "bad", "Rome", code},
                  {"1", "Gil", "1", "bad", "Rome", code},
                  {"8", "Hal", "1", "bad", "Rome", "no code"},
                  {"9", "Ida", std::nullopt, std::nullopt, std::nullopt, std::nullopt}}),
            "1: name is NULL, which table people does not allow\n"
            "2: breaks the rule people_age_check of table people\n"
            "3: table people refused it: invalid input value for enum " +
                sql_identifier(schema_.name()) +
                ".mood: \"odd\"\n"
                "4: city 'Oslo' is missing in the table that table people refers to (people_city_fkey)\n"
                "5: age 70000: 70000 does not fit into a smallint (-32768 to 32767)\n"
                "6: id 1 is already in table people\n"
                "7: table people refused it: invalid input syntax for type uuid: \"no code\"\n");
  EXPECT_EQ(sql("SELECT id, name FROM people ORDER BY id"), "1|Ada\n9|Ida\n");
}

TEST_F(PostgresDestination, many_bad_rows_among_many_are_found_by_their_line) {
  sql("CREATE TABLE people (id bigint CHECK (id % 10 <> 3))");
  Rows rows;
  for (int i = 0; i < 10'000; ++i) rows.push_back({std::to_string(i)});
  const auto refused = load("1", people("id integer"), rows);
  EXPECT_EQ(std::count(refused.begin(), refused.end(), '\n'), 1000);
  EXPECT_EQ(sql("SELECT count(*), count(DISTINCT id) FROM people"), "9000|9000\n");
}

TEST_F(PostgresDestination, json_that_the_server_cannot_hold_is_set_aside) {
  EXPECT_EQ(load("1", people("id integer, document json"),
                 {{"1", R"({"a": 1})"}, {"2", R"({"a": "\u0000"})"}, {"3", "[]"}}),
            "1: table people refused it: unsupported Unicode escape sequence (\\u0000 cannot be converted to "
            "text.)\n");
  EXPECT_EQ(sql("SELECT id FROM people ORDER BY id"), "1\n3\n");
}

TEST_F(PostgresDestination, text_with_a_nul_character_is_set_aside) {
  EXPECT_EQ(load("1", people("id integer, name text"), {{"1", std::string("a\0b", 3)}, {"2", "b"}}),
            std::string("0: name 'a\0b': has a NUL character, which PostgreSQL's text cannot hold\n", 72));
  EXPECT_EQ(sql("SELECT id FROM people"), "2\n");
}

TEST_F(PostgresDestination, long_text_sets_its_row_aside) {
  sql("CREATE TABLE people (id bigint, name varchar(3))");
  EXPECT_EQ(load("1", people("id integer, name text"), {{"1", "Ada"}, {"2", "Grüße"}, {"3", "äöü"}}),
            "1: name 'Grüße' has 5 characters, and the column takes 3\n");
  EXPECT_EQ(sql("SELECT id FROM people ORDER BY id"), "1\n3\n");
}

TEST_F(PostgresDestination, long_text_is_cut_and_counted) {
  options_.long_text = LongText::Truncate;
  open();
  sql("CREATE TABLE people (id bigint, name varchar(3), town varchar(9))");
  EXPECT_EQ(load("1", people("id integer, name text, town text"),
                 {{"1", "Grüße", "Rome"}, {"2", "Ada", "Oslo"}, {"3", "Grace", "Bonn"}}),
            "2 values of name in table people were cut to 3 characters\n");
  EXPECT_EQ(sql("SELECT name FROM people ORDER BY id"), "Grü\nAda\nGra\n");
}

TEST_F(PostgresDestination, long_text_widens_its_column) {
  options_.long_text = LongText::Widen;
  open();
  sql("CREATE TABLE people (id bigint, name varchar(3))");
  EXPECT_EQ(load("1", people("id integer, name text"), {{"1", "Ada"}, {"2", "Grüße"}}), "");
  EXPECT_EQ(sql("SELECT name FROM people ORDER BY id"), "Ada\nGrüße\n");
  EXPECT_EQ(sql("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
                "'people'::regclass AND attname = 'name'"),
            "character varying(5)\n");
  sql("CREATE VIEW names AS SELECT name FROM people");
  const auto refused = load("2", people("id integer, name text"), {{"3", "Heinrich"}});
  EXPECT_NE(refused.find("widening column name of table people from 5 to 8 characters"), std::string::npos)
      << refused;
  EXPECT_EQ(sql("SELECT count(*) FROM people"), "2\n");
}

TEST_F(PostgresDestination, a_merge_without_a_unique_key_replaces_all_rows_of_the_key) {
  sql("CREATE TABLE people (id bigint, name text, code bigint UNIQUE); INSERT INTO people VALUES (1, 'a', "
      "1), "
      "(1, 'b', 2), (2, 'c', 3)");
  auto target = people("id integer, name text, code integer");
  target.write = WriteMode::Merge;
  target.key = {"id"};
  EXPECT_EQ(load("1", target, {{"1", "x", "1"}, {"3", "y", "9"}, {"3", "z", "4"}}), "deduplicated 1\n");
  EXPECT_EQ(sql("SELECT id, name, code FROM people ORDER BY id"), "1|x|1\n2|c|3\n3|z|4\n");
}

TEST_F(PostgresDestination, a_key_becomes_unique_in_a_table_that_did_not_see_to_it) {
  sql("CREATE TABLE people (id bigint, name text); INSERT INTO people VALUES (1, 'Ada')");
  auto target = people("id integer, name text");
  target.key = {"id"};
  target.skip_known_keys = true;
  EXPECT_EQ(load("1", target, {{"1", "Bob"}, {"2", "Cid"}}), "deduplicated 1\n");
  sql("DROP TABLE people; CREATE TABLE people (id bigint, name text); INSERT INTO people VALUES (1, 'a'), "
      "(1, 'b')");
  EXPECT_EQ(
      load("2", target, {{"3", "Dot"}}),
      "preparing table people: table people holds several rows with the same id, which is to be its key; "
      "remove the surplus rows or the key");
  EXPECT_EQ(sql("SELECT name FROM people ORDER BY 1"), "a\nb\n");
}

TEST_F(PostgresDestination, rows_written_before_there_were_marks_cannot_be_replaced) {
  const auto plain = people("id integer");
  auto marked = plain;
  marked.write = WriteMode::ReplacePartition;
  EXPECT_EQ(load(request("1", conformance::day("2022-01-24"), plain), {{"1"}}), "");
  const auto refused = load(request("2", conformance::day("2022-01-24"), marked), {{"1"}});
  EXPECT_NE(refused.find("wrote without _weir_load_id"), std::string::npos) << refused;
  EXPECT_EQ(sql("SELECT * FROM people"), "1\n");
}

TEST_F(PostgresDestination, decimals_that_come_as_text_keep_all_their_digits) {
  sql("CREATE TABLE people (id bigint, worth numeric)");
  EXPECT_EQ(
      load("1", people("id integer, worth text"), {{"1", "12345678901234567890.123456789"}, {"2", "much"}}),
      "1: table people refused it: invalid input syntax for type numeric: \"much\"\n");
  EXPECT_EQ(sql("SELECT worth FROM people"), "12345678901234567890.123456789\n");
}

TEST_F(PostgresDestination, doubles_become_the_shortest_numeric) {
  sql("CREATE TABLE people (a numeric, b numeric(20,2), c real)");
  EXPECT_EQ(load("1", people("a double, b double, c double"),
                 {{"0.1", "1234.5", "0.5"}, {"-1.2e-7", "0", "-1"}, {"1e22", "10000", "2"}}),
            "");
  EXPECT_EQ(sql("SELECT a, b, c FROM people ORDER BY a"),
            "-0.00000012|0.00|-1\n0.1|1234.50|0.5\n10000000000000000000000|10000.00|2\n");
}

TEST_F(PostgresDestination, a_table_of_another_schema_is_written_with_its_name) {
  const support::PostgresSchema other;
  auto target = people("id integer");
  target.table = other.name() + ".people";
  EXPECT_EQ(load("1", target, {{"1"}}), "");
  EXPECT_EQ(other.sql("SELECT id FROM people"), "1\n");
  EXPECT_EQ(sql("SELECT table_name FROM _weir_loads"), target.table + "\n");
}

TEST_F(PostgresDestination, columns_are_found_whatever_their_case) {
  sql("CREATE TABLE \"People\" (\"ID\" bigint PRIMARY KEY, \"Name\" text)");
  EXPECT_EQ(load("1", people("id integer, name text"), {{"1", "Ada"}}), "");
  EXPECT_EQ(sql("SELECT * FROM \"People\""), "1|Ada\n");
}

TEST_F(PostgresDestination, a_name_that_would_be_cut_is_refused) {
  auto target = people("id integer");
  target.table = std::string(64, 'x');
  const auto error = destination_->begin(request("1", conformance::whole(), target)).error();
  EXPECT_EQ(error.code(), ErrorCode::InvalidConfig) << error.to_string();
}

TEST_F(PostgresDestination, a_view_is_not_a_table) {
  sql("CREATE VIEW people AS SELECT 1 AS id");
  EXPECT_EQ(load("1", people("id integer"), {}),
            "preparing table people: people is a view or a foreign table; name a table, or drop it");
}

TEST_F(PostgresDestination, two_partitions_are_loaded_side_by_side) {
  auto target = people("id integer, at timestamp");
  target.write = WriteMode::ReplacePartition;
  target.partition_column = "at";
  EXPECT_EQ(load(request("0", conformance::day("2022-01-23"), target), {{"0", "2022-01-23 00:00:00"}}), "");
  const auto first = request("1", conformance::day("2022-01-24"), target);
  const auto second = request("2", conformance::day("2022-01-25"), target);
  auto one = destination_->begin(first);
  auto two = destination_->begin(second);
  ASSERT_TRUE(one.ok() && two.ok());
  const conformance::TestRows monday(target.schema, {{"1", "2022-01-24 00:00:00"}});
  const conformance::TestRows tuesday(target.schema, {{"2", "2022-01-25 00:00:00"}});
  ASSERT_TRUE((*one)->write(0, monday.view()).ok());
  ASSERT_TRUE((*two)->write(0, tuesday.view()).ok());
  EXPECT_TRUE((*two)->publish({entry(second)}).ok());
  EXPECT_TRUE((*one)->publish({entry(first)}).ok());
  EXPECT_EQ(sql("SELECT id FROM people ORDER BY id"), "0\n1\n2\n");
}

TEST_F(PostgresDestination, the_same_partition_waits_for_the_load_that_is_under_way) {
  auto options = schema_.options();
  options.lock_timeout.value = std::chrono::milliseconds(50);
  destination_ = make_postgres_destination(options, options_, schema_.server().environment());
  const auto target = people("id integer");
  const auto begun = destination_->begin(request("1", conformance::whole(), target));
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const auto refused = destination_->begin(request("2", conformance::whole(), target));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Unavailable) << refused.error().to_string();
  EXPECT_NE(refused.error().to_string().find("waiting for another load"), std::string::npos);
}

TEST_F(PostgresDestination, a_query_hint_has_no_password) {
  EXPECT_EQ(destination_->query_hint("people"),
            fmt::format("psql -h 127.0.0.1 -p {} -U weir -d weir -c 'SELECT * FROM \"{}\".people LIMIT 10'",
                        schema_.server().port(), schema_.name()));
}

TEST_F(PostgresDestination, a_schema_that_is_missing_is_named) {
  auto options = schema_.options();
  options.schema = "no such schema";
  const auto error = make_postgres_destination(options, {}, schema_.server().environment())->check().error();
  EXPECT_EQ(error.code(), ErrorCode::NotFound);
  EXPECT_EQ(error.message(), "the database has no schema no such schema; make it, or name another one");
}

}  // namespace
}  // namespace weir::postgres
