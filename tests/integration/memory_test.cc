// SPDX-License-Identifier: Apache-2.0
// What runs side by side shares the memory of the project, and nothing else.
#include <gtest/gtest.h>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::TestProject;

class Memory : public testing::Test {
 protected:
  void SetUp() override {
    project_.write("weir.yaml",
                   "memory: 384 MiB\n"
                   "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: warehouse.db}\n");
    // The engine itself says what it was given.
    project_.write("pipelines/p.yaml",
                   "pipeline: p\npartitions: {every: day, from: 2024-05-01}\n"
                   "source: {connection: logs, path: \"{{ partition.date }}.csv\", columns: {id: integer}}\n"
                   "transforms:\n  - sql: {query: \"SELECT id, current_setting('memory_limit') AS memory, "
                   "current_setting('temp_directory') AS spill FROM input\"}\n"
                   "destination: {connection: warehouse, table: rows, write: append}\n");
    for (const auto* day : {"2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04"})
      project_.write(std::string(day) + ".csv", "id\n1\n");
  }
  std::string memory_with_jobs(const std::string& jobs) const {
    const auto ended =
        project_.weir({"backfill", "p", "--from", "2024-05-01", "--to", "2024-05-04", "--jobs", jobs});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return project_.query("warehouse.db", "SELECT DISTINCT memory, count(*) FROM rows");
  }

  TestProject project_;
};

TEST_F(Memory, of_one_job_is_a_third_of_the_projects_for_the_engine) {
  EXPECT_EQ(memory_with_jobs("1"), "128.0 MiB|4\n");
}

TEST_F(Memory, is_shared_by_jobs) {
  EXPECT_EQ(memory_with_jobs("4"), "32.0 MiB|4\n");
  // The engines' folders lie in the project's own, and go with them.
  EXPECT_EQ(
      project_.query("warehouse.db", "SELECT count(*) FROM rows WHERE spill NOT LIKE '%/.weir/spill-%'"),
      "0\n");
}

TEST_F(Memory, that_is_too_small_for_a_sort_is_helped_out_by_the_disk) {
  project_.write("weir.yaml",
                 "memory: 384 MiB\n"
                 "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: warehouse.db}\n");
  project_.write(
      "pipelines/p.yaml",
      "pipeline: p\npartitions: {every: day, from: 2024-05-01}\n"
      "source: {connection: logs, path: \"{{ partition.date }}.csv\", columns: {id: integer}}\n"
      "transforms:\n  - sql: {query: \"SELECT id, text FROM (SELECT n AS id, repeat(md5(n::VARCHAR), "
      "20) AS text FROM input, range(250000) AS r(n) ORDER BY text) LIMIT 240000\"}\n"
      "destination: {connection: warehouse, table: rows, write: append}\n");
  const auto ended = project_.weir({"run", "p", "--partition", "2024-05-01"});
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_EQ(project_.query("warehouse.db", "SELECT count(DISTINCT id) FROM rows"), "240000\n");
  for (const auto& left : std::filesystem::directory_iterator(project_.path(".weir")))
    EXPECT_FALSE(left.path().filename().string().starts_with("spill")) << left.path();
}

}  // namespace
}  // namespace weir
