// SPDX-License-Identifier: Apache-2.0
#include "formats/file_input.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weir::formats {
namespace {

class FileInputTest : public testing::Test {
 protected:
  FileInputTest() {
    std::string folder = testing::TempDir() + "weir_input_XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ + "/x";
    write("0123456789");
  }
  ~FileInputTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }

  /// Reads all but calls `meanwhile` after the first piece.
  template <typename Meanwhile>
  std::string read(Meanwhile&& meanwhile) {
    auto input = FileInput::open(path_, nullptr);
    std::string out;
    char piece[4];
    while (true) {
      const auto count = (*input)->read(piece, sizeof piece);
      if (!count.ok()) {
        EXPECT_EQ(count.error().code(), ErrorCode::Conflict);
        return count.error().message();
      }
      if (*count == 0) return out;
      out.append(piece, *count);
      if (out.size() == 4) meanwhile();
    }
  }

  std::string folder_;
  std::string path_;
};

TEST_F(FileInputTest, reads_the_bytes_and_knows_how_many) {
  EXPECT_EQ(read([] {}), "0123456789");
  EXPECT_EQ(stamp_file(path_)->size, 10U);
}

TEST_F(FileInputTest, notices_that_the_file_grew_shrank_or_was_replaced) {
  const auto changed = path_ + " changed while it was read; run again";
  EXPECT_EQ(read([&] { std::ofstream(path_, std::ios::app) << "more"; }), changed);
  EXPECT_EQ(read([&] { std::filesystem::resize_file(path_, 5); }), changed);
  write("0123456789");
  EXPECT_EQ(read([&] {
              std::ofstream(path_ + ".new") << "9876543210";
              std::filesystem::rename(path_ + ".new", path_);
            }),
            changed);
  EXPECT_EQ(read([&] { std::filesystem::remove(path_); }), changed);
}

TEST_F(FileInputTest, refuses_what_is_no_file) {
  EXPECT_EQ(FileInput::open(folder_, nullptr).error().code(), ErrorCode::Unsupported);
  EXPECT_EQ(FileInput::open(folder_ + "/none", nullptr).error().message(),
            folder_ + "/none does not exist; check the source's path");
  EXPECT_EQ(stamp_file("/dev/null").error().code(), ErrorCode::Unsupported);
}

TEST(ContentHash, tells_apart_bytes_and_the_ends_of_inputs) {
  const auto hash = [](const std::vector<std::string>& inputs) {
    ContentHash content;
    for (const auto& input : inputs) {
      for (const char c : input) content.update({&c, 1});
      content.end_input();
    }
    return content.hex();
  };
  EXPECT_EQ(hash({"ab", "c"}), hash({"ab", "c"}));
  EXPECT_NE(hash({"ab", "c"}), hash({"a", "bc"}));
  EXPECT_NE(hash({"a"}), hash({"b"}));
  EXPECT_EQ(hash({}).size(), 32U);
}

}  // namespace
}  // namespace weir::formats
