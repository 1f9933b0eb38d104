// SPDX-License-Identifier: Apache-2.0
#include "execution/fresh_start.h"

#include <gtest/gtest.h>

namespace weir::execution {
namespace {

/// A source that says of itself only whether it starts afresh.
class Source final : public sdk::Source {
 public:
  enum class Lost { StartAfresh, Fail };
  explicit Source(Lost lost) : lost_(lost) {}

  Result<void> check() override { return {}; }
  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition&) override {
    return std::vector<sdk::InputStamp>();
  }
  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition&,
                                                const std::vector<sdk::InputStamp>&) override {
    return fail(ErrorCode::Unavailable, "the server is gone");
  }
  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition&,
                                                  const std::vector<sdk::Reject>&) override {
    return fail(ErrorCode::Unavailable, "the server is gone");
  }
  bool partitions_inputs() const override { return false; }
  bool starts_afresh() const override { return lost_ == Lost::StartAfresh; }

 private:
  Lost lost_;
};

/// The waits before fresh starts when the source fails in this way again and again.
std::string waits(Source::Lost lost, const Error& error) {
  FreshStart start{Source(lost)};
  std::string all;
  while (true) {
    start.begin();
    start.note(error);
    const auto wait = start.next(0.999999);
    if (!wait) return all;
    all += std::to_string(wait->count()) + " ";
  }
}

TEST(FreshStart, waits_longer_each_time_and_gives_up) {
  EXPECT_EQ(waits(Source::Lost::StartAfresh, Error(ErrorCode::Unavailable, "")), "499 999 1999 ");
  EXPECT_EQ(waits(Source::Lost::StartAfresh, Error(ErrorCode::Conflict, "")), "499 999 1999 ");
}

TEST(FreshStart, is_for_lost_sources_only) {
  EXPECT_EQ(waits(Source::Lost::Fail, Error(ErrorCode::Unavailable, "")), "");
  for (const auto code : {ErrorCode::NotFound, ErrorCode::Exhausted, ErrorCode::DataMismatch})
    EXPECT_EQ(waits(Source::Lost::StartAfresh, Error(code, "")), "") << name(code);
}

TEST(FreshStart, asks_again_what_a_lost_source_was_asked) {
  io::RecordingSleeper sleeper;
  std::atomic<bool> cancelled = false;
  int asked = 0;
  const auto second_time = [&]() -> Result<int> {
    if (++asked == 1) return fail(ErrorCode::Unavailable, "the server is gone");
    return asked;
  };
  const auto answer = ask(Source(Source::Lost::StartAfresh), sleeper, cancelled, second_time);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(*answer, 2);
  EXPECT_EQ(sleeper.waits(), std::vector{std::chrono::milliseconds(375)});
  asked = 0;
  EXPECT_FALSE(ask(Source(Source::Lost::Fail), sleeper, cancelled, second_time).ok());
  cancelled = true;
  asked = 0;
  EXPECT_FALSE(ask(Source(Source::Lost::StartAfresh), sleeper, cancelled, second_time).ok());
  EXPECT_EQ(asked, 1);
}

TEST(FreshStart, forgets_an_error_that_a_fresh_start_has_mended) {
  FreshStart start{Source(Source::Lost::StartAfresh)};
  start.note(Error(ErrorCode::Unavailable, "the server is gone"));
  start.begin();
  EXPECT_FALSE(start.next(0.5));
}

}  // namespace
}  // namespace weir::execution
