// SPDX-License-Identifier: Apache-2.0
// The real program writing into a bucket of a real S3 server, and killed while it does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/s3_server.h"
#include "tests/support/test_project.h"

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr int kRows = 20000;

class BucketDestination : public ::testing::Test {
 protected:
  BucketDestination() {
    std::string lines = "id,name\n";
    for (int i = 0; i < kRows; ++i) lines += fmt::format("{},\"name, {}\"\n", i, i);
    project_.write("people.csv", lines);
    project_.write("weir.yaml", fmt::format("connections:\n"
                                            "  drop: {{type: files}}\n"
                                            "  lake: {{type: s3, bucket: {}}}\n",
                                            bucket_.name()));
    project_.write(
        "pipelines/people.yaml",
        "pipeline: people\n"
        "source: {connection: drop, path: people.csv, format: csv, columns: {id: integer}}\n"
        "destination: {connection: lake, folder: lake, table: people, write: replace, format: csv}\n");
    expected_ = lines;
  }
  support::TestProject::Variables variables() const {
    return {{"AWS_ACCESS_KEY_ID", support::S3Server::kAccessKey},
            {"AWS_SECRET_ACCESS_KEY", support::S3Server::kSecret},
            {"AWS_REGION", support::S3Server::kRegion},
            {"AWS_ENDPOINT_URL_S3", bucket_.server().endpoint()}};
  }
  std::string objects(const std::string& prefix) {
    std::string all;
    for (const auto& object : *io::list_all(bucket_.store(), prefix)) {
      all += *bucket_.store().read(object.key, {0, object.size}, "");
    }
    return all;
  }

  support::S3Bucket bucket_;
  support::TestProject project_;
  std::string expected_;
};

TEST_F(BucketDestination, holds_a_table_once_however_often_it_is_loaded) {
  const auto first = project_.weir({"run", "people"}, variables());
  ASSERT_EQ(first.exit_code, 0) << first.output;
  EXPECT_TRUE(objects("lake/people/") == expected_);
  const auto again = project_.weir({"run", "people", "--rerun"}, variables());
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_TRUE(objects("lake/people/") == expected_);
  EXPECT_EQ(objects("lake/_weir/staging/"), "");
}

TEST_F(BucketDestination, holds_a_table_once_after_runs_that_were_killed) {
  for (int wait = 50; wait < 1000; wait += 125) {
    project_.wait(project_.start({"run", "people", "--rerun"}, variables()), milliseconds(wait));
  }
  const auto ended = project_.weir({"run", "people", "--rerun"}, variables());
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_TRUE(objects("lake/people/") == expected_);
  EXPECT_EQ(objects("lake/_weir/staging/"), "");
  EXPECT_EQ(bucket_.unfinished_uploads(), "");
}

}  // namespace
}  // namespace weir
