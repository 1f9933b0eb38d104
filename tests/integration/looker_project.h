// SPDX-License-Identifier: Apache-2.0
// A project beside the stand-in for Looker, which is in the test's process while the real program asks it.
// Used by the looker tests of this folder. One thread at a time.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "io/http_client.h"
#include "sandbox/sandbox.h"
#include "tests/support/test_project.h"

namespace weir::integration {

class LookerProject : public ::testing::Test {
 protected:
  LookerProject() {
    sandbox::Settings settings;
    settings.looker.history_rows = 4'000;
    settings.buckets = {"staging"};
    settings.datasets = {"looker"};
    auto started = sandbox::Sandbox::start(settings, clock_);
    EXPECT_TRUE(started.ok());
    sandbox_ = *std::move(started);
    auto opened = io::CurlHttpClient::open();
    EXPECT_TRUE(opened.ok());
    http_ = *std::move(opened);
  }

  support::TestProject::Variables variables() const {
    return {{"LOOKERSDK_BASE_URL", sandbox_->url() + "/api/4.0/"},
            {"LOOKERSDK_CLIENT_ID", "sandbox"},
            {"LOOKERSDK_CLIENT_SECRET", "sandbox-secret"}};
  }
  /// Makes a template's project, with an SQLite file in place of DuckDB's so that this test can look into it.
  void init(const std::string& name) {
    const auto made = project_.weir({"init", name, "--sandbox"});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    auto yaml = project_.read("weir.yaml");
    replace(yaml, "type: duckdb", "type: sqlite");
    replace(yaml, "usage.duckdb", "usage.db");
    project_.write("weir.yaml", yaml);
  }
  static void replace(std::string& text, const std::string& piece, const std::string& instead) {
    ASSERT_NE(text.find(piece), std::string::npos) << piece;
    text.replace(text.find(piece), piece.size(), instead);
  }
  std::string run(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "run");
    const auto ended = project_.weir(arguments, variables());
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return ended.output;
  }
  std::string rows(const std::string& table) const {
    return std::string(trim(project_.query("usage.db", "SELECT count(*) FROM " + table)));
  }
  io::HttpResponse post(const std::string& path, const std::string& body) {
    const auto answer = http_->send({.method = "POST",
                                     .url = sandbox_->url() + path,
                                     .headers = {{"Content-Type", "application/json"}},
                                     .body = body});
    EXPECT_TRUE(answer.ok() && answer->status < 300)
        << (answer.ok() ? answer->body : answer.error().to_string());
    return answer.ok() ? *answer : io::HttpResponse{};
  }
  /// All cells of a query at BigQuery, one after the other.
  std::string cells(const std::string& sql) {
    const auto answer = post("/bigquery/v2/projects/sandbox/queries",
                             fmt::format(R"({{"query":"{}","useLegacySql":false}})", sql));
    const std::string start = "\"v\":";
    std::string all;
    for (auto at = answer.body.find(start); at != std::string::npos; at = answer.body.find(start, at + 1)) {
      const auto begin = at + start.size();
      all += (all.empty() ? "" : " ") + answer.body.substr(begin, answer.body.find('}', begin) - begin);
    }
    return all.empty() ? answer.body : all;
  }
  /// So many hours ago, as Looker writes it.
  std::string hours_ago(int hours) const {
    const auto seconds = clock_.now().micros / 1'000'000 - std::int64_t{3600} * hours;
    auto text = to_string(Timestamp{seconds * 1'000'000}).substr(0, 19);
    text[10] = ' ';
    return text;
  }
  /// Gives history rows of these hours ago, numbered from 1; less than nothing is a row without a time. The
  /// times, as Looker writes them.
  std::vector<std::string> set_history(const std::vector<int>& hours) {
    std::string all;
    std::vector<std::string> times;
    for (std::size_t i = 0; i < hours.size(); ++i) {
      times.push_back(hours_ago(hours[i]));
      const auto time = hours[i] < 0 ? "null" : "\"" + times.back() + "\"";
      all += fmt::format(R"({}{{"id":{},"created_time":{},"status":"complete"}})", i == 0 ? "" : ",", i + 1,
                         time);
    }
    post("/_looker/rows", R"({"view":"history","rows":[)" + all + "]}");
    return times;
  }

  io::SystemClock clock_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::HttpClient> http_;
  support::TestProject project_;
};

}  // namespace weir::integration
