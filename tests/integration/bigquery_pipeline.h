// SPDX-License-Identifier: Apache-2.0
// A project and BigQuery's stand-in in the test's own process, which the program finds by
// BIGQUERY_EMULATOR_HOST. Used by the tests of whole pipelines with BigQuery.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/google/bigquery_query.h"
#include "protocols/google/bigquery_tables.h"
#include "sandbox/sandbox.h"
#include "tests/support/test_project.h"

namespace weir::integration {

using support::Ended;
using support::TestProject;

class BigQueryPipeline : public testing::Test {
 protected:
  static constexpr const char* kProject = "example-project";

  explicit BigQueryPipeline(const std::string& dataset) {
    auto started = sandbox::Sandbox::start(
        {.buckets = {"lake"}, .datasets = {std::string(kProject) + "." + dataset, dataset}}, clock_);
    auto opened = io::CurlHttpClient::open();
    EXPECT_TRUE(started.ok() && opened.ok());
    sandbox_ = *std::move(started);
    http_ = *std::move(opened);
    client_ = std::make_unique<google::BigQueryClient>(
        google::BigQueryPlace{.project = kProject, .dataset = dataset, .endpoint = sandbox_->url()},
        google::Anonymous{}, google::World{*http_, clock_, sleeper_});
  }
  ~BigQueryPipeline() override {
    client_.reset();
    http_.reset();  // the server waits for connections that are kept
  }

  TestProject::Variables variables(const std::string& crash_at = {}) const {
    TestProject::Variables all = {{"BIGQUERY_EMULATOR_HOST", sandbox_->url()},
                                  {"STORAGE_EMULATOR_HOST", sandbox_->url()}};
    if (!crash_at.empty()) all["WEIR_CRASH_AT"] = crash_at;
    return all;
  }
  Ended weir(const std::vector<std::string>& arguments, const std::string& crash_at = {}) const {
    return project_.weir(arguments, variables(crash_at));
  }
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
  /// Makes a template's project for the stand-in, at whatever port it is here, and runs it.
  void run_sandboxed(const TestProject& project, const std::string& name,
                     const std::vector<std::vector<std::string>>& commands) const {
    const auto made = project.weir({"init", name, "--sandbox"});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    for (const auto* file : {"weir.yaml", "looker.ini"}) {
      if (!std::filesystem::exists(project.path(file))) continue;
      auto text = project.read(file);
      constexpr std::string_view kUsual = "http://127.0.0.1:8086";
      ASSERT_NE(text.find(kUsual), std::string::npos) << text;
      project.write(file, text.replace(text.find(kUsual), kUsual.size(), sandbox_->url()));
    }
    for (const auto& command : commands) {
      const auto ended = project.weir(command);
      EXPECT_EQ(ended.exit_code, 0) << ended.output;
    }
  }
  google::BigQueryTableName table(const std::string& name) const {
    return {kProject, client_->place().dataset, name};
  }
  std::size_t staging_tables() { return google::BigQueryTables(*client_).list("_weir_stage_")->size(); }
  std::size_t count(const std::string& text) const {
    std::size_t found = 0;
    for (const auto& request : sandbox_->requests()) found += request.find(text) != std::string::npos;
    return found;
  }

  io::SystemClock clock_;
  io::SystemSleeper sleeper_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::CurlHttpClient> http_;
  std::unique_ptr<google::BigQueryClient> client_;
  TestProject project_;
};

}  // namespace weir::integration
