// SPDX-License-Identifier: Apache-2.0
// Projects that weir init makes for the sandbox's S3, so that anybody can try them without an account.
#include <gtest/gtest.h>

#include <filesystem>

#include "sandbox/sandbox.h"
#include "tests/support/test_project.h"

namespace weir::integration {
namespace {

class SandboxS3Projects : public testing::Test {
 protected:
  void SetUp() override {
    sandbox::Settings settings;
    settings.looker.history_rows = 4'000;
    settings.s3.archive_buckets = {"example-bucket"};
    auto started = sandbox::Sandbox::start(settings, clock_);
    ASSERT_TRUE(started.ok());
    sandbox_ = *std::move(started);
  }
  /// Makes the project of a template for this sandbox, whatever its port is.
  void init(const std::string& name, const std::string& command) const {
    const auto made = project_.weir({"init", name, "--sandbox"});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    EXPECT_NE(made.output.find(command), std::string::npos) << made.output;
    for (const auto* file : {"weir.yaml", "looker.ini"}) {
      if (std::filesystem::exists(project_.path(file)))
        replace(file, "http://127.0.0.1:8086", sandbox_->url());
    }
  }
  void replace(const std::string& file, const std::string& piece, const std::string& instead) const {
    auto text = project_.read(file);
    ASSERT_NE(text.find(piece), std::string::npos) << piece;
    project_.write(file, text.replace(text.find(piece), piece.size(), instead));
  }
  /// With SQLite in place of DuckDB, so that this test can look into it.
  void init_archives() const {
    init("cms-archives", "weir-sandbox --s3-archives example-bucket");
    replace("weir.yaml", "type: duckdb", "type: sqlite");
    replace("weir.yaml", "warehouse.duckdb", "w.db");
  }
  void expect_ok(const std::vector<std::string>& arguments) const {
    const auto ended = project_.weir(arguments);
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
  }
  std::string query(const std::string& sql) const { return project_.query("w.db", sql); }
  std::size_t count(const std::string& text) const {
    std::size_t found = 0;
    for (const auto& request : sandbox_->requests())
      found += request.find(text) != std::string::npos ? 1U : 0U;
    return found;
  }

  io::SystemClock clock_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  support::TestProject project_;
};

TEST_F(SandboxS3Projects, load_an_archive_once_and_file_it) {
  init_archives();
  expect_ok({"check"});
  expect_ok({"preview", "cms_archives"});
  expect_ok({"run"});
  EXPECT_EQ(query("SELECT (SELECT count(*) FROM cms_group), (SELECT count(*) FROM user_group), "
                  "(SELECT count(*) FROM user_activity), (SELECT count(*) FROM user_status)"),
            "8|250|2000|250\n");
  EXPECT_EQ(
      query(
          "SELECT group_concat(id || ' ' || name, ', ') FROM cms_group WHERE id IN ('0002', '0004', '0006')"),
      "0002 Web, Mobile, 0004 \"Night\" desk, 0006 NA\n");
  EXPECT_EQ(
      query("SELECT DISTINCT group_name FROM user_activity WHERE memo LIKE '%First - Second tier - by%'"),
      "First - Second tier\n");
  EXPECT_EQ(query("SELECT count(*) FROM user_activity WHERE memo LIKE 'Page %' || char(10) || 'of \"%'"),
            "545\n");
  EXPECT_EQ(count("PUT /example-bucket/processed/good/client/cmslite_gdx/cms-analytics-csv."), 1U);
  expect_ok({"run"});
  EXPECT_EQ(count("PUT /example-bucket/processed/good/"), 1U);
}

TEST_F(SandboxS3Projects, load_it_although_the_storage_stumbles) {
  init_archives();
  using sandbox::FaultAction;
  sandbox_->faults().add({.match = "list-type=2", .status = 503});
  sandbox_->faults().add({.method = "GET", .match = ".tgz", .action = FaultAction::Cut, .after_bytes = 1000});
  sandbox_->faults().add({.method = "PUT",
                          .match = "processed/good",
                          .action = FaultAction::InnerError,
                          .reason = "InternalError"});
  expect_ok({"run"});
  EXPECT_EQ(query("SELECT count(*) FROM user_activity"), "2000\n");
  EXPECT_EQ(count("PUT /example-bucket/processed/good/"), 2U);
}

TEST_F(SandboxS3Projects, write_tables_of_a_looker_as_text_and_as_parquet) {
  init("looker-database", "weir-sandbox --s3-bucket example-bucket");
  expect_ok({"check"});
  expect_ok({"run"});
  const std::size_t days = count("/client/looker_dashboards/user.");
  EXPECT_GE(days, 2U) << "from three days ago to the last midnight in Vancouver";
  for (const char* table : {"dashboard.", "history.", "looker_user_facts."}) {
    EXPECT_EQ(count(std::string("/client/looker_dashboards/") + table), days) << table;
  }
  EXPECT_GE(count("PUT /example-bucket/looker/history/start--"), 1U);
  const auto asked = sandbox_->requests().size();
  expect_ok({"run", "looker_tables"});
  EXPECT_EQ(count("/client/looker_dashboards/user."), days) << "each day is loaded once";
  EXPECT_LT(asked, sandbox_->requests().size());
}

}  // namespace
}  // namespace weir::integration
