// SPDX-License-Identifier: Apache-2.0
// Kills the program with SIGKILL at every named point of a run and at many random instants of a
// backfill. Whatever happened, running again gives what an undisturbed backfill gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "tests/support/test_project.h"

namespace weir {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;
using support::TestProject;

constexpr int kDays = 6;
constexpr int kRowsADay = 400;
const std::vector<std::string> kBackfill = {"backfill",   "requests", "--from",
                                            "2024-05-01", "--to",     "2024-05-06"};

/// What a backfill that nobody disturbs loads, and how long it takes.
struct Undisturbed {
  std::string state;
  microseconds duration{};
};

const Undisturbed& undisturbed() {
  static const auto result = [] {
    const TestProject project;
    write_request_log_project(project, kDays, kRowsADay);
    const auto start = steady_clock::now();
    const auto ended = project.weir(kBackfill);
    const auto duration = std::chrono::duration_cast<microseconds>(steady_clock::now() - start);
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    return Undisturbed{loaded_state(project), duration};
  }();
  return result;
}

TEST(Crash, the_undisturbed_backfill_loads_something) {
  const auto& state = undisturbed().state;
  EXPECT_NE(state.find("2024-05-06"), std::string::npos) << state.substr(0, 500);
  EXPECT_EQ(state.find("error"), std::string::npos) << state.substr(0, 500);
}

class CrashPoint : public testing::TestWithParam<std::string> {};

TEST_P(CrashPoint, loses_and_doubles_nothing) {
  const TestProject project;
  write_request_log_project(project, kDays, kRowsADay);
  const auto killed = project.weir(kBackfill, {{"WEIR_CRASH_AT", GetParam()}});
  ASSERT_EQ(killed.exit_code, 128 + 9) << killed.output;
  const auto resumed = project.weir(kBackfill);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(loaded_state(project), undisturbed().state);
  EXPECT_EQ(project.weir({"gaps", "requests"}).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, CrashPoint,
                         testing::Values("claimed", "extracted", "staged", "published", "recorded",
                                         "claimed:3", "extracted:3", "staged:3", "published:3", "recorded:3"),
                         [](const auto& test) {
                           auto name = test.param;
                           std::replace(name.begin(), name.end(), ':', '_');
                           return name;
                         });

/// Each round kills one project's backfill at 25 random instants, then lets it finish. Already
/// loaded partitions are loaded again, so that every kill meets a run that is under way.
class RandomInstants : public testing::TestWithParam<unsigned> {};

TEST_P(RandomInstants, lose_and_double_nothing) {
  constexpr int kKills = 25;
  const TestProject project;
  write_request_log_project(project, kDays, kRowsADay);
  std::mt19937 random(GetParam());
  std::uniform_int_distribution<std::int64_t> instant(1000, undisturbed().duration.count());
  auto again = kBackfill;
  again.emplace_back("--rerun");
  int killed = 0;
  // A run that was faster than the one that was timed ends by itself and does not count.
  for (int i = 0; i < 4 * kKills && killed < kKills; ++i) {
    const auto ended = project.wait(project.start(again), microseconds(instant(random)));
    ASSERT_TRUE(ended.exit_code == 128 + 9 || ended.exit_code == 0) << ended.output;
    killed += ended.exit_code == 0 ? 0 : 1;
  }
  EXPECT_GT(killed, kKills / 2);
  const auto resumed = project.weir(kBackfill);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(loaded_state(project), undisturbed().state);
}

INSTANTIATE_TEST_SUITE_P(TwoHundredKills, RandomInstants, testing::Range(1U, 9U));

}  // namespace
}  // namespace weir
