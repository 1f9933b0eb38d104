// SPDX-License-Identifier: Apache-2.0
#include "model/batch.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::model {
namespace {

TEST(Text, gives_back_what_it_was_made_of) {
  std::string text;
  for (std::size_t size = 0; size < 40; ++size) {
    const Text value(text);
    EXPECT_EQ(value.view(), text);
    EXPECT_EQ(value.view().data() == text.data(), size > Text::kInline) << "long text is not copied";
    text += static_cast<char>(0xe0 + size % 31);
  }
}

TEST(Text, has_zeros_behind_short_text) {
  for (std::size_t size = 0; size < Text::kInline; ++size) {
    const Text value(std::string(size, '\xff'));
    const std::string_view behind(value.view().data() + size, Text::kInline - size);
    EXPECT_EQ(behind, std::string(Text::kInline - size, '\0'));
  }
}

}  // namespace
}  // namespace weir::model
