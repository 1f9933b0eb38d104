// SPDX-License-Identifier: Apache-2.0
// Logs of object stores as pipelines of this product read them: requests, a daily summary of them, and
// usage logs in CSV. Tests that begin with E2 or E3 show that a weakness of earlier scripts is gone.
#include <gtest/gtest.h>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::TestProject;

constexpr const char* kRequests = R"yaml(pipeline: core_s3_logs
partitions: { every: day, from: 2024-05-13, column: time }
source: { connection: logs, path: "requests/*", format: s3_access_log }
transforms:
  - filter: "operation <> 'S3.TRANSITION_INT.OBJECT'"
  - add:
      id: concat_ws('_', request_id, operation, "key")
      megabytes_sent: coalesce(bytes_sent, 0) / 1e6
      normalized_file_downloads: CASE WHEN object_size > 0 THEN coalesce(bytes_sent, 0) / object_size ELSE 0 END
      version: CASE WHEN contains("key", '/') THEN nullif(split_part("key", '/', 1), '') END
      table: regexp_replace(nullif(regexp_extract("key", '/(.*)$', 1), ''), 'sqlite\.(gz|zip)$', 'sqlite')
  - deduplicate: { key: [id], keep: first }
  - geocode: { column: remote_ip }
  - drop: { columns: [remote_ip_country_flag, remote_ip_is_eu], if_present: true }
destination: { connection: warehouse, table: core_s3_logs, write: replace_partition, key: [id] }
)yaml";

constexpr const char* kSummary = R"yaml(pipeline: by_table
partitions: { every: day, from: 2024-05-13, column: time }
source: { connection: logs, path: "requests/*", format: s3_access_log }
transforms:
  - sql:
      query: >
        SELECT date_trunc('day', "time") AS "time", "key", count(*) AS request_count,
        round(sum(coalesce(bytes_sent, 0)) / 1e6, 3) AS megabytes_sent
        FROM rows WHERE operation = 'REST.GET.OBJECT' GROUP BY ALL
destination: { connection: warehouse, table: by_table, write: replace_partition, key: [time, key] }
)yaml";

constexpr const char* kUsage = R"yaml(pipeline: intake_logs
partitions: { every: day, from: 2024-05-13, column: timestamp }
source: { connection: logs, path: "usage/*_usage_*", format: csv }
transforms:
  - rename: { time_micros: timestamp, s_request_id: insert_id, cs_object: object_path }
  - cast: { timestamp: { type: timestamp, format: epoch_us } }
  - deduplicate: { key: [insert_id], keep: first }
destination: { connection: warehouse, table: intake_logs, write: replace_partition, key: [insert_id] }
)yaml";

/// A record of a server access log.
std::string record(const std::string& id, const std::string& time, const std::string& key,
                   const std::string& bytes, const std::string& size, const std::string& agent = "curl") {
  return "79a5ownerid logs [" + time + "] 10.1.2.3 - " + id + " REST.GET.OBJECT " + key + " \"GET /" + key +
         " HTTP/1.1\" 200 - " + bytes + " " + size + " 71 20 \"-\" \"" + agent +
         "\" - s9lz= - TLS_AES_128_GCM_SHA256 - example.s3.us-west-2.amazonaws.com TLSv1.3 - -\n";
}

class ObjectLogs : public testing::Test {
 protected:
  void SetUp() override {
    project_.write("weir.yaml",
                   "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: warehouse.db}\n");
    project_.write(
        "requests/2024-05-13-01-00-00-AB",
        record("A1", "13/May/2024:00:10:00 +0000", "v1/plants.parquet", "500000", "1000000") +
            record("A2", "13/May/2024:00:20:00 +0000", "v1/pudl.sqlite.zip", "7", "7", "sqlite.zip reader") +
            record("A3", "13/May/2024:00:30:00 +0000", "index.html", "-", "0") +
            record("A4", "13/May/2024:00:40:00 +0000", "v1/plants.parquet", "250000", "-"));
  }
  void load(const std::string& pipeline) const {
    project_.write("pipelines/p.yaml", pipeline);
    const auto loaded = project_.weir({"backfill", "--from", "2024-05-13", "--to", "2024-05-14"});
    ASSERT_EQ(loaded.exit_code, 0) << loaded.output;
  }
  std::string query(const std::string& sql) const { return project_.query("warehouse.db", sql); }

  TestProject project_;
};

TEST_F(ObjectLogs, E2_6_E2_7_E2_11_a_day_of_requests_loads_whatever_their_keys_and_sizes_are) {
  load(kRequests);
  // A key without slash, and a column that the geocoder does not give.
  EXPECT_EQ(
      query("SELECT \"key\", version, \"table\", remote_ip_country FROM core_s3_logs WHERE request_id IN "
            "('A1', 'A3') ORDER BY request_id"),
      "v1/plants.parquet|v1|plants.parquet|NULL\nindex.html|NULL|NULL|NULL\n");
  // A size of zero, and none.
  EXPECT_EQ(
      query("SELECT request_id, normalized_file_downloads, megabytes_sent FROM core_s3_logs ORDER BY 1"),
      "A1|0.5|0.5\nA2|1.0|7.0e-06\nA3|0.0|0.0\nA4|0.0|0.25\n");
  // Only the name of the table loses the ending of an archive.
  EXPECT_EQ(query("SELECT \"table\", \"key\", user_agent FROM core_s3_logs WHERE request_id = 'A2'"),
            "pudl.sqlite|v1/pudl.sqlite.zip|sqlite.zip reader\n");
}

TEST_F(ObjectLogs, E2_10_a_summary_has_a_key_of_its_own_columns_that_the_database_keeps_unique) {
  load(kSummary);
  EXPECT_EQ(query("SELECT \"key\", request_count, megabytes_sent FROM by_table ORDER BY 1"),
            "index.html|1|0.0\nv1/plants.parquet|2|0.75\nv1/pudl.sqlite.zip|1|0.0\n");
  EXPECT_EQ(query("SELECT group_concat(name) FROM pragma_table_info('by_table') WHERE pk > 0"), "time,key\n");
  EXPECT_EQ(query("SELECT count(*) FROM pragma_table_info('by_table') WHERE name = 'id'"), "0\n");
}

TEST_F(ObjectLogs, E3_1_events_belong_to_the_day_they_happened_on_and_repeated_ones_are_counted) {
  const std::string head = "time_micros,s_request_id,cs_object\n";
  // Written on the 14th; the first event is of the day before, and one comes twice.
  project_.write("usage/bucket_usage_2024_05_14_00", head +
                                                         "1715644799000000,r1,v1/plants.parquet\n"
                                                         "1715644800000000,r2,v1/plants.parquet\n");
  project_.write("usage/bucket_usage_2024_05_14_01", head + "1715644800000000,r2,v1/plants.parquet\n");
  load(kUsage);
  EXPECT_EQ(query("SELECT insert_id, timestamp FROM intake_logs ORDER BY 1"),
            "r1|2024-05-13 23:59:59.000000\nr2|2024-05-14 00:00:00.000000\n");
  EXPECT_EQ(query("SELECT partition, rows_loaded, rows_deduplicated FROM _weir_loads ORDER BY 1"),
            "2024-05-13|1|0\n2024-05-14|1|1\n");
}

}  // namespace
}  // namespace weir
