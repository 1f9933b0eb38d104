// SPDX-License-Identifier: Apache-2.0
// The archive pipeline as anybody can try it: `weir init cms-archives --sandbox` and weir-sandbox.
#include <gtest/gtest.h>

#include "sandbox/sandbox.h"
#include "tests/support/test_project.h"

namespace weir::integration {
namespace {

class CmsArchivesSandbox : public testing::Test {
 protected:
  void SetUp() override {
    sandbox::Settings settings;
    settings.s3.archive_buckets = {"example-bucket"};
    auto started = sandbox::Sandbox::start(settings, clock_);
    ASSERT_TRUE(started.ok());
    sandbox_ = *std::move(started);
    const auto made = project_.weir({"init", "cms-archives", "--sandbox"});
    ASSERT_EQ(made.exit_code, 0) << made.output;
    EXPECT_NE(made.output.find("weir-sandbox --s3-archives example-bucket"), std::string::npos)
        << made.output;
    auto yaml = project_.read("weir.yaml");
    // SQLite in place of DuckDB, so that this test can look into it.
    for (const auto& [piece, instead] :
         std::map<std::string, std::string>{{"http://127.0.0.1:8086", sandbox_->url()},
                                            {"duckdb\n", "sqlite\n"},
                                            {"warehouse.duckdb", "w.db"}}) {
      ASSERT_NE(yaml.find(piece), std::string::npos) << piece;
      yaml.replace(yaml.find(piece), piece.size(), instead);
    }
    project_.write("weir.yaml", yaml);
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

TEST_F(CmsArchivesSandbox, loads_the_archive_once_and_files_it) {
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

TEST_F(CmsArchivesSandbox, loads_it_although_the_storage_stumbles) {
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

}  // namespace
}  // namespace weir::integration
