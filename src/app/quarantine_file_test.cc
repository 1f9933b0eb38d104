// SPDX-License-Identifier: Apache-2.0
#include "app/quarantine_file.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

state::QuarantinedRow row(std::string bytes) {
  state::QuarantinedRow made;
  made.input = "logs/a b.csv";
  made.line = 7;
  made.offset = 99;
  made.reason = "not JSON";
  made.bytes = std::move(bytes);
  return made;
}

TEST(QuarantineFile, gives_back_every_row_as_it_was) {
  const std::vector<std::string> all = {"plain",      "# no comment", "\\escaped",      "two\nlines",
                                        "gap\n\ngap", "#@ 1 2 3 x",   "\xff\x00\x1b[2J"};
  auto text = mending_header("p", "rows.txt");
  for (const auto& bytes : all) text += mending_entry("2024-05-01", row(bytes));
  const auto read = parse_mended(text);
  ASSERT_TRUE(read.ok()) << read.error().to_string();
  ASSERT_EQ(read->size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ((*read)[i].bytes, all[i]);
    EXPECT_TRUE((*read)[i].is("2024-05-01", row("")));
  }
}

TEST(QuarantineFile, knows_the_rows_of_objects_whatever_their_names_are) {
  auto odd = row("x");
  odd.input = "in/100% of\nMay.csv";
  const std::string partition = "in/100% of\nMay.csv";
  const auto read = parse_mended(mending_header("p", "rows.txt") + mending_entry(partition, odd));
  ASSERT_TRUE(read.ok()) << read.error().to_string();
  ASSERT_EQ(read->size(), 1U);
  EXPECT_TRUE(read->front().is(partition, odd));
}

TEST(QuarantineFile, names_the_line_that_it_does_not_understand) {
  EXPECT_EQ(parse_mended("#@ 2024-05-01 seven 99 a\nx\n").error().message(),
            "line 1 should be '#@ PARTITION LINE OFFSET INPUT' as it was exported, but is '#@ 2024-05-01 "
            "seven 99 a'");
  EXPECT_EQ(parse_mended("# comment\nlost\n").error().message(),
            "line 2 stands before the first '#@ …' line: 'lost'");
}

}  // namespace
}  // namespace weir::app
