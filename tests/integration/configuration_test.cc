// SPDX-License-Identifier: Apache-2.0
// Mistakes in a project's files: all are told at once, each with its place and what was meant.
#include <gtest/gtest.h>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using support::TestProject;

constexpr const char* kProject =
    "connections:\n  logs: {type: files}\n  warehouse: {type: sqlite, path: usage.db}\n";

std::string problems_of(const std::string& pipeline) {
  const TestProject project;
  project.write("weir.yaml", kProject);
  project.write("pipelines/p.yaml", pipeline);
  const auto ended = project.weir({"check"});
  EXPECT_EQ(ended.exit_code, 2) << ended.output;
  return ended.output;
}

TEST(Configuration, all_mistakes_are_told_at_once_with_their_places) {
  const auto told = problems_of(
      "pipeline: p\n"
      "partitions: {every: dayly, column: t}\n"
      "source: {connection: logs, path: '{{ partition.dat }}.csv', formt: csv}\n"
      "transforms:\n"
      "  - cast: {t: {type: timestamp, timezone: America/Vancuver}}\n"
      "  - renam: {a: b}\n"
      "destination: {connection: warehouse, table: rows, kye: [id]}\n");
  EXPECT_NE(told.find("p.yaml:2:21"), std::string::npos) << told;
  EXPECT_NE(told.find("p.yaml:3"), std::string::npos) << told;
  EXPECT_NE(told.find("did you mean 'format'"), std::string::npos) << told;
  EXPECT_NE(told.find("America/Vancouver"), std::string::npos) << told;
  EXPECT_NE(told.find("did you mean 'rename'"), std::string::npos) << told;
  EXPECT_NE(told.find("did you mean 'key'"), std::string::npos) << told;
}

TEST(Configuration, an_unknown_placeholder_is_found_without_any_input) {
  const auto told = problems_of(
      "pipeline: p\nsource: {connection: logs, path: '{{ partition.dat }}.csv'}\n"
      "destination: {connection: warehouse, table: rows}\n");
  EXPECT_NE(told.find("p.yaml:2:34"), std::string::npos) << told;
  EXPECT_NE(told.find("partition.date"), std::string::npos) << told;
}

TEST(Configuration, a_file_that_is_no_yaml_is_named_although_it_is_the_only_one) {
  const auto told = problems_of("pipeline: p\n  bad:\n indent");
  EXPECT_NE(told.find("pipelines/p.yaml:2"), std::string::npos) << told;
}

TEST(Configuration, replace_with_partitions_is_refused_because_only_the_last_would_stay) {
  const auto told = problems_of(
      "pipeline: p\npartitions: day\nsource: {connection: logs, path: a.jsonl}\n"
      "destination: {connection: warehouse, table: rows, write: replace}\n");
  EXPECT_NE(told.find("replace_partition"), std::string::npos) << told;
}

TEST(Configuration, a_backfill_does_not_prove_the_future_empty) {
  const TestProject project;
  project.write("weir.yaml", kProject);
  project.write(
      "pipelines/p.yaml",
      "pipeline: p\npartitions: day\nsource: {connection: logs, path: '{{ partition.date }}.jsonl'}\n"
      "destination: {connection: warehouse, table: rows}\n");
  const auto ended = project.weir({"backfill", "p", "--from", "2024-05-01", "--to", "2999-01-01"});
  EXPECT_EQ(ended.exit_code, 2) << ended.output;
  EXPECT_NE(ended.output.find("has not begun"), std::string::npos) << ended.output;
}

TEST(Configuration, a_folder_that_is_missing_is_no_empty_partition) {
  const TestProject project;
  project.write(
      "weir.yaml",
      "connections:\n  logs: {type: files, folder: no-such}\n  warehouse: {type: sqlite, path: usage.db}\n");
  project.write(
      "pipelines/p.yaml",
      "pipeline: p\npartitions: day\nsource: {connection: logs, path: '{{ partition.date }}.jsonl'}\n"
      "destination: {connection: warehouse, table: rows}\n");
  const auto ended = project.weir({"run", "p", "--partition", "2024-05-01"});
  EXPECT_NE(ended.exit_code, 0) << ended.output;
  EXPECT_NE(ended.output.find("no-such"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace weir
