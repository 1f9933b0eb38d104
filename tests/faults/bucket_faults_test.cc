// SPDX-License-Identifier: Apache-2.0
// Whole runs with a bucket at one end: a destination on S3 that is written in parts, and archives on
// Google Cloud Storage.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <map>

#include "formats/testing_archives.h"
#include "io/http_client.h"
#include "sandbox/sandbox.h"
#include "tests/faults/archive_drop.h"

namespace weir::faults {
namespace {

using Kind = Fault::Kind;

class PartsOfADestination : public testing::Test {
 protected:
  PartsOfADestination() {
    for (int i = 0; i < 9000; ++i) expected_ += fmt::format("{},{}\n", i, std::string(1000, 'x'));
    project_.write("people.csv", expected_);
    project_.write("weir.yaml",
                   fmt::format("connections:\n  drop: {{type: files}}\n  lake: {{type: s3, bucket: {}, "
                               "endpoint: \"http://127.0.0.1:{}\", stall_timeout: 1 s}}\n",
                               bucket_.name(), way_.port()));
    project_.write(
        "pipelines/people.yaml",
        "pipeline: people\nsource: {connection: drop, path: people.csv, format: csv, columns: {id: "
        "integer}}\ndestination: {connection: lake, folder: lake, table: people, write: replace}\n");
  }
  Ended run() const {
    return project_.weir({"run", "--rerun"}, {{"AWS_ACCESS_KEY_ID", support::S3Server::kAccessKey},
                                              {"AWS_SECRET_ACCESS_KEY", support::S3Server::kSecret},
                                              {"AWS_REGION", support::S3Server::kRegion}});
  }
  void expect_written_once() {
    std::string all;
    for (const auto& object : *io::list_all(bucket_.store(), "lake/people/"))
      all += *bucket_.store().read(object.key, {0, object.size}, "");
    EXPECT_TRUE(all == expected_) << all.size() << " bytes";
    EXPECT_EQ(io::list_all(bucket_.store(), "lake/_weir/staging/")->size(), 0U);
    EXPECT_EQ(bucket_.unfinished_uploads(), "");
  }
  void meet(const Fault& fault) {
    way_.add(fault);
    const auto ended = run();
    EXPECT_EQ(ended.exit_code, 0) << ended.output << way_.requests();
    EXPECT_EQ(way_.met(), fault.times) << way_.requests();
    way_.clear();
    expect_written_once();
  }

  support::S3Bucket bucket_;
  FaultProxy way_{FaultProxy::Protocol::Http, port_of(bucket_.server().endpoint())};
  support::TestProject project_;
  std::string expected_ = "id,name\n";
};

TEST_F(PartsOfADestination, whose_completion_is_not_heard_of_are_published_once) {
  meet({.kind = Kind::LoseAnswer, .when = "all.csv?uploadId="});
}

TEST_F(PartsOfADestination, that_replace_older_ones_are_published_once) {
  const auto first = run();
  ASSERT_EQ(first.exit_code, 0) << first.output;
  meet({.kind = Kind::LoseAnswer, .when = ".part?uploadId="});
}

TEST_F(PartsOfADestination, that_are_refused_for_good_are_not_published) {
  way_.add({.kind = Kind::Answer,
            .when = "?partNumber=2",
            .answer = support::s3_error_answer(403, "AccessDenied"),
            .times = 100});
  EXPECT_EQ(run().exit_code, 1);
  EXPECT_EQ(io::list_all(bucket_.store(), "lake/people/")->size(), 0U);
  EXPECT_EQ(bucket_.unfinished_uploads(), "");
  way_.clear();
  EXPECT_EQ(run().exit_code, 0);
  expect_written_once();
}

/// An archive of four tables that become objects, one of them in parts.
class PartsOfAnArchive : public testing::Test {
 protected:
  PartsOfAnArchive() {
    std::vector<formats::ArchivedFile> entries;
    std::string tables;
    for (const auto* table : kTables) {
      const int count = table == kTables[2] ? 9000 : 400;
      auto& rows = expected_[table] = "id,note\n";
      for (int i = 0; i < count; ++i) rows += fmt::format("{},{}\n", i, std::string(1000, table[0]));
      entries.push_back({fmt::format("analytics_{}.csv", table), rows});
      tables += fmt::format(
          "  - {{table: {0}, source: {{entry: \"analytics_{0}.*\", columns: {{id: integer, note: "
          "text}}}}}}\n",
          table);
    }
    archive_ = gzip_of(formats::tar_of(entries));
    EXPECT_TRUE(bucket_.store().put("client/export.tgz", archive_, {}).ok());
    project_.write("weir.yaml", fmt::format("connections:\n  lake: {{type: s3, bucket: {}, endpoint: "
                                            "\"http://127.0.0.1:{}\", stall_timeout: 1 s}}\n",
                                            bucket_.name(), way_.port()));
    project_.write("pipelines/p.yaml",
                   "pipeline: p\npartitions: {every: object, take: newest}\nsource:\n  connection: lake\n"
                   "  path: client/\n  format: csv\n  after: {good: \"good/{{ object.key }}\", bad: \"bad/{{ "
                   "object.key }}\", action: move}\ntables:\n" +
                       tables + "destination: {connection: lake, folder: lake, write: replace}\n");
  }
  support::TestProject::Variables variables() const {
    return {{"AWS_ACCESS_KEY_ID", support::S3Server::kAccessKey},
            {"AWS_SECRET_ACCESS_KEY", support::S3Server::kSecret},
            {"AWS_REGION", support::S3Server::kRegion}};
  }
  void expect_loaded_once(const Ended& first) {
    way_.clear();
    const auto again = project_.weir({"run"}, variables());
    EXPECT_EQ(again.exit_code, 0) << first.output << again.output;
    for (const auto& [table, rows] : expected_) {
      std::string all;
      for (const auto& object : *io::list_all(bucket_.store(), "lake/" + table + "/"))
        all += *bucket_.store().read(object.key, {0, object.size}, "");
      EXPECT_TRUE(all == rows) << table << " has " << all.size() << " bytes\n"
                               << first.output << again.output;
    }
    std::string places;
    for (const auto& object : *io::list_all(bucket_.store(), "")) {
      if (object.key.ends_with(".tgz")) places += object.key + "\n";
    }
    EXPECT_EQ(places, "good/client/export.tgz\n");
    EXPECT_TRUE(*bucket_.store().read("good/client/export.tgz", {0, archive_.size() + 1}, "") == archive_);
    EXPECT_EQ(bucket_.unfinished_uploads(), "");
  }
  void meet(const Fault& fault) {
    way_.add(fault);
    const auto first = project_.weir({"run"}, variables());
    EXPECT_GT(way_.met(), 0) << first.output << way_.requests();
    expect_loaded_once(first);
  }

  static constexpr const char* kTables[] = {"user_group", "cms_group", "user_activity", "user_status"};
  support::S3Bucket bucket_;
  FaultProxy way_{FaultProxy::Protocol::Http, port_of(bucket_.server().endpoint())};
  support::TestProject project_;
  std::map<std::string, std::string> expected_;
  std::string archive_;
};

TEST_F(PartsOfAnArchive, whose_completion_is_not_heard_of_are_there_once) {
  meet({.kind = Kind::LoseAnswer, .when = ".csv?uploadId="});
}

TEST_F(PartsOfAnArchive, whose_keys_expire_meanwhile_are_there_once) {
  meet({.kind = Kind::Answer,
        .when = "?partNumber=2",
        .answer = support::s3_error_answer(400, "ExpiredToken"),
        .times = 100});
}

TEST_F(PartsOfAnArchive, of_a_run_that_is_killed_while_it_waits_for_their_completion_are_there_once) {
  way_.add({.kind = Kind::Stall, .when = ".csv?uploadId="});
  const auto process = project_.start({"run"}, variables());
  for (int i = 0; way_.standing_still() == 0 && i < 30'000; ++i) ::usleep(1000);
  ::kill(process, SIGKILL);
  const auto killed = project_.wait(process);
  ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed.output << way_.requests();
  expect_loaded_once(killed);
}

constexpr const char* kArchive = "client/export.tgz";

class GoogleArchives : public testing::Test {
 protected:
  GoogleArchives() {
    std::string rows = "id,name\n";
    for (int i = 0; i < 2000; ++i)
      rows += fmt::format("{},name {:016x}\n", i, static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15ULL);
    put(kArchive, gzip_of(formats::tar_of({{"people.csv", rows}, {"groups.csv", rows}})));
    project_.write(
        "weir.yaml",
        fmt::format("connections:\n  drop: {{type: gcs, bucket: drop, access: anonymous, endpoint: "
                    "\"{}\"}}\n  warehouse: {{type: sqlite, path: w.db}}\n",
                    sandbox_->url()));
    project_.write("pipelines/p.yaml",
                   "pipeline: p\npartitions: {every: object}\nsource:\n  connection: drop\n  path: client/\n "
                   " format: csv\n"
                   "  after: {good: \"good/{{ object.key }}\", bad: \"bad/{{ object.key }}\", action: move}\n"
                   "tables:\n  - {table: people, source: {entry: \"people.*\", columns: {id: integer}}}\n"
                   "  - {table: groups, source: {entry: \"groups.*\", columns: {id: integer}}}\n"
                   "destination: {connection: warehouse, write: append}\n");
  }
  void put(const std::string& key, const std::string& bytes) {
    const auto http = *io::CurlHttpClient::open();
    const auto answer =
        http->send({.method = "POST",
                    .url = sandbox_->url() + "/upload/storage/v1/b/drop/o?uploadType=media&name=" + key,
                    .body = bytes});
    ASSERT_TRUE(answer.ok() && answer->status == 200);
  }
  std::string get(const std::string& path) {
    const auto http = *io::CurlHttpClient::open();
    const auto answer = http->send({.url = sandbox_->url() + path});
    return answer.ok() ? answer->body : answer.error().to_string();
  }
  void expect_loaded_once() {
    for (const auto* table : {"people", "groups"}) {
      EXPECT_EQ(
          project_.query("w.db", fmt::format("SELECT count(*), count(DISTINCT id), max(id) FROM {}", table)),
          "2000|2000|1999\n");
    }
    EXPECT_EQ(project_.query("w.db", "SELECT count(DISTINCT load_id), sum(rows_loaded) FROM _weir_loads"),
              "1|4000\n");
    const auto all = get("/storage/v1/b/drop/o?fields=items(name)");
    EXPECT_NE(all.find("\"good/client/export.tgz\""), std::string::npos) << all;
    EXPECT_EQ(all.find("\"client/export.tgz\""), std::string::npos) << all;
    EXPECT_EQ(all.find("bad/"), std::string::npos) << all;
  }
  void meet(const sandbox::Fault& fault) {
    sandbox_->faults().add(fault);
    const auto ended = project_.weir({"run"});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    EXPECT_EQ(get("/_fault"), "[]") << "some did not happen";
    expect_loaded_once();
  }

  const io::SystemClock clock_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = *sandbox::Sandbox::start({.buckets = {"drop"}}, clock_);
  support::TestProject project_;
};

TEST_F(GoogleArchives, are_loaded_over_a_line_that_breaks) {
  sandbox::Fault cut{.match = "alt=media", .action = sandbox::FaultAction::Cut};
  cut.times = 2;
  cut.after_bytes = 5000;
  meet(cut);
}

TEST_F(GoogleArchives, are_loaded_from_a_storage_that_is_busy) {
  sandbox::Fault busy{.match = "export.tgz", .action = sandbox::FaultAction::Status};
  busy.times = 3;
  meet(busy);
}

TEST_F(GoogleArchives, are_filed_away_once_when_the_answers_to_that_are_lost) {
  sandbox_->faults().add({.match = "rewriteTo", .action = sandbox::FaultAction::Lose});
  meet({.method = "DELETE", .action = sandbox::FaultAction::Lose});
}

TEST_F(GoogleArchives, are_loaded_once_by_runs_that_are_killed) {
  for (const auto* point : {"extracted", "staged", "published", "filed"}) {
    const auto killed = project_.weir({"run"}, {{"WEIR_CRASH_AT", point}});
    EXPECT_EQ(killed.exit_code, 128 + SIGKILL) << point << killed.output;
  }
  const auto ended = project_.weir({"run"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  expect_loaded_once();
}

}  // namespace
}  // namespace weir::faults
