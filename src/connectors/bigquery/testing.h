// SPDX-License-Identifier: Apache-2.0
// A dataset of the sandbox that a bigquery destination loads into and a source reads from. Used by tests
// only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "connectors/bigquery/destination.h"
#include "protocols/google/bigquery_query.h"
#include "protocols/google/bigquery_tables.h"
#include "protocols/google/bigquery_upload.h"
#include "protocols/google/gcs_object_store.h"
#include "sandbox/sandbox.h"

namespace weir::bigquery {

enum class Staging { Upload, Bucket };

class TextBytes final : public google::UploadBytes {
 public:
  explicit TextBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    return bytes_.substr(static_cast<std::size_t>(offset), length);
  }

 private:
  std::string bytes_;
};

/// Waits a moment where minutes were asked for: jobs of the sandbox run meanwhile, mostly that long.
class MomentSleeper final : public io::Sleeper {
 public:
  void sleep(std::chrono::milliseconds) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

class TestDataset {
 public:
  explicit TestDataset(Staging staging = Staging::Upload, sandbox::Settings settings = {}) {
    settings.buckets = {"staging"};
    if (settings.datasets.empty()) settings.datasets = {"usage"};
    auto opened = io::CurlHttpClient::open();
    auto started = sandbox::Sandbox::start(settings, clock_);
    EXPECT_TRUE(opened.ok() && started.ok());
    http_ = *std::move(opened);
    sandbox_ = *std::move(started);
    client_ = make_client();
    if (staging == Staging::Bucket) store_ = make_store();
    staging_ = staging;
  }
  ~TestDataset() {
    client_.reset();
    store_.reset();
    http_.reset();  // the server waits for connections that are kept
  }

  std::shared_ptr<Dataset> dataset() {
    Dataset::OpenStore open_store;
    if (staging_ == Staging::Bucket) {
      open_store = [this]() -> Result<std::unique_ptr<io::ObjectStore>> { return make_store(); };
    }
    return std::make_shared<Dataset>(
        [this]() -> Result<std::unique_ptr<google::BigQueryClient>> { return make_client(); }, open_store,
        "staging/weir", clock_);
  }
  std::unique_ptr<sdk::Destination> destination(const DestinationOptions& options = {}) {
    return make_bigquery_destination(dataset(), options);
  }

  google::BigQueryClient& client() { return *client_; }
  sandbox::Sandbox& server() { return *sandbox_; }
  io::ManualClock& clock() { return clock_; }
  google::BigQueryTableName name(const std::string& table) const { return {"sandbox", "usage", table}; }

  /// The rows of a query, "a|b|NULL\n" a row; the error's code when it fails.
  std::string rows(const std::string& sql) {
    const auto found = google::query_rows(*client_, sql, {});
    if (!found) return found.error().to_string();
    std::string text;
    for (const auto& row : *found) {
      for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "|" : "") + row[i].value_or("NULL");
      text += "\n";
    }
    return text;
  }
  /// Runs a statement.
  void run(const std::string& sql) {
    const auto done = google::BigQueryJobs(*client_).run(next_id(), google::QueryJob{.sql = sql});
    EXPECT_TRUE(done.ok() && !done->failure)
        << (done.ok() ? done->error()->to_string() : done.error().to_string());
  }
  void create(const std::string& table, std::vector<google::BigQueryField> fields) {
    const auto made =
        google::BigQueryTables(*client_).create({.name = name(table), .fields = std::move(fields)});
    EXPECT_TRUE(made.ok()) << made.error().to_string();
  }
  /// Adds JSON lines to a table, by way of another one because loads want an empty table.
  void add_lines(const std::string& table, const std::string& lines) {
    const auto stored = google::BigQueryTables(*client_).find(name(table));
    const auto other = next_id();
    create(other, (*stored)->fields);
    google::BigQueryJobs jobs(*client_);
    TextBytes bytes(lines);
    const auto done =
        google::upload_with_attempts(jobs, other, {.table = name(other), .fields = (*stored)->fields}, bytes);
    EXPECT_TRUE(done.ok() && !done->failure)
        << (done.ok() ? done->error()->to_string() : done.error().to_string());
    run("INSERT INTO " + name(table).sql() + " SELECT * FROM " + name(other).sql());
    EXPECT_TRUE(google::BigQueryTables(*client_).remove(name(other)).ok());
  }
  /// The dataset's tables, one a line; the keys in the bucket.
  std::string tables() {
    const auto names = google::BigQueryTables(*client_).list("");
    std::string text;
    for (const auto& name : *names) text += name + "\n";
    return text;
  }
  std::string keys() {
    std::string text;
    for (const auto& object : *io::list_all(*make_store(), "")) text += object.key + "\n";
    return text;
  }
  /// How many requests so far hold this text.
  std::size_t count(const std::string& text) const {
    std::size_t found = 0;
    for (const std::string& request : sandbox_->requests()) found += request.find(text) != std::string::npos;
    return found;
  }
  void fault(sandbox::Fault fault) { sandbox_->faults().add(std::move(fault)); }
  /// How many ordered faults nothing has met yet.
  std::size_t waiting_faults() {
    const auto answer = http_->send({.url = sandbox_->url() + "/_fault"});
    EXPECT_TRUE(answer.ok());
    std::size_t found = 0;
    for (auto at = answer->body.find("\"action\""); at != std::string::npos;
         at = answer->body.find("\"action\"", at + 1))
      ++found;
    return found;
  }
  /// A fault of jobs, as POST /_bigquery/fault takes it.
  void job_fault(const std::string& json) {
    const auto sent =
        http_->send({.method = "POST", .url = sandbox_->url() + "/_bigquery/fault", .body = json});
    EXPECT_TRUE(sent.ok() && sent->status < 300);
  }

 private:
  std::string next_id() { return "test_" + std::to_string(++ids_); }
  google::World world() { return {*http_, clock_, sleeper_}; }
  std::unique_ptr<google::BigQueryClient> make_client() {
    return std::make_unique<google::BigQueryClient>(
        google::BigQueryPlace{.project = "sandbox",
                              .dataset = "usage",
                              .endpoint = sandbox_->url(),
                              .job_timeout = std::chrono::hours(100'000)},  // as the sleeper counts them
        google::Anonymous{}, world());
  }
  std::unique_ptr<google::GcsObjectStore> make_store() {
    return std::make_unique<google::GcsObjectStore>(google::GcsBucket{"staging", sandbox_->url()},
                                                    google::Anonymous{}, world());
  }

  io::ManualClock clock_{Timestamp{1'700'000'000'000'000}};
  MomentSleeper sleeper_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::CurlHttpClient> http_;
  std::unique_ptr<google::BigQueryClient> client_;
  std::unique_ptr<google::GcsObjectStore> store_;
  Staging staging_ = Staging::Upload;
  int ids_ = 0;
};

}  // namespace weir::bigquery
