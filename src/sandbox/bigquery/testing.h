// SPDX-License-Identifier: Apache-2.0
// A BigQuery of the tests, asked without a network. Used by the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include "protocols/google/json_value.h"
#include "sandbox/bigquery/bigquery_service.h"

namespace weir::sandbox::bigquery {

class TextBody final : public RequestBody {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  bool read(const Receiver& receiver) override {
    receiver(text_);
    return true;
  }

 private:
  std::string text_;
};

struct BigQueryTest : testing::Test {
  io::ManualClock clock{Timestamp{1'709'802'902'000'000}};  // 2024-03-07T09:15:02Z
  std::unique_ptr<gcs::Store> store;
  std::unique_ptr<BigQueryService> service;

  void start(Settings settings = {}) {
    if (settings.datasets.empty()) settings.datasets = {"p.d"};
    auto opened = gcs::Store::open(settings.folder, clock);
    ASSERT_TRUE(opened.ok());
    service.reset();
    store = *std::move(opened);
    service = std::make_unique<BigQueryService>(settings, *store, clock);
  }
  void SetUp() override { start(); }

  /// The JSON of an answer; `status` is added when it is no success.
  Json ask(const std::string& method, const std::string& path, const Json& body = nullptr,
           Parameters headers = {}) {
    const std::size_t question = path.find('?');
    Request request{.method = method,
                    .path = "/bigquery/v2/projects/p" + path.substr(0, question),
                    .query = {},
                    .headers = std::move(headers),
                    .base_url = "http://x"};
    if (path.rfind("/_", 0) == 0) request.path = path;
    if (question != std::string::npos) request.query = parse_form(path.substr(question + 1));
    TextBody text(body.is_null() ? "" : body.dump());
    const auto answer = service->answer(request, text);
    if (!answer) return nullptr;
    Json json = google::parse_json(answer->body.empty() ? "{}" : answer->body);
    if (answer->status >= 300) json["status"] = answer->status;
    return json;
  }
  /// "404 notFound: Not found: …", or what it answered.
  static std::string told(const Json& answer) {
    if (!answer.contains("error")) return answer.dump();
    const Json& error = answer["error"];
    return std::to_string(error["code"].get<int>()) + " " + error["errors"][0]["reason"].get<std::string>() +
           ": " + error["message"].get<std::string>();
  }
  /// The rows of a query, "1|a\n2|NULL\n", or how it was refused.
  std::string query(const std::string& sql, const Json& more = Json::object()) {
    Json body = {{"query", sql}, {"useLegacySql", false}, {"formatOptions", {{"useInt64Timestamp", true}}}};
    body.update(more);
    const Json answer = ask("POST", "/queries", body);
    if (answer.contains("error")) return told(answer);
    std::string text;
    for (const Json& row : google::member_of(answer, "rows")) {
      std::string line;
      for (const Json& cell : row["f"]) {
        const Json& value = cell["v"];
        line += (line.empty() ? "" : "|") + (value.is_string() ? value.get<std::string>()
                                             : value.is_null() ? "NULL"
                                                               : value.dump());
      }
      text += line + "\n";
    }
    return text;
  }
  /// Puts a job and waits for its end: its resource.
  Json run(const std::string& id, const Json& configuration) {
    const Json taken =
        ask("POST", "/jobs", {{"jobReference", {{"jobId", id}}}, {"configuration", configuration}});
    if (taken.contains("error")) return taken;
    return finished(id);
  }
  Json finished(const std::string& id) {
    while (true) {
      Json job = ask("GET", "/jobs/" + id);
      if (job["status"]["state"] == "DONE") return job;
      std::this_thread::yield();
    }
  }
  /// How a job ended: "backendError: …", or "3 rows" of a load.
  static std::string end_of(const Json& job) {
    if (job.contains("error")) return told(job);
    const Json& status = job["status"];
    if (status.contains("errorResult"))
      return status["errorResult"]["reason"].get<std::string>() + ": " +
             status["errorResult"]["message"].get<std::string>();
    const Json& statistics = job["statistics"];
    return statistics.contains("load") ? statistics["load"]["outputRows"].get<std::string>() + " rows"
                                       : "done";
  }
  void put(const std::string& bucket, const std::string& name, const std::string& bytes) {
    try {
      (void)store->create_bucket({{"name", bucket}});
    } catch (...) {
      // It is there already.
    }
    const auto writer = store->writer();
    writer->append(bytes);
    (void)store->put({bucket, name}, Json::object(), *writer, {});
  }
  Json load_of(const std::string& uri, const std::string& table, const Json& more = Json::object()) {
    Json load = {{"sourceUris", {uri}},
                 {"destinationTable", {{"datasetId", "d"}, {"tableId", table}}},
                 {"sourceFormat", "NEWLINE_DELIMITED_JSON"}};
    load.update(more);
    return {{"load", load}};
  }
};

}  // namespace weir::sandbox::bigquery
