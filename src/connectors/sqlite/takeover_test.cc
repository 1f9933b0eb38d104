// SPDX-License-Identifier: Apache-2.0
// Tables that another tool has made and filled, and the weaknesses of that tool by their numbers.
#include "connectors/sqlite/test_file.h"

namespace weir::sqlite {
namespace {

using conformance::day;
using conformance::schema_of;
using model::WriteMode;

// The shapes of datasette_request_logs: 45 columns in the first version, one and two more later.
constexpr const char* kFirstColumns =
    "insert_id VARCHAR NOT NULL, log_name VARCHAR, resource VARCHAR, text_payload VARCHAR, ";
constexpr const char* kMiddleColumns =
    "severity VARCHAR, http_request VARCHAR, labels VARCHAR, operation VARCHAR, trace VARCHAR, span_id "
    "VARCHAR, "
    "trace_sampled BOOLEAN, source_location VARCHAR, cache_hit VARCHAR, cache_lookup VARCHAR, request_url "
    "VARCHAR, protocol VARCHAR, cache_fill_bytes VARCHAR, response_size FLOAT, server_ip VARCHAR, "
    "cache_validated_with_origin_server VARCHAR, request_method VARCHAR, request_size INTEGER, user_agent "
    "VARCHAR, status INTEGER, referer VARCHAR, latency FLOAT, remote_ip VARCHAR, request_url_path VARCHAR, "
    "request_url_query VARCHAR, request_url_scheme VARCHAR, request_url_netloc VARCHAR, remote_ip_city "
    "VARCHAR, "
    "remote_ip_loc VARCHAR, remote_ip_org VARCHAR, remote_ip_hostname VARCHAR, remote_ip_country_name "
    "VARCHAR, "
    "remote_ip_asn VARCHAR, remote_ip_country VARCHAR, remote_ip_timezone VARCHAR, ";

std::string original_table(int version) {
  const bool first = version == 1;
  return std::string("CREATE TABLE datasette_request_logs (") + kFirstColumns +
         (first ? "timestamp DATE, receive_timestamp DATE, "
                : "timestamp DATETIME, receive_timestamp DATETIME, ") +
         kMiddleColumns +
         (first ? "remote_ip_latitude VARCHAR, remote_ip_longitude VARCHAR, "
                : "remote_ip_latitude FLOAT, remote_ip_longitude FLOAT, ") +
         "remote_ip_postal VARCHAR, remote_ip_region VARCHAR, " +
         (version >= 2 ? "remote_ip_full_location VARCHAR, " : "") +
         (version >= 3 ? "partition_key VARCHAR, " : "") + "PRIMARY KEY (insert_id))";
}

const model::Schema kLogs = schema_of(
    "insert_id text, timestamp timestamp, http_request json, status integer, response_size integer, latency "
    "double, remote_ip_latitude double, remote_ip_longitude double, remote_ip_full_location text");

sdk::TableTarget logs() {
  return {.table = "datasette_request_logs",
          .schema = kLogs,
          .write = WriteMode::ReplacePartition,
          .key = {"insert_id"},
          .partition_column = "timestamp",
          .skip_known_keys = true};
}

conformance::Row entry_of(const std::string& id, const std::string& time) {
  return {id, time, R"({"a": 1})", "200", "512", "0.042", "52.520008", "-0.1", "Berlin, Land Berlin, DE"};
}

class Takeover : public SqliteDestinationTest {
 protected:
  void make_original(int version) {
    EXPECT_EQ(sql(original_table(version)), "");
    EXPECT_EQ(sql("INSERT INTO datasette_request_logs (insert_id, timestamp, log_name, latency) VALUES "
                  "('old', '2022-01-24 10:05:03.250000', 'requests', 0.5)"),
              "");
  }
  std::string ids() { return sql("SELECT insert_id FROM datasette_request_logs ORDER BY 1"); }
};

TEST_F(Takeover, an_original_table_of_every_version_keeps_its_rows_and_takes_ours) {
  for (const int version : {1, 2, 3}) {
    SCOPED_TRACE(version);
    make_original(version);
    EXPECT_EQ(load(request(std::to_string(version), day("2022-01-25"), logs()),
                   {entry_of("new", "2022-01-25 00:00:00.000001")}),
              "");
    EXPECT_EQ(
        sql("SELECT insert_id, timestamp, log_name, latency, remote_ip_latitude, remote_ip_full_location "
            "FROM datasette_request_logs ORDER BY insert_id"),
        "new|2022-01-25 00:00:00.000001|NULL|0.042|52.520008|Berlin, Land Berlin, DE\n"
        "old|2022-01-24 10:05:03.250000|requests|0.5|NULL|NULL\n");
    const auto columns = version == 3 ? "47\n" : "46\n";
    EXPECT_EQ(sql("SELECT count(*) FROM pragma_table_info('datasette_request_logs')"), columns);
    sql("DROP TABLE datasette_request_logs");
  }
}

TEST_F(Takeover, a_day_of_an_original_table_can_be_replaced) {
  for (const int version : {1, 2}) {
    SCOPED_TRACE(version);
    make_original(version);
    EXPECT_EQ(load(request(std::to_string(version), day("2022-01-24"), logs()),
                   {entry_of("new", "2022-01-24 00:00:00")}),
              "");
    EXPECT_EQ(ids(), "new\n");
    sql("DROP TABLE datasette_request_logs");
  }
}

TEST_F(Takeover, E_1_loading_a_partition_again_does_not_fail_on_the_primary_key) {
  const Rows rows = {entry_of("a", "2022-01-24 10:00:00"), entry_of("b", "2022-01-24 11:00:00")};
  EXPECT_EQ(load(request("1", day("2022-01-24"), logs()), rows), "");
  const auto before = sql("SELECT * FROM datasette_request_logs ORDER BY 1");
  EXPECT_EQ(load(request("2", day("2022-01-24"), logs()), rows), "");
  EXPECT_EQ(sql("SELECT * FROM datasette_request_logs ORDER BY 1"), before);
}

TEST_F(Takeover, E_12_duplicates_across_partitions_do_not_hit_the_primary_key) {
  EXPECT_EQ(load(request("1", day("2022-01-24"), logs()), {entry_of("a", "2022-01-24 23:59:59")}), "");
  EXPECT_EQ(load(request("2", day("2022-01-25"), logs()),
                 {entry_of("a", "2022-01-25 00:00:00"), entry_of("b", "2022-01-25 00:00:01")}),
            "deduplicated 1\n");
  EXPECT_EQ(ids(), "a\nb\n");
}

TEST_F(Takeover, E_16_timestamps_and_coordinates_are_typed) {
  EXPECT_EQ(load(request("1", day("2022-01-24"), logs()), {entry_of("a", "2022-01-24 10:05:03.25")}), "");
  EXPECT_EQ(sql("SELECT type FROM pragma_table_info('datasette_request_logs') WHERE name IN ('timestamp', "
                "'remote_ip_latitude')"),
            "TIMESTAMP\nREAL\n");
  EXPECT_EQ(sql("SELECT timestamp, typeof(remote_ip_latitude) FROM datasette_request_logs"),
            "2022-01-24 10:05:03.250000|real\n");
}

TEST_F(Takeover, E_18_replacing_touches_one_table_and_keeps_its_schema_and_primary_key) {
  make_original(2);
  sql("CREATE TABLE other (id INTEGER); INSERT INTO other VALUES (1)");
  auto target = logs();
  target.write = WriteMode::Replace;
  const auto before = sql("SELECT sql FROM sqlite_schema WHERE name = 'datasette_request_logs'");
  EXPECT_EQ(load(request("1", day("2022-01-24"), target), {entry_of("new", "2022-01-24 10:00:00")}), "");
  EXPECT_EQ(ids(), "new\n");
  EXPECT_EQ(sql("SELECT sql FROM sqlite_schema WHERE name = 'datasette_request_logs'"), before);
  EXPECT_EQ(sql("SELECT name FROM pragma_table_info('datasette_request_logs') WHERE pk = 1"), "insert_id\n");
  EXPECT_EQ(sql("SELECT id FROM other"), "1\n");
}

TEST_F(Takeover, E_19_the_database_resolves_conflicts_of_time_keys_too) {
  sql("CREATE TABLE daily (timestamp DATETIME PRIMARY KEY, page VARCHAR); "
      "INSERT INTO daily VALUES ('2022-01-24 00:00:00.000000', '/old')");
  const sdk::TableTarget target{.table = "daily",
                                .schema = schema_of("timestamp timestamp, page text"),
                                .key = {"timestamp"},
                                .skip_known_keys = true};
  EXPECT_EQ(load(request("1", day("2022-01-24"), target),
                 {{"2022-01-24 00:00:00", "/new"}, {"2022-01-25 00:00:00", "/new"}}),
            "deduplicated 1\n");
  EXPECT_EQ(sql("SELECT page FROM daily ORDER BY timestamp"), "/old\n/new\n");
}

TEST_F(Takeover, columns_are_found_whatever_their_case) {
  sql("CREATE TABLE People (ID INTEGER PRIMARY KEY, Name VARCHAR)");
  const sdk::TableTarget target{
      .table = "people", .schema = schema_of("id integer, name text"), .key = {"id"}};
  EXPECT_EQ(load(request("1", day("2022-01-24"), target), {{"1", "Ada"}}), "");
  EXPECT_EQ(sql("SELECT ID, Name FROM People"), "1|Ada\n");
  EXPECT_EQ(sql("SELECT count(*) FROM pragma_table_info('People')"), "2\n");
}

TEST_F(Takeover, a_key_becomes_unique_in_a_table_that_did_not_see_to_it) {
  sql("CREATE TABLE people (id INTEGER, name TEXT); INSERT INTO people VALUES (1, 'Ada')");
  const sdk::TableTarget target{.table = "people",
                                .schema = schema_of("id integer, name text"),
                                .key = {"id"},
                                .skip_known_keys = true};
  EXPECT_EQ(load(request("1", day("2022-01-24"), target), {{"1", "Bob"}, {"2", "Cid"}}), "deduplicated 1\n");
  sql("DROP TABLE people; CREATE TABLE people (id INTEGER, name TEXT); INSERT INTO people VALUES (1, 'a'), "
      "(1, 'b')");
  EXPECT_EQ(load(request("2", day("2022-01-24"), target), {{"3", "Dot"}}),
            "preparing table people: table people holds several rows with the same id, which "
            "is to be its key; remove the surplus rows or the key");
  EXPECT_EQ(sql("SELECT name FROM people ORDER BY 1"), "a\nb\n");
}

TEST_F(Takeover, numbers_in_a_text_column_keep_all_their_digits) {
  sql("CREATE TABLE places (latitude VARCHAR)");
  const sdk::TableTarget target{.table = "places", .schema = schema_of("latitude double")};
  EXPECT_EQ(load(request("1", day("2022-01-24"), target), {{"0.30000000000000004"}}), "");
  EXPECT_EQ(sql("SELECT latitude, typeof(latitude) FROM places"), "0.30000000000000004|text\n");
}

TEST_F(Takeover, a_type_that_would_change_values_is_refused_before_anything_happens) {
  sql("CREATE TABLE people (id STRING)");
  const sdk::TableTarget target{.table = "people", .schema = schema_of("id text")};
  EXPECT_EQ(
      load(request("1", day("2022-01-24"), target), {{"007"}}),
      "column id of table people is STRING but the rows have text; cast it, or load into another table");
}

TEST_F(Takeover, a_view_is_not_a_table) {
  sql("CREATE VIEW people AS SELECT 1 AS id");
  const sdk::TableTarget target{.table = "people", .schema = schema_of("id integer")};
  EXPECT_EQ(load(request("1", day("2022-01-24"), target), {}),
            "people is a view; name a table, or drop the view");
}

TEST_F(Takeover, a_partition_is_found_through_an_index) {
  make_original(2);
  EXPECT_EQ(load(request("1", day("2022-01-24"), logs()), {}), "");
  // EXPLAIN alone would go by the schema that this connection knew before.
  EXPECT_EQ(ids(), "");
  EXPECT_NE(
      sql("EXPLAIN QUERY PLAN DELETE FROM datasette_request_logs WHERE timestamp >= 'a' AND timestamp < 'b'")
          .find("SEARCH"),
      std::string::npos);
  EXPECT_EQ(load(request("2", day("2022-01-25"), logs()), {}), "");
}

TEST_F(Takeover, rows_are_marked_only_where_that_is_needed) {
  const sdk::TableTarget plain{.table = "plain", .schema = schema_of("id integer")};
  auto marked = plain;
  marked.table = "marked";
  marked.write = WriteMode::ReplacePartition;
  EXPECT_EQ(load(request("1", day("2022-01-24"), plain), {{"1"}}), "");
  EXPECT_EQ(load(request("2", day("2022-01-24"), marked), {{"1"}}), "");
  EXPECT_EQ(sql("SELECT * FROM plain"), "1\n");
  EXPECT_EQ(sql("SELECT * FROM marked"), "1|2\n");
}

TEST_F(Takeover, rows_written_before_there_were_marks_cannot_be_replaced) {
  const sdk::TableTarget plain{.table = "people", .schema = schema_of("id integer")};
  auto marked = plain;
  marked.write = WriteMode::ReplacePartition;
  EXPECT_EQ(load(request("1", day("2022-01-24"), plain), {{"1"}}, 1), "");
  const auto second = request("2", day("2022-01-24"), marked);
  EXPECT_EQ(load(second, {{"1"}}),
            "table people holds rows that earlier loads wrote without _weir_load_id, so those of partition "
            "2022-01-24 cannot be told from others and would be doubled; name the column of time in "
            "partitions.column, or empty the table and run its partitions again with --rerun, or delete what "
            "will be loaded again and then run: ALTER TABLE \"people\" ADD COLUMN _weir_load_id TEXT");
  EXPECT_EQ(sql("SELECT * FROM people"), "1\n");
  EXPECT_EQ(sql("DELETE FROM people; INSERT INTO people VALUES (7)"), "");
  EXPECT_EQ(sql("ALTER TABLE \"people\" ADD COLUMN _weir_load_id TEXT"), "");
  EXPECT_EQ(load(second, {{"1"}}), "");
  EXPECT_EQ(sql("SELECT * FROM people"), "7|NULL\n1|2\n");
}

TEST_F(Takeover, rows_that_a_merge_found_without_marks_cannot_be_replaced) {
  const sdk::TableTarget plain{.table = "people", .schema = schema_of("id integer")};
  auto merged = plain;
  merged.write = WriteMode::Merge;
  merged.key = {"id"};
  auto marked = plain;
  marked.write = WriteMode::ReplacePartition;
  EXPECT_EQ(load(request("1", day("2022-01-24"), plain), {{std::nullopt}, {"1"}, {"2"}}, 3), "");
  EXPECT_EQ(load(request("2", day("2022-01-24"), merged), {{"2"}, {"3"}}, 2), "");
  const auto third = request("3", day("2022-01-24"), marked);
  EXPECT_EQ(load(third, {{std::nullopt}}),
            "table people holds rows that earlier loads wrote without _weir_load_id, so those of partition "
            "2022-01-24 cannot be told from others and would be doubled; name the column of time in "
            "partitions.column, or empty the table and run its partitions again with --rerun, or delete what "
            "will be loaded again and then run: UPDATE \"people\" SET _weir_load_id = NULL WHERE "
            "_weir_load_id = ''");
  EXPECT_EQ(sql("SELECT * FROM people"), "NULL|\n1|\n2|2\n3|2\n");
  EXPECT_EQ(sql("DELETE FROM people WHERE id IS NULL"), "");
  EXPECT_EQ(sql("UPDATE \"people\" SET _weir_load_id = NULL WHERE _weir_load_id = ''"), "");
  EXPECT_EQ(load(third, {{std::nullopt}}), "");
  EXPECT_EQ(sql("SELECT * FROM people"), "1|NULL\nNULL|3\n");
}

TEST_F(Takeover, a_merge_leaves_rows_of_others_without_marks) {
  const sdk::TableTarget merged{
      .table = "people", .schema = schema_of("id integer"), .write = WriteMode::Merge, .key = {"id"}};
  auto marked = merged;
  marked.write = WriteMode::ReplacePartition;
  sql("CREATE TABLE people (id INTEGER); INSERT INTO people VALUES (7)");
  EXPECT_EQ(load(request("1", day("2022-01-24"), merged), {{"1"}}, 1), "");
  EXPECT_EQ(load(request("2", day("2022-01-24"), marked), {{"2"}}, 1), "");
  EXPECT_EQ(sql("SELECT * FROM people"), "7|NULL\n2|2\n");
}

TEST_F(Takeover, an_emptied_table_and_rows_of_others_can_get_marks) {
  const sdk::TableTarget plain{.table = "people", .schema = schema_of("id integer")};
  auto marked = plain;
  marked.write = WriteMode::ReplacePartition;
  EXPECT_EQ(load(request("1", day("2022-01-24"), plain), {{"1"}}, 1), "");
  sql("DELETE FROM people; CREATE TABLE others (id INTEGER); INSERT INTO others VALUES (7)");
  EXPECT_EQ(load(request("2", day("2022-01-24"), marked), {{"2"}}, 1), "");
  EXPECT_EQ(sql("SELECT * FROM people"), "2|2\n");
  marked.table = "others";
  EXPECT_EQ(load(request("3", day("2022-01-24"), marked), {{"3"}}, 1), "");
  EXPECT_EQ(load(request("4", day("2022-01-24"), marked), {{"4"}}, 1), "");
  EXPECT_EQ(sql("SELECT * FROM others"), "7|NULL\n4|4\n");
}

}  // namespace
}  // namespace weir::sqlite
