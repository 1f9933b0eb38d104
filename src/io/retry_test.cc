// SPDX-License-Identifier: Apache-2.0
#include "io/retry.h"

#include <gtest/gtest.h>

#include "io/retrying_http_client.h"
#include "tests/support/fake_http_client.h"

namespace weir::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Error kUnavailable(ErrorCode::Unavailable, "down");

std::string story(const RetryDecision& decision) {
  return decision.action == RetryAction::GiveUp ? "give up" : fmt::format("wait {}", decision.wait.count());
}

TEST(Retry, X_7_doubles_the_wait_and_gives_up_after_the_last_attempt) {
  const RetryPolicy policy{.max_attempts = 4, .first_wait = milliseconds(100)};
  std::string all;
  for (int made = 1; made <= 4; ++made)
    all += story(decide(policy, {made, {}}, kUnavailable, 0.999999)) + "; ";
  EXPECT_EQ(all, "wait 99; wait 199; wait 399; give up; ");
}

TEST(Retry, spreads_the_waits_between_half_and_all) {
  const RetryPolicy policy{.first_wait = milliseconds(1000)};
  EXPECT_EQ(story(decide(policy, {}, kUnavailable, 0.0)), "wait 500");
  EXPECT_EQ(story(decide(policy, {}, kUnavailable, 0.5)), "wait 750");
}

TEST(Retry, never_waits_longer_than_the_longest_wait) {
  const RetryPolicy policy{.max_attempts = 1000, .longest_wait = seconds(5), .budget = std::chrono::hours(9)};
  EXPECT_EQ(story(decide(policy, {900, {}}, kUnavailable, 0.0)), "wait 2500");
}

TEST(Retry, honours_the_wish_of_the_server) {
  const Error limited = Error(ErrorCode::RateLimited, "slow down").with_retry_after(seconds(7));
  EXPECT_EQ(story(decide({}, {}, limited, 0.0)), "wait 7000");
}

TEST(Retry, gives_up_when_the_wish_exceeds_the_budget) {
  const Error limited = Error(ErrorCode::RateLimited, "next month").with_retry_after(seconds(86400));
  EXPECT_EQ(story(decide({}, {}, limited, 0.0)), "give up");
  EXPECT_EQ(story(decide({}, {2, seconds(120)}, kUnavailable, 0.0)), "give up");
}

TEST(Retry, does_not_repeat_what_cannot_get_better) {
  for (const ErrorCode code :
       {ErrorCode::InvalidConfig, ErrorCode::PermissionDenied, ErrorCode::Unauthenticated,
        ErrorCode::DataMismatch, ErrorCode::Cancelled, ErrorCode::Internal}) {
    EXPECT_EQ(story(decide({}, {}, Error(code, "x"), 0.0)), "give up") << name(code);
  }
}

struct RetryingHttp : testing::Test {
  support::FakeHttpClient inner;
  ManualClock clock{Timestamp{}};
  RecordingSleeper sleeper;
  RetryingHttpClient http{inner, {.max_attempts = 3}, clock, sleeper};
};

TEST_F(RetryingHttp, X_7_repeats_after_a_server_error_and_a_lost_answer) {
  inner.when("https://a.example/x").then({503, {}, ""}).then_fail(kUnavailable).then({200, {}, "fine"});
  const auto answer = http.send({.url = "https://a.example/x"});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body, "fine");
  EXPECT_EQ(sleeper.waits().size(), 2U);
}

TEST_F(RetryingHttp, hands_out_the_last_answer_when_it_gives_up) {
  inner.when("https://a.example/x").then({502, {}, "bad gateway"});
  const auto answer = http.send({.url = "https://a.example/x"});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 502);
  EXPECT_EQ(inner.requests().size(), 3U);
}

TEST_F(RetryingHttp, never_repeats_a_used_up_quota) {
  inner.when("https://a.example/x").then({429, {}, ""});
  EXPECT_EQ(http.send({.url = "https://a.example/x"})->status, 429);
  EXPECT_EQ(inner.requests().size(), 1U);
}

TEST_F(RetryingHttp, repeats_a_post_only_when_told_that_it_is_harmless) {
  inner.when("https://a.example/x").then({503, {}, ""});
  (void)http.send({.method = "POST", .url = "https://a.example/x"});
  EXPECT_EQ(inner.requests().size(), 1U);
  (void)http.send({.method = "POST", .url = "https://a.example/x", .repeat = Repeat::Always});
  EXPECT_EQ(inner.requests().size(), 4U);
}

TEST_F(RetryingHttp, waits_as_long_as_the_server_says) {
  inner.when("https://a.example/x").then({503, {{"retry-after", "3"}}, ""}).then({200, {}, ""});
  (void)http.send({.url = "https://a.example/x"});
  EXPECT_EQ(sleeper.waits(), std::vector<milliseconds>{seconds(3)});
}

TEST_F(RetryingHttp, understands_a_date_in_retry_after) {
  clock.advance(seconds(784111777 - 5));
  inner.when("https://a.example/x")
      .then({503, {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}, ""})
      .then({200, {}, ""});
  (void)http.send({.url = "https://a.example/x"});
  EXPECT_EQ(sleeper.waits(), std::vector<milliseconds>{seconds(5)});
}

}  // namespace
}  // namespace weir::io
