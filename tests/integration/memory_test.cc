// SPDX-License-Identifier: Apache-2.0
// What runs side by side shares the memory of the project, and nothing else; and how much there is to
// load does not matter.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

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

class ArchiveMemory : public testing::Test {
 protected:
  ArchiveMemory() {
    project_.write("weir.yaml", "connections:\n  drop: {type: files}\n  out: {type: files, folder: out}\n");
    project_.write("pipelines/p.yaml",
                   "pipeline: p\npartitions: {every: object}\n"
                   "source: {connection: drop, path: in/, format: csv}\n"
                   "tables:\n"
                   "  - {table: first, source: {entry: \"first.*\", columns: {id: integer, note: text}}}\n"
                   "  - {table: second, source: {entry: \"second.*\", columns: {id: integer, note: text}},\n"
                   "     transforms: [{add: {size: length(note)}}]}\n"
                   "destination: {connection: out, write: append, format: csv}\n");
  }
  /// Puts an archive of two files with so many rows of half a kilobyte each there.
  void drop(const std::string& name, int rows) const {
    project_.write("made/first.csv", "id,note\n");
    project_.write("made/second.csv", "id,note\n");
    std::ofstream first(project_.path("made/first.csv"), std::ios::app);
    std::ofstream second(project_.path("made/second.csv"), std::ios::app);
    std::uint64_t scattered = 1;
    // A child begins with the memory of its parent, so nothing is allocated for a row.
    std::string note;
    for (int row = 0; row < rows; ++row) {
      note.clear();
      while (note.size() < 500)
        fmt::format_to(std::back_inserter(note), "{:016x} ", scattered *= 0x9E3779B97F4A7C15ULL);
      (row % 2 == 0 ? first : second) << row << ',' << note << '\n';
    }
    first.close();
    second.close();
    project_.write("in/placeholder", "");
    const auto command = fmt::format("tar -C {0}/made -cf - . | gzip -1 >{0}/in/{1} && rm {0}/in/placeholder",
                                     project_.path("").string(), name);
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  /// The most memory that a run takes, in MiB.
  long run() const {
    // What the sanitizer keeps of freed memory would grow by itself.
    const auto process = project_.start({"run"}, {{"ASAN_OPTIONS", "quarantine_size_mb=1"}});
    int status = 0;
    rusage usage{};
    EXPECT_EQ(::wait4(process, &status, 0, &usage), process);
    EXPECT_EQ(status, 0) << project_.read("output.txt");
    return usage.ru_maxrss / 1024;
  }

  TestProject project_;
};

TEST_F(ArchiveMemory, X_6_does_not_grow_with_the_archive) {
  drop("1.tgz", 30'000);
  const auto small = run();
  drop("2.tgz", 150'000);
  const auto large = run();
  EXPECT_LT(large, small + 28) << "61 MB more were read";
  EXPECT_LT(large, 512);
  std::size_t written = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(project_.path("out")))
    written += file.is_regular_file() ? file.file_size() : 0;
  EXPECT_GT(written, 75'000'000U);
}

}  // namespace
}  // namespace weir
