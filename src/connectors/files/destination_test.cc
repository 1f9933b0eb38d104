// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "connectors/files/destination_fixture.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;
using conformance::day;
using conformance::Row;
using conformance::schema_of;
using conformance::TestRows;
using conformance::whole;
using model::WriteMode;

TEST_F(FilesDestinationTest, puts_each_partition_into_a_file_of_its_table) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/a"}}).ok());
  ASSERT_TRUE(load(request("2", day("2022-01-25")), {{"2", "/b"}, {"3", std::nullopt}}).ok());
  EXPECT_EQ(files(), "visits/2022-01-24.csv visits/2022-01-25.csv");
  EXPECT_EQ(text("visits/2022-01-25.csv"), "id,page\n2,/b\n3,\n");
}

TEST_F(FilesDestinationTest, gives_every_append_a_file_of_its_own) {
  options_.path = "{{ table }}/{{ partition.year }}/day-{{ partition.date }}.part.csv";
  ASSERT_TRUE(load(request("1", day("2022-01-24"), WriteMode::Append), {{"1", "/a"}}).ok());
  ASSERT_TRUE(load(request("2", day("2022-01-24"), WriteMode::Append), {{"2", "/b"}}).ok());
  EXPECT_EQ(files(), "visits/2022/day-2022-01-24-1.part.csv visits/2022/day-2022-01-24-2.part.csv");
}

TEST_F(FilesDestinationTest, removes_the_files_of_a_replaced_table) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/a"}}).ok());
  ASSERT_TRUE(load(request("2", day("2022-01-25")), {{"2", "/b"}}).ok());
  ASSERT_TRUE(load(request("3", day("2022-01-25"), WriteMode::Replace), {{"3", "/c"}}).ok());
  EXPECT_EQ(files(), "visits/2022-01-25.csv");
  EXPECT_EQ(text("visits/2022-01-25.csv"), "id,page\n3,/c\n");
}

TEST_F(FilesDestinationTest, leaves_a_file_without_rows_where_that_is_asked_for) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {}).ok());
  EXPECT_EQ(files(), "");
  options_.without_rows = WithoutRows::File;
  ASSERT_TRUE(load(request("2", day("2022-01-24")), {}).ok());
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n");
  options_.csv.header = false;
  EXPECT_FALSE(make_files_destination(options_, folder_).ok());
}

TEST_F(FilesDestinationTest, keeps_a_manifest_of_the_files_of_a_partition) {
  options_.manifest = Manifest::Redshift;
  const auto manifest = [&] {
    auto all = text("_weir/manifests/visits/2022-01-24.manifest");
    std::erase_if(all, [](char c) { return c == ' ' || c == '\n'; });
    return all;
  };
  const auto listed = [&](const std::string& file, int bytes) {
    return fmt::format(R"({{"url":"{}","mandatory":true,"meta":{{"content_length":{}}}}})",
                       (folder_ / "out" / file).string(), bytes);
  };
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/a"}}).ok());
  EXPECT_EQ(manifest(), R"({"entries":[)" + listed("visits/2022-01-24.csv", 13) + "]}");
  ASSERT_TRUE(load(request("2", day("2022-01-24"), WriteMode::Append), {{"22", "/b"}}).ok());
  EXPECT_EQ(manifest(), R"({"entries":[)" + listed("visits/2022-01-24.csv", 13) + "," +
                            listed("visits/2022-01-24-2.csv", 14) + "]}");
  ASSERT_TRUE(load(request("3", day("2022-01-24")), {}).ok());
  EXPECT_EQ(manifest(), R"({"entries":[]})");
  const auto replaced = load(request("4", day("2022-01-24"), WriteMode::Replace), {{"1", "/a"}});
  ASSERT_FALSE(replaced.ok());
  EXPECT_EQ(replaced.error().code(), ErrorCode::InvalidConfig);
}

TEST_F(FilesDestinationTest, leaves_nothing_staged_behind) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/a"}}).ok());
  EXPECT_TRUE(fs::is_empty(folder_ / "out/_weir/staging"));
  EXPECT_TRUE(fs::is_empty(folder_ / "out/_weir/publishing"));
}

TEST_F(FilesDestinationTest, removes_what_a_killed_load_had_staged) {
  fs::create_directories(folder_ / "out/_weir/staging/killed");
  std::ofstream(folder_ / "out/_weir/staging/killed/0.part") << "half a fi";
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/a"}}).ok());
  EXPECT_FALSE(fs::exists(folder_ / "out/_weir/staging/killed"));
}

TEST_F(FilesDestinationTest, keeps_what_another_process_is_staging) {
  auto destination = open();
  const auto other = destination->begin(request("1", day("2022-01-24")));
  ASSERT_TRUE(other.ok());
  const TestRows rows(visits(), {{"1", "/a"}});
  ASSERT_TRUE((*other)->write(0, rows.view()).ok());
  ASSERT_TRUE(load(request("2", day("2022-01-25")), {{"2", "/b"}}).ok());
  ASSERT_TRUE((*other)->publish({entry(request("1", day("2022-01-24")))}).ok());
  EXPECT_EQ(files(), "visits/2022-01-24.csv visits/2022-01-25.csv");
}

TEST_F(FilesDestinationTest, does_not_begin_a_load_that_is_under_way) {
  auto destination = open();
  const auto first = destination->begin(request("1", day("2022-01-24")));
  ASSERT_TRUE(first.ok());
  const auto second = destination->begin(request("1", day("2022-01-24")));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
}

TEST_F(FilesDestinationTest, does_not_touch_a_file_that_it_did_not_write) {
  fs::create_directories(folder_ / "out/visits");
  std::ofstream(folder_ / "out/visits/2022-01-24.csv") << "mine\n";
  const auto loaded = load(request("1", day("2022-01-24")), {{"1", "/a"}});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::Conflict);
  EXPECT_EQ(text("visits/2022-01-24.csv"), "mine\n");
}

TEST_F(FilesDestinationTest, says_when_partitions_would_overwrite_each_other) {
  options_.path = "{{ table }}.csv";
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/a"}}).ok());
  const auto loaded = load(request("2", day("2022-01-25")), {{"2", "/b"}});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::InvalidConfig);
  EXPECT_NE(loaded.error().message().find("{{ partition.key }}"), std::string::npos)
      << loaded.error().message();
  EXPECT_EQ(text("visits.csv"), "id,page\n1,/a\n");
}

TEST_F(FilesDestinationTest, stays_inside_its_folder) {
  for (const std::string path : {"../{{ table }}.csv", "/tmp/{{ table }}.csv", "_weir/{{ table }}.csv",
                                 "./_weir/{{ table }}.csv", "a/../_weir/{{ table }}.csv", "{{ table }}/"}) {
    options_.path = path;
    const auto loaded = load(request("1", whole()), {{"1", "/a"}});
    ASSERT_FALSE(loaded.ok()) << path;
    EXPECT_EQ(loaded.error().code(), ErrorCode::InvalidConfig) << path;
  }
}

TEST_F(FilesDestinationTest, refuses_a_row_that_would_be_an_empty_line) {
  auto destination = open();
  sdk::LoadRequest words{"1", "usage", whole(), {{.table = "words", .schema = schema_of("word text")}}};
  auto begun = destination->begin(words);
  ASSERT_TRUE(begun.ok());
  const TestRows rows(words.tables[0].schema, {{"a"}, {std::nullopt}, {""}});
  const auto outcome = (*begun)->write(0, rows.view());
  ASSERT_TRUE(outcome.ok());
  ASSERT_EQ(outcome->refused.size(), 1U);
  EXPECT_EQ(outcome->refused[0].row, 1U);
  ASSERT_TRUE((*begun)->publish({entry(words)}).ok());
  EXPECT_EQ(text("words/all-1.csv"), "word\na\n\"\"\n");
}

TEST_F(FilesDestinationTest, notices_that_a_file_to_merge_with_was_changed) {
  auto merge = request("1", whole(), WriteMode::Merge);
  merge.tables[0].key = {"id"};
  ASSERT_TRUE(load(merge, {{"1", "/a"}}).ok());
  std::ofstream(folder_ / "out/visits/all.csv", std::ios::app) << "7,/by hand\n";
  merge.load_id = "2";
  const auto loaded = load(merge, {{"2", "/b"}});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::DataMismatch);
}

TEST_F(FilesDestinationTest, does_not_lose_rows_to_a_merge_side_by_side) {
  auto first = request("1", whole(), WriteMode::Merge);
  first.tables[0].key = {"id"};
  auto second = first;
  second.load_id = "2";
  auto destination = open();
  auto one = destination->begin(first);
  auto two = destination->begin(second);
  ASSERT_TRUE(one.ok() && two.ok());
  const TestRows a(visits(), {{"1", "/a"}});
  const TestRows b(visits(), {{"2", "/b"}});
  ASSERT_TRUE((*one)->write(0, a.view()).ok());
  ASSERT_TRUE((*two)->write(0, b.view()).ok());
  ASSERT_TRUE((*one)->publish({entry(first)}).ok());
  const auto published = (*two)->publish({entry(second)});
  ASSERT_FALSE(published.ok());
  EXPECT_EQ(published.error().code(), ErrorCode::Conflict);
  EXPECT_EQ(text("visits/all.csv"), "id,page\n1,/a\n");
}

TEST_F(FilesDestinationTest, says_that_the_disk_is_full_and_publishes_nothing) {
  ASSERT_TRUE(load(request("1", day("2022-01-24")), {{"1", "/a"}}).ok());
  // A limit on file sizes stands for the disk that is full: the child's write fails half-way.
  const auto child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::vector<Row> rows(100'000, {"1", "/a rather long page name to fill the file"});
    ::_exit(load(request("2", day("2022-01-24")), rows).ok() ? 0 : 7);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(files(), "visits/2022-01-24.csv");
  EXPECT_EQ(text("visits/2022-01-24.csv"), "id,page\n1,/a\n");
  EXPECT_TRUE(fs::is_empty(folder_ / "out/_weir/staging"));
}

TEST_F(FilesDestinationTest, shows_how_to_query_a_table) {
  EXPECT_EQ(open()->query_hint("my visits"),
            "duckdb -c \"FROM '" + (folder_ / "out").string() + "/my visits/*.csv'\"");
  options_.path = "{{ partition.year }}/{{ table }}-{{ load }}.csv";
  EXPECT_EQ(open()->query_hint("visits"),
            "duckdb -c \"FROM '" + (folder_ / "out").string() + "/*/visits-*.csv'\"");
}

TEST(FilesDestinationOptions, are_read_with_their_defaults) {
  config::Diagnostics diagnostics;
  const auto node = config::parse_yaml("folder: out\nformat: jsonl\ncompression: gzip\ncsv: {delimiter: ';'}",
                                       "x.yaml", diagnostics);
  const auto options = destination_spec("files", "", "").read(*node, diagnostics);
  ASSERT_TRUE(diagnostics.ok()) << diagnostics.to_string();
  EXPECT_EQ(options.extension(), ".jsonl.gz");
  EXPECT_EQ(options.csv.delimiter, ";");
  EXPECT_TRUE(options.csv.header);
}

TEST(FilesDestinationOptions, refuse_a_delimiter_that_values_hold) {
  FilesDestinationOptions options;
  options.folder = "out";
  options.csv.delimiter = "||";
  const auto made = make_files_destination(options, "/project");
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.error().message().find("'||'"), std::string::npos);
}

}  // namespace
}  // namespace weir::files
