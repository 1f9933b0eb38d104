// SPDX-License-Identifier: Apache-2.0
// Access logs of web servers and of object stores, from one file that holds several days.
#include <gtest/gtest.h>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::Ended;
using support::TestProject;

class AccessLogs : public testing::Test {
 protected:
  void write(const std::string& format, const std::string& column, const std::string& more = "") const {
    project_.write(
        "weir.yaml",
        "connections:\n  logs: {type: files, folder: .}\n  warehouse: {type: sqlite, path: warehouse.db}\n");
    project_.write("pipelines/access.yaml",
                   "pipeline: access\npartitions: {every: day, from: 2015-05-17, column: " + column +
                       "}\nsource: {connection: logs, path: access.log, format: " + format + "}\n" + more +
                       "destination: {connection: warehouse, table: requests, write: "
                       "replace_partition}\n");
  }
  Ended load(const std::string& day) const { return project_.weir({"run", "access", "--partition", day}); }
  std::string query(const std::string& sql) const { return project_.query("warehouse.db", sql); }

  TestProject project_;
};

constexpr const char* kCombined =
    "83.149.9.216 - - [17/May/2015:10:05:03 +0000] \"GET /a.png HTTP/1.1\" 200 203023 "
    "\"http://example.com/\" \"Mozilla/5.0\"\n"
    "2001:db8::1 - alice [17/May/2015:23:59:59 +0000] \"GET /b HTTP/1.1\" 404 - \"-\" \"-\"\n"
    "83.149.9.216 - - [18/May/2015:00:00:00 +0000] \"GET /c HTTP/1.1\" 200 12 \"-\" \"curl \\\"7\\\"\"\n"
    "83.149.9.216 - - [18/May/2015:01:30:00 +0200] \"GET /d HTTP/1.1\" 200 12 \"-\" \"curl\"\n"
    "not a log line\n";

TEST_F(AccessLogs, E_2_a_day_of_a_file_with_several_is_matched_by_typed_bounds) {
  write("access_log", "timestamp");
  project_.write("access.log", kCombined);
  const auto loaded = load("2015-05-17");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(
      query("SELECT request_target, timestamp FROM requests ORDER BY 2"),
      "/a.png|2015-05-17 10:05:03.000000\n/d|2015-05-17 23:30:00.000000\n/b|2015-05-17 23:59:59.000000\n");
  EXPECT_EQ(query("SELECT rows_read, rows_loaded, rows_filtered, rows_quarantined FROM _weir_loads"),
            "5|3|1|1\n");
}

TEST_F(AccessLogs, E2_4_every_row_lands_in_the_partition_of_its_event_time_once) {
  write("access_log", "timestamp");
  project_.write("access.log", kCombined);
  const auto loaded = project_.weir({"backfill", "access", "--from", "2015-05-17", "--to", "2015-05-18"});
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(query("SELECT count(*), count(DISTINCT request_target) FROM requests"), "4|4\n");
}

TEST_F(AccessLogs, E2_9_a_dash_is_null_in_every_column) {
  write("access_log", "timestamp");
  project_.write("access.log", kCombined);
  ASSERT_EQ(load("2015-05-17").exit_code, 0);
  EXPECT_EQ(query("SELECT response_bytes, referer, user_agent, remote_user FROM requests WHERE "
                  "request_target = '/b'"),
            "NULL|NULL|NULL|alice\n");
}

TEST_F(AccessLogs, E2_2_embedded_quotes_stay_in_the_user_agent) {
  write("access_log", "timestamp");
  project_.write("access.log", kCombined);
  ASSERT_EQ(load("2015-05-18").exit_code, 0);
  EXPECT_EQ(query("SELECT user_agent FROM requests"), "curl \"7\"\n");
}

TEST_F(AccessLogs, E2_1_object_store_records_may_have_more_fields_than_documented) {
  write("s3_access_log", "time");
  const std::string record =
      "79a5ownerid logs [17/May/2015:04:12:09 +0000] 8.8.8.8 - 3E57427F33A59F07 REST.GET.OBJECT "
      "v1/plants.parquet "
      "\"GET /v1/plants.parquet HTTP/1.1\" 206 - 1048576 4194304 71 20 \"https://docs.example.org/\" "
      "\"python\" - s9lz= - "
      "TLS_AES_128_GCM_SHA256 - example.s3.us-west-2.amazonaws.com TLSv1.3 - -";
  project_.write("access.log", record + "\n" + record + " us-west-2\n" + record + " us-west-2 and more\n");
  const auto loaded = load("2015-05-17");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(query("SELECT count(*), sum(bytes_sent), min(key), count(error_code) FROM requests"),
            "3|3145728|v1/plants.parquet|0\n");
}

TEST_F(AccessLogs, E2_8_a_repeated_id_is_counted_not_fatal) {
  write("access_log", "timestamp",
        "transforms:\n  - deduplicate: {key: [remote_ip], keep: last, order: timestamp}\n");
  project_.write("access.log", kCombined);
  const auto loaded = load("2015-05-17");
  ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(query("SELECT request_target FROM requests ORDER BY 1"), "/b\n/d\n");
  EXPECT_EQ(
      query("SELECT rows_loaded + rows_filtered + rows_deduplicated + rows_quarantined - rows_read FROM "
            "_weir_loads"),
      "0\n");
}

}  // namespace
}  // namespace weir
