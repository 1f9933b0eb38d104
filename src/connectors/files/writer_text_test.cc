// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>

#include "connectors/files/destination_fixture.h"

namespace weir::files {
namespace {

using conformance::Row;
using conformance::TestRows;
using conformance::whole;

/// Rows go to the load themselves where `encoded` is false, else as the bytes of an encoder.
struct Block {
  bool encoded;
  std::vector<Row> rows;
};

class TextFiles : public FilesDestinationTest {
 protected:
  Result<void> load_blocks(const std::vector<Block>& blocks) {
    const auto asked = request(std::to_string(++loads_), whole());
    const auto destination = open();
    const auto load = TRY(destination->begin(asked));
    const auto encoder = load->encoder(0);
    for (const auto& [encoded, rows] : blocks) {
      const TestRows batch(visits(), rows);
      const auto view = batch.view();
      if (!encoded) TRY(load->write(0, view));
      if (!encoded) continue;
      WriteBuffer bytes;
      TRY(encoder->encode({&view, 1}, bytes));
      TRY(load->write_encoded(0, view.rows, bytes.view()));
    }
    TRY(load->prepare());
    return load->publish({entry(asked)});
  }
  /// What gzip gives for a file.
  std::string unpacked(const std::filesystem::path& path) const {
    const auto command = fmt::format("gzip -dc {}", (folder_ / "out" / path).string());
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string all;
    char piece[256];
    while (const auto size = std::fread(piece, 1, sizeof piece, pipe.get())) all.append(piece, size);
    return all;
  }

 private:
  int loads_ = 0;
};

const std::vector<Block> kMixed = {
    {true, {{"1", "/a"}}}, {false, {{"2", "a,b"}}}, {true, {{"3", std::nullopt}, {"4", "/d"}}}, {true, {}}};

TEST_F(TextFiles, keeps_the_order_of_rows_and_of_bytes_that_encoders_have_made) {
  ASSERT_TRUE(load_blocks(kMixed).ok());
  EXPECT_EQ(text("visits/all.csv"), "id,page\n1,/a\n2,\"a,b\"\n3,\n4,/d\n");
  options_.format = FileFormat::Jsonl;
  ASSERT_TRUE(load_blocks({{true, {{"1", "/a"}}}, {false, {{"2", "/b"}}}}).ok());
  EXPECT_EQ(text("visits/all.jsonl"), "{\"id\":1,\"page\":\"/a\"}\n{\"id\":2,\"page\":\"/b\"}\n");
}

TEST_F(TextFiles, lets_encoders_compress) {
  options_.compression = formats::OutputCompression::Gzip;
  ASSERT_TRUE(load_blocks(kMixed).ok());
  EXPECT_EQ(unpacked("visits/all.csv.gz"), "id,page\n1,/a\n2,\"a,b\"\n3,\n4,/d\n");
}

TEST_F(TextFiles, has_no_encoder_where_a_row_depends_on_others_or_may_be_refused) {
  const auto has_encoder = [&](const sdk::LoadRequest& asked) {
    const auto destination = open();
    const auto load = destination->begin(asked);
    EXPECT_TRUE(load.ok());
    return (*load)->encoder(0) != nullptr;
  };
  auto asked = request("1", whole());
  EXPECT_TRUE(has_encoder(asked));
  options_.format = FileFormat::Json;
  EXPECT_FALSE(has_encoder(asked)) << "a comma stands before every row but the first";
  options_.format = FileFormat::Parquet;
  EXPECT_FALSE(has_encoder(asked));
  options_.format = FileFormat::Csv;
  asked.tables[0].schema = conformance::schema_of("page text");
  EXPECT_FALSE(has_encoder(asked)) << "NULL alone would be an empty line";
  options_.csv.null_text = "NULL";
  EXPECT_TRUE(has_encoder(asked));
}

}  // namespace
}  // namespace weir::files
