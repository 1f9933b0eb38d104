// SPDX-License-Identifier: Apache-2.0
// How many rows may be bad: a number, or a share of those that were read.
#include <gtest/gtest.h>

#include "execution/pipeline.h"

namespace weir::execution {
namespace {

using Moment = BadRowLimit::Moment;

TEST(BadRowLimit, of_rows_is_judged_with_every_bad_row) {
  const BadRowLimit limit{2, std::nullopt};
  EXPECT_FALSE(limit.exceeded(2, 1000, Moment::Underway));
  EXPECT_TRUE(limit.exceeded(3, 1000, Moment::Underway));
  EXPECT_TRUE(limit.exceeded(3, 1000, Moment::Finished));
  EXPECT_TRUE((BadRowLimit{0, std::nullopt}).exceeded(1, 1, Moment::Underway));
}

// The first rows of a good file may be the bad ones.
TEST(BadRowLimit, of_percent_is_judged_when_all_rows_were_read) {
  const BadRowLimit limit{std::nullopt, 1.0};
  EXPECT_FALSE(limit.exceeded(5, 5, Moment::Underway));
  EXPECT_FALSE(limit.exceeded(10, 1000, Moment::Finished));
  EXPECT_TRUE(limit.exceeded(11, 1000, Moment::Finished));
  EXPECT_FALSE(limit.exceeded(0, 0, Moment::Finished));
}

TEST(BadRowLimit, that_is_not_set_is_never_reached) {
  EXPECT_FALSE(BadRowLimit().exceeded(1'000'000, 1'000'000, Moment::Finished));
}

}  // namespace
}  // namespace weir::execution
