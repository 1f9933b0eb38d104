// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "formats/testing.h"

namespace weir::files {
namespace {

class FilesSource : public testing::Test {
 protected:
  FilesSource() {
    std::string folder = testing::TempDir() + "weir_files_XXXXXX";
    folder_ = ::mkdtemp(folder.data());
  }
  ~FilesSource() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) {
    const std::filesystem::path path = folder_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  std::unique_ptr<sdk::Source> source(FilesSourceOptions options) {
    auto made = make_source(options, {}, make_local_place(folder_));
    EXPECT_TRUE(made.ok()) << made.error().to_string();
    return *std::move(made);
  }
  std::unique_ptr<sdk::Source> source(std::vector<std::string> path) {
    FilesSourceOptions options;
    options.path = std::move(path);
    return source(options);
  }

  static std::string names(sdk::Source& source, const model::Partition& partition) {
    const auto inputs = source.inputs(partition);
    if (!inputs.ok()) return inputs.error().to_string();
    std::string out;
    for (const auto& input : *inputs) out += input.name + " ";
    return out;
  }

  /// Everything that reading gives, as text.
  static std::string read(sdk::Source& source, const model::Partition& partition = all()) {
    const auto inputs = source.inputs(partition);
    if (!inputs.ok()) return inputs.error().to_string();
    auto extraction = source.open(partition, *inputs);
    return extraction.ok() ? drain(**extraction) : extraction.error().to_string();
  }

  static std::string drain(sdk::Extraction& extraction) {
    std::string out = "(" + model::to_string(extraction.schema(0)) + ")\n";
    while (true) {
      auto block = extraction.next();
      if (!block.ok()) return out + block.error().to_string();
      if (!*block) break;
      model::Batch rows(extraction.schema(0));
      std::vector<sdk::Reject> rejects;
      if (auto done = (*block)->decode(rows, rejects); !done.ok()) return out + done.error().to_string();
      out += formats::show_rows(rows);
      for (const auto& r : rejects)
        out += fmt::format("{}:{}@{} [{}] {}\n", r.input, r.line, r.offset, r.bytes, r.reason);
    }
    for (const auto& warning : extraction.warnings()) out += "warning: " + warning + "\n";
    return out;
  }

  static model::Partition all() { return {"all", std::nullopt}; }
  static model::Partition day(std::string_view date) {
    return *model::parse_partition(model::Every::Day, date);
  }

  std::string folder_;
};

TEST_F(FilesSource, reads_the_file_of_each_partition) {
  write("logs/2022-01-24.jsonl", "{\"a\":1}\n");
  write("logs/2022-01-25.jsonl", "{\"a\":2}\n{\"a\":3}");
  const auto logs = source({"logs/{{ partition.date }}.jsonl"});
  EXPECT_TRUE(logs->partitions_inputs());
  EXPECT_EQ(read(*logs, day("2022-01-24")), "(a integer)\n1\n");
  EXPECT_EQ(read(*logs, day("2022-01-25")), "(a integer)\n2\n3\n");
  EXPECT_EQ(read(*logs, day("2022-01-26")), "()\n");
  EXPECT_EQ(to_string(**logs->earliest()), "2022-01-24T00:00:00Z");
}

TEST_F(FilesSource, sorts_the_inputs_of_several_patterns_by_name) {
  write("b.jsonl", "{}");
  write("a1.jsonl", "{}");
  write("a2.jsonl", "{}");
  EXPECT_EQ(names(*source({"b.jsonl", "a*.jsonl", "a2.jsonl"}), all()), "a1.jsonl a2.jsonl b.jsonl ");
  EXPECT_FALSE(source({"a*.jsonl"})->partitions_inputs());
}

TEST_F(FilesSource, takes_a_partition_without_files_as_empty_or_as_a_failure) {
  FilesSourceOptions options;
  options.path = {"{{ partition.date }}.jsonl"};
  EXPECT_EQ(names(*source(options), day("2022-01-24")), "");
  options.on_missing = OnMissing::Fail;
  EXPECT_EQ(names(*source(options), day("2022-01-24")), "no file matches 2022-01-24.jsonl in " + folder_ +
                                                            "; bring the files, or set `on_missing: empty`");
}

TEST_F(FilesSource, names_the_file_line_and_bytes_of_a_row_that_cannot_be_read) {
  write("x.jsonl", "{\"t\": \"a\"}\n{\"t\": cut\n{\"t\": \"b\"}\n");
  EXPECT_EQ(read(*source({"x.jsonl"})),
            "(t text)\na\nb\nx.jsonl:2@11 [{\"t\": cut] not JSON: expected a value at byte 7\n");
}

TEST_F(FilesSource, lets_declared_types_win_and_warns_of_unknown_fields) {
  write("1.jsonl", "{\"at\": \"2022-01-24T01:02:03Z\", \"n\": 1}\n");
  write("2.jsonl", "{\"at\": \"2022-01-25\", \"late\": 1}\n{\"late\": 2}\n");
  FilesSourceOptions options;
  options.path = {"*.jsonl"};
  options.columns = {{"at", "timestamp"}, {"extra", "text"}};
  EXPECT_EQ(
      read(*source(options)),
      "(at timestamp, n integer, extra text)\n2022-01-24T01:02:03Z|1|NULL\n2022-01-25T00:00:00Z|NULL|NULL\n"
      "NULL|NULL|NULL\nwarning: 2 rows have the field \"late\", which is not a column\n");
}

TEST_F(FilesSource, fails_with_conflict_when_a_file_changed_after_it_was_listed) {
  write("x.jsonl", "{\"a\":1}\n");
  const auto files = source({"x.jsonl"});
  const auto inputs = files->inputs(all());
  write("x.jsonl", "{\"a\":1}\n{\"a\":2}\n");
  const auto opened = files->open(all(), *inputs);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::Conflict);
  EXPECT_EQ(opened.error().message(), "x.jsonl changed since it was listed; run again");
}

TEST_F(FilesSource, refuses_folders_and_missing_or_unreadable_places) {
  write("logs/a.jsonl", "{}");
  EXPECT_EQ(names(*source({"log*"}), all()),
            folder_ + "/logs is a folder, not a file; end the source's path with a pattern such as " +
                folder_ + "/logs/*");
  const auto checked = source({"nowhere/{{ partition.date }}.jsonl"})->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::NotFound);
  EXPECT_EQ(checked.error().message(),
            "the folder " + folder_ +
                "/nowhere of the path nowhere/{{ partition.date }}.jsonl does not exist; make it, "
                "or correct `folder` of the connection or the path");
  EXPECT_TRUE(source({"logs/{{ partition.date }}.jsonl"})->check().ok());
}

TEST_F(FilesSource, says_which_grant_is_missing_for_an_unreadable_file) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  write("x.jsonl", "{}");
  ::chmod((folder_ + "/x.jsonl").c_str(), 0);
  const auto checked = source({"x.jsonl"})->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::PermissionDenied);
}

TEST_F(FilesSource, hashes_the_bytes_as_stored) {
  write("1.jsonl", "{\"a\":1}\n");
  write("2.jsonl", "{\"a\":1}\n");
  write("3.jsonl", "{\"a\":2}\n");
  const auto hash = [&](const std::string& path) {
    const auto files = source({path});
    auto extraction = files->open(all(), *files->inputs(all()));
    drain(**extraction);
    EXPECT_EQ((*extraction)->bytes_read(), (*extraction)->bytes_total());
    return (*extraction)->content_hash();
  };
  EXPECT_EQ(hash("1.jsonl"), hash("2.jsonl"));
  EXPECT_NE(hash("1.jsonl"), hash("3.jsonl"));
  EXPECT_NE(hash("1.jsonl"), hash("[12].jsonl"));
}

TEST_F(FilesSource, replays_rows_from_their_kept_bytes_also_when_the_file_is_gone) {
  const auto files = source({"x.jsonl"});
  const auto replay = [&] {
    auto extraction =
        files->replay(all(), {{"x.jsonl", 7, 100, "was bad", "{\"a\": 5}"}, {"x.jsonl", 9, 120, "bad", "{"}});
    return extraction.ok() ? drain(**extraction) : extraction.error().to_string();
  };
  const auto expected =
      "(a integer)\n5\nx.jsonl:9@120 [{] not JSON: the line ends where a key or } is expected\n";
  EXPECT_EQ(replay(), expected);
  write("x.jsonl", "{\"a\":1}\n");
  EXPECT_EQ(replay(), expected);
}

TEST_F(FilesSource, refuses_to_replay_rows_of_parquet_files) {
  const auto replayed = source({"x.parquet"})->replay(all(), {{"x.parquet", 0, 7, "was refused", ""}});
  ASSERT_FALSE(replayed.ok());
  EXPECT_EQ(replayed.error().code(), ErrorCode::Unsupported);
  EXPECT_EQ(replayed.error().message(), "rows of parquet files cannot be replayed; run the partition again");
}

TEST_F(FilesSource, wants_a_format_when_the_name_does_not_tell) {
  write("x.data", "{}");
  EXPECT_EQ(read(*source({"x.data"})),
            "the name x.data does not tell the format; set `format` to jsonl, csv, access_log, s3_access_log "
            "or parquet");
}

TEST_F(FilesSource, tells_the_format_by_the_file_that_a_wildcard_finds_also_when_it_checks) {
  write("b.csv.gz", "");
  write("c.data", "");
  EXPECT_TRUE(source({"b.csv*"})->check().ok());
  EXPECT_TRUE(source({"*.csv.gz"})->check().ok());
  EXPECT_TRUE(source({"later-*"})->check().ok());
  EXPECT_EQ(source({"c*"})->check().error().message(),
            "the name c.data does not tell the format; set `format` to jsonl, csv, access_log, s3_access_log "
            "or parquet");
  EXPECT_FALSE(source({"c.data"})->check().ok());
}

TEST_F(FilesSource, refuses_unknown_types_and_formats_with_a_suggestion) {
  FilesSourceOptions options;
  options.path = {"x.jsonl"};
  options.columns = {{"at", "timestmap"}};
  EXPECT_EQ(
      make_source(options, {}, make_local_place(folder_)).error().message(),
      "column at has the unknown type 'timestmap'; did you mean 'timestamp'? Otherwise use one of boolean, "
      "integer, double, text, json, blob, timestamp, date");
}

TEST_F(FilesSource, reads_only_the_asked_paths_of_nested_objects) {
  write("x.jsonl", "{\"http\": {\"ip\": \"8.8.8.8\", \"status\": \"200\"}}\n");
  FilesSourceOptions options;
  options.path = {"x.jsonl"};
  options.columns = {{"ip", "text"}, {"status", "integer"}};
  options.column_paths = {{"http", "ip"}, {"http", "status"}};
  EXPECT_EQ(read(*source(options)), "(ip text, status integer)\n8.8.8.8|200\n");
}

}  // namespace
}  // namespace weir::files
