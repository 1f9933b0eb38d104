// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <array>

namespace weir {
namespace {

TEST(Counted, fits_the_word_to_the_number) {
  EXPECT_EQ(counted(0, "row"), "0 rows");
  EXPECT_EQ(counted(1, "row"), "1 row");
  EXPECT_EQ(counted(2300, "row"), "2,300 rows");
  EXPECT_EQ(counted(1, "entry", "entries"), "1 entry");
  EXPECT_EQ(counted(2, "entry", "entries"), "2 entries");
}

TEST(Closest, knows_what_people_type) {
  const std::array<std::string, 5> every = {"hour", "day", "week", "month", "none"};
  EXPECT_EQ(closest("dayly", every), "day");
  EXPECT_EQ(closest("daily", every), "day");
  EXPECT_EQ(closest("Weeks", every), "week");
  EXPECT_EQ(closest("fortnight", every), std::nullopt);
  EXPECT_EQ(closest("hourly", every), "hour");
}

TEST(Closest, takes_one_letter_for_no_other) {
  const std::array<std::string, 2> columns = {"a", "b"};
  EXPECT_EQ(closest("5", columns), std::nullopt);
  EXPECT_EQ(closest("A", columns), "a");
}

}  // namespace
}  // namespace weir
