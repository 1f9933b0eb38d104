// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_pace.h"

#include <gtest/gtest.h>

#include <thread>

namespace weir::aws {
namespace {

TEST(S3Pace, halves_when_told_to_slow_down_and_recovers_slowly) {
  S3Pace pace(8);
  for (const std::size_t expected : {4U, 2U, 1U, 1U}) {
    pace.enter();
    pace.leave(S3Pace::Outcome::TooFast);
    EXPECT_EQ(pace.limit(), expected);
  }
  for (int i = 0; i < 100; ++i) {
    pace.enter();
    pace.leave(S3Pace::Outcome::Good);
  }
  EXPECT_EQ(pace.limit(), 2U);
  for (int i = 0; i < 10'000; ++i) {
    pace.enter();
    pace.leave(S3Pace::Outcome::Good);
  }
  EXPECT_EQ(pace.limit(), 8U);
}

TEST(S3Pace, lets_the_next_one_in_when_one_leaves) {
  S3Pace pace(1);
  pace.enter();
  std::thread next([&pace] {
    pace.enter();
    pace.leave(S3Pace::Outcome::Bad);
  });
  pace.leave(S3Pace::Outcome::Bad);
  next.join();
  EXPECT_EQ(pace.limit(), 1U);
}

}  // namespace
}  // namespace weir::aws
