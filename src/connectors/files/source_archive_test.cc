// SPDX-License-Identifier: Apache-2.0
// Archives that fill several tables, from a folder and from a bucket. The names D_… are those of
// weaknesses that must not come back.
#include "connectors/files/source_fixture.h"
#include "formats/write_compressed.h"

namespace weir::files {
namespace {

using formats::tar_of;

std::string packed(const std::string& text) {
  WriteBuffer out;
  EXPECT_TRUE(formats::make_compressor(formats::OutputCompression::Gzip)->compress(text, out).ok());
  return std::string(out.view());
}

class ArchiveSource : public SourceOfPlace {
 protected:
  FilesSourceOptions options() const {
    FilesSourceOptions made;
    made.path = {"a.tgz"};
    made.format = "csv";
    made.csv.columns_by = formats::ColumnsBy::Position;
    return made;
  }
  static std::vector<TableOptions> tables() {
    TableOptions groups;
    groups.entry = "analytics_group.*";
    groups.columns = {{"id", "text"}, {"name", "text"}};
    TableOptions users;
    users.entry = "analytics_user.*";
    users.columns = {{"id", "text"}, {"active", "boolean"}};
    return {groups, users};
  }
  std::string read_archive(const std::vector<formats::ArchivedFile>& files) {
    put("a.tgz", packed(tar_of(files)));
    return read(*source(options(), tables()));
  }

  const formats::ArchivedFile groups_{"analytics_group.csv", "ID,NAME\n0007,\"Web, North\"\n"};
  const formats::ArchivedFile users_{"x/analytics_user.csv", "USER,ON\nu-1,True\nu-2,False\n"};
};

TEST_P(ArchiveSource, fills_each_table_from_its_entry) {
  EXPECT_EQ(read_archive({users_, {"._analytics_group.csv", "mac"}, groups_}),
            "1 (id text, active boolean)\nu-1|true\nu-2|false\n0 (id text, name text)\n0007|Web, North\n");
}

TEST_P(ArchiveSource, takes_zip_and_tells_it_by_the_name) {
  put("a.zip", formats::zip_of({groups_, users_}));
  auto zipped = options();
  zipped.path = {"*.zip"};
  EXPECT_EQ(read(*source(zipped, tables())),
            "0 (id text, name text)\n0007|Web, North\n1 (id text, active boolean)\nu-1|true\nu-2|false\n");
}

TEST_P(ArchiveSource, finds_columns_by_name_in_a_first_pass) {
  auto by_name = tables();
  for (auto& table : by_name) table.csv = formats::CsvOptions{};
  by_name[0].columns = {{"ID", "text"}};
  by_name[1].columns = {};
  put("a.tgz", packed(tar_of({groups_, users_})));
  EXPECT_EQ(read(*source(options(), by_name)),
            "0 (ID text, NAME text)\n0007|Web, North\n1 (USER text, ON boolean)\nu-1|true\nu-2|false\n");
}

TEST_P(ArchiveSource, D_27_a_missing_entry_is_told) {
  EXPECT_NE(
      read_archive({users_}).find("a.tgz has no entry of the pattern 'analytics_group.*'; if that is right, "
                                  "set `optional: true`"),
      std::string::npos);
  auto optional = tables();
  optional[0].optional = true;
  EXPECT_EQ(read(*source(options(), optional)), "1 (id text, active boolean)\nu-1|true\nu-2|false\n");
}

TEST_P(ArchiveSource, tells_of_entries_that_no_table_asks_for) {
  const std::vector<formats::ArchivedFile> files{groups_, users_, {"new.csv", "x\n"}};
  EXPECT_NE(read_archive(files).find("warning: no table asks for a.tgz!new.csv, which was passed over\n"),
            std::string::npos);
  auto strict = options();
  strict.unknown_entries = UnknownEntries::Fail;
  EXPECT_NE(read(*source(strict, tables())).find("no table asks for a.tgz!new.csv; add one"),
            std::string::npos);
  strict.unknown_entries = UnknownEntries::Ignore;
  EXPECT_EQ(read(*source(strict, tables())).find("new.csv"), std::string::npos);
}

// D-13: a header alone is as bad as nothing, unless that is allowed.
TEST_P(ArchiveSource, D_13_a_file_without_rows_is_bad_unless_allowed) {
  EXPECT_NE(
      read_archive({{groups_.path, "ID,NAME\n"}, users_})
          .find(
              "a.tgz!analytics_group.csv has a header and no rows; if that is right, set `on_empty: header`"),
      std::string::npos);
  auto allowing = options();
  allowing.on_empty = OnEmpty::HeadOnly;
  EXPECT_EQ(read(*source(allowing, tables())), "1 (id text, active boolean)\nu-1|true\nu-2|false\n");
  for (const auto* text : {"", "\n", " ", "\r\n\n"}) {
    EXPECT_NE(read_archive({{groups_.path, text}, users_})
                  .find("a.tgz!analytics_group.csv is empty; if that is right, set `on_empty: empty`"),
              std::string::npos);
    EXPECT_NE(read(*source(allowing, tables())).find("is empty"), std::string::npos);
    auto all = options();
    all.on_empty = OnEmpty::Empty;
    EXPECT_EQ(read(*source(all, tables())), "1 (id text, active boolean)\nu-1|true\nu-2|false\n");
  }
}

TEST_P(ArchiveSource, D_12_names_archive_entry_and_line_of_a_row_with_a_wrong_width) {
  EXPECT_EQ(
      read_archive({{groups_.path, "ID,NAME\n1,a,surplus\n2,b\n"}, users_}),
      "0 (id text, name text)\n2|b\n0 a.tgz!analytics_group.csv:2 [1,a,surplus] expected 2 fields, got 3\n"
      "1 (id text, active boolean)\nu-1|true\nu-2|false\n");
}

TEST_P(ArchiveSource, D_17_refuses_an_archive_whose_entries_lead_out_of_it) {
  EXPECT_NE(
      read_archive({groups_, {"../../analytics_user.csv", "x"}}).find("leads out of the archive by '..'"),
      std::string::npos);
  EXPECT_NE(read_archive({groups_, {"link", "", '2'}, users_}).find("link is a link"), std::string::npos);
}

TEST_P(ArchiveSource, a_cut_archive_is_a_data_mismatch) {
  const auto whole = packed(tar_of({groups_, users_}));
  for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{20}}) {
    put("a.tgz", whole.substr(0, size));
    const auto made = source(options(), tables());
    const auto inputs = made->inputs({"all", std::nullopt});
    auto extraction = made->open({"all", std::nullopt}, *inputs);
    ASSERT_TRUE(extraction.ok());
    auto block = (*extraction)->next();
    while (block.ok() && *block) block = (*extraction)->next();
    ASSERT_FALSE(block.ok()) << size;
    EXPECT_EQ(block.error().code(), ErrorCode::DataMismatch);
    EXPECT_NE(block.error().to_string().find("a.tgz"), std::string::npos);
  }
}

TEST_P(ArchiveSource, replays_rows_into_their_tables) {
  EXPECT_NE(read_archive({groups_, users_}), "");
  const auto made = source(options(), tables());
  const std::vector<sdk::Reject> rows{{"a.tgz!x/analytics_user.csv", 3, 9, "was bad", "u-9,true", false, 1},
                                      {"a.tgz!analytics_group.csv", 2, 8, "was bad", "8,South", false, 0}};
  const auto expected = "0 (id text, name text)\n8|South\n1 (id text, active boolean)\nu-9|true\n";
  EXPECT_EQ(drain(**made->replay({"all", std::nullopt}, rows)), expected);
  EXPECT_TRUE(place_->remove("a.tgz").ok());
  EXPECT_EQ(drain(**made->replay({"all", std::nullopt}, rows)), expected);
}

TEST_P(ArchiveSource, replays_rows_by_the_header_of_their_entry) {
  auto by_name = tables();
  for (auto& table : by_name) table.csv = formats::CsvOptions{};
  for (auto& table : by_name) table.columns = {};
  put("a.tgz", packed(tar_of({groups_, users_})));
  const auto made = source(options(), by_name);
  const std::vector<sdk::Reject> rows{{"a.tgz!x/analytics_user.csv", 3, 9, "was bad", "u-9,true", false, 1}};
  auto replayed = made->replay({"all", std::nullopt}, rows);
  ASSERT_TRUE(replayed.ok()) << replayed.error().to_string();
  EXPECT_EQ(model::to_string((*replayed)->schema(0)), "ID text, NAME text");
  EXPECT_EQ(drain(**replayed), "1 (USER text, ON boolean)\nu-9|true\n");
}

TEST_P(ArchiveSource, reads_all_entries_into_one_table_and_packed_ones_too) {
  put("a.tgz", packed(tar_of({{"1.jsonl", "{\"a\":1}\n"}, {"2.jsonl.gz", packed("{\"a\":2}\n")}})));
  FilesSourceOptions one;
  one.path = {"a.tgz"};
  EXPECT_EQ(read(*source(one)), "0 (a integer)\n1\n0 (a integer)\n2\n");
}

TEST_P(ArchiveSource, files_beside_each_other_fill_tables_as_well) {
  put("day/analytics_group.csv", groups_.content);
  put("day/analytics_user.csv", users_.content);
  auto loose = options();
  loose.path = {"day/*.csv"};
  EXPECT_EQ(read(*source(loose, tables())),
            "0 (id text, name text)\n0007|Web, North\n1 (id text, active boolean)\nu-1|true\nu-2|false\n");
}

INSTANTIATE_TEST_SUITE_P(Places, ArchiveSource, testing::Values(Where::Folder, Where::Bucket), where_name);

}  // namespace
}  // namespace weir::files
