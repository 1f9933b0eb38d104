// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/archive_drop.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

#include "formats/testing_archives.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redshift_server.h"

namespace weir::faults {
namespace {

constexpr const char* kSource = "client/cms-analytics-csv-20240513.tgz";
constexpr const char* kGood = "processed/good/client/cms-analytics-csv-20240513.tgz";
constexpr int kRows = 400;

/// Each is written in another way, and each way would show a load that was doubled.
struct Table {
  const char* name;
  const char* write;
};
constexpr Table kTables[] = {{"user_group", "write: append"},
                             {"cms_group", "write: replace"},
                             {"user_activity", "write: merge\n    key: [id]"},
                             {"user_status", "write: replace_partition"}};

std::string row(std::string_view table, int number, char delimiter) {
  // A multiplication that scatters the bits keeps the archive from becoming small.
  const auto scattered = static_cast<std::uint64_t>(number + 1) * 0x9E3779B97F4A7C15ULL;
  return fmt::format("{:04}{}{}-{:016x}{}2024-05-13 09:15:{:02}\n", number, delimiter, table, scattered,
                     delimiter, number % 60);
}

std::string rows(std::string_view table, char delimiter) {
  std::string text;
  for (int i = 0; i < kRows; ++i) text += row(table, i, delimiter);
  return text;
}

const std::string& archive() {
  static const auto bytes = [] {
    std::vector<formats::ArchivedFile> entries;
    for (const auto& table : kTables) {
      entries.push_back(
          {fmt::format("analytics_{}.csv", table.name), "id,note,noted\n" + rows(table.name, ',')});
    }
    return gzip_of(formats::tar_of(entries));
  }();
  return bytes;
}

std::string pipeline() {
  std::string text =
      "pipeline: cms\npartitions: {every: object, take: newest}\nsource:\n  connection: drop\n  path: "
      "client/\n  match: 'cms-analytics-csv.*\\.tgz$'\n  format: csv\n"
      "  after: {good: \"processed/good/{{ object.key }}\", bad: \"processed/bad/{{ object.key }}\", "
      "action: move}\ntables:\n";
  for (const auto& table : kTables) {
    text += fmt::format(
        "  - table: {0}\n    source: {{entry: \"analytics_{0}.*\", columns: {{id: text, note: text, noted: "
        "timestamp}}}}\n    {1}\n",
        table.name, table.write);
  }
  return text + "destination: {connection: warehouse}\n";
}

constexpr const char* kLogin =
    "    host: 127.0.0.1\n    port: {}\n    user: weir\n    password: env:DATABASE_PASSWORD\n"
    "    tls: disable\n";

support::TestProject::Variables variables(const support::TestProject::Variables& more) {
  support::TestProject::Variables all = {{"DATABASE_PASSWORD", support::PostgresServer::shared().password()},
                                         {"AWS_ACCESS_KEY_ID", support::S3Server::kAccessKey},
                                         {"AWS_SECRET_ACCESS_KEY", support::S3Server::kSecret},
                                         {"AWS_REGION", support::S3Server::kRegion}};
  all.insert(more.begin(), more.end());
  return all;
}

int failures() { return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count(); }

}  // namespace

std::string gzip_of(const std::string& bytes) {
  auto* compressor = libdeflate_alloc_compressor(6);
  std::string packed(libdeflate_gzip_compress_bound(compressor, bytes.size()), '\0');
  packed.resize(
      libdeflate_gzip_compress(compressor, bytes.data(), bytes.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

Warehouse postgres_warehouse() {
  const auto schema = std::make_shared<support::PostgresSchema>();
  return {
      fmt::format("    type: postgres\n    database: weir\n    schema: \"{}\"\n", schema->name()) + kLogin,
      schema->server().port(), [schema](const std::string& text) { return schema->sql(text); }};
}

Warehouse redshift_warehouse() {
  const auto& server = support::RedshiftServer::shared();
  const auto schema = std::make_shared<support::RedshiftSchema>();
  return {fmt::format("    type: redshift\n    database: {}\n    schema: {}\n    iam_role: {}\n"
                      "    staging: {{{{connection: drop, prefix: staging}}}}\n",
                      server.database(), schema->name(), support::RedshiftServer::kRole) +
              kLogin,
          server.port(), [schema](const std::string& text) { return schema->sql(text); }};
}

Warehouse impatient(Warehouse warehouse) {
  warehouse.connection += "    statement_timeout: 2 s\n";
  return warehouse;
}

int port_of(const std::string& endpoint) { return std::stoi(endpoint.substr(endpoint.rfind(':') + 1)); }

Drop::Drop(Warehouse warehouse)
    : warehouse_(std::move(warehouse)),
      storage(FaultProxy::Protocol::Http, port_of(bucket_.server().endpoint())),
      database(FaultProxy::Protocol::Postgres, warehouse_.port) {
  project_.write("weir.yaml",
                 fmt::format("connections:\n  drop:\n    type: s3\n    bucket: {}\n"
                             "    endpoint: http://127.0.0.1:{}\n    stall_timeout: 1 s\n  warehouse:\n",
                             bucket_.name(), storage.port()) +
                     fmt::format(fmt::runtime(warehouse_.connection), database.port()));
  project_.write("pipelines/cms.yaml", pipeline());
  const auto put = bucket_.store().put(kSource, archive(), {});
  EXPECT_TRUE(put.ok()) << put.error().to_string();
}

Ended Drop::run(const support::TestProject::Variables& more) const {
  return project_.weir({"run"}, variables(more));
}

Ended Drop::run_and_kill_at_stall(const FaultProxy& way) const {
  constexpr int kPatience = 30'000;  // milliseconds
  const auto process = project_.start({"run"}, variables({}));
  for (int i = 0; way.standing_still() == 0 && i < kPatience; ++i) ::usleep(1000);
  ::kill(process, SIGKILL);
  return project_.wait(process);
}

bool Drop::expect_loaded_once() {
  const auto before = failures();
  for (const auto& table : kTables) {
    const auto held = warehouse_.sql(fmt::format(
        "SELECT id, note, to_char(noted, 'YYYY-MM-DD HH24:MI:SS') FROM {} ORDER BY 1, 2", table.name));
    EXPECT_TRUE(held == rows(table.name, '|'))
        << table.name << " holds " << std::count(held.begin(), held.end(), '\n')
        << " rows: " << held.substr(0, 200);
  }
  EXPECT_EQ(warehouse_.sql("SELECT table_name, rows_read, rows_loaded FROM _weir_loads ORDER BY 1"),
            "cms_group|400|400\nuser_activity|400|400\nuser_group|400|400\nuser_status|400|400\n");
  EXPECT_EQ(warehouse_.sql("SELECT count(DISTINCT load_id) FROM _weir_loads"), "1\n");
  EXPECT_EQ(keys("client/") + keys("processed/"), std::string(kGood) + "\n");
  return failures() == before;
}

void Drop::expect_archive_is_somewhere() {
  EXPECT_TRUE(has_archive(kSource) || has_archive(kGood)) << keys("");
}

bool Drop::has_archive(const char* key) {
  const auto bytes = bucket_.store().read(key, {0, archive().size()}, "");
  return bytes.ok() && *bytes == archive();
}

std::string Drop::keys(const std::string& prefix) {
  std::string all;
  for (const auto& object : *io::list_all(bucket_.store(), prefix)) all += object.key + "\n";
  return all;
}

}  // namespace weir::faults
