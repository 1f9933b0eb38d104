// SPDX-License-Identifier: Apache-2.0
#include "state/run.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weir::state {
namespace {

TEST(RunState, names_round_trip_and_only_ends_are_final) {
  for (auto state = RunState::Claimed; state <= RunState::Interrupted;
       state = static_cast<RunState>(static_cast<int>(state) + 1)) {
    EXPECT_EQ(run_state_from_name(name(state)), state);
  }
  EXPECT_EQ(run_state_from_name("done"), std::nullopt);
  EXPECT_FALSE(is_final(RunState::Published));
  EXPECT_TRUE(is_final(RunState::Succeeded));
  EXPECT_TRUE(is_final(RunState::Interrupted));
}

TEST(Trigger, names_round_trip) {
  for (const auto trigger :
       {Trigger::Run, Trigger::Backfill, Trigger::Replay, Trigger::Schedule, Trigger::Rebuild}) {
    EXPECT_EQ(trigger_from_name(name(trigger)), trigger);
  }
  EXPECT_EQ(trigger_from_name("cron"), std::nullopt);
}

TEST(MakeId, sorts_by_time_and_shows_every_random_bit) {
  const std::array<std::uint8_t, 10> zeros{};
  std::array<std::uint8_t, 10> ones;
  ones.fill(0xFF);
  EXPECT_EQ(make_id({1'469'918'176'385'000}, zeros), "01ARYZ6S410000000000000000");
  EXPECT_EQ(make_id({1'469'918'176'385'999}, ones), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
  EXPECT_LT(make_id({1'469'918'176'385'000}, ones), make_id({1'469'918'176'386'000}, zeros));
  for (std::size_t bit = 0; bit < 80; ++bit) {
    auto random = zeros;
    random[bit / 8] = static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_NE(make_id({0}, random), make_id({0}, zeros)) << bit;
  }
}

TEST(Process, this_one_runs_and_others_of_its_number_do_not) {
  const auto self = current_process();
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_TRUE(is_running(self));
  EXPECT_FALSE(is_running({self.pid, self.boot_id, self.started_ticks + 1})) << "the number was used again";
  EXPECT_FALSE(is_running({self.pid, "another boot", self.started_ticks}));
  EXPECT_FALSE(is_running({}));
}

TEST(Process, a_child_runs_until_it_is_killed_even_when_nobody_has_waited_for_it) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto self = current_process();
    if (::write(ends[1], &self.started_ticks, sizeof self.started_ticks) < 0) ::_exit(1);
    while (true) ::pause();
  }
  Process process = current_process();
  process.pid = child;
  ASSERT_EQ(::read(ends[0], &process.started_ticks, sizeof process.started_ticks),
            static_cast<ssize_t>(sizeof process.started_ticks));
  EXPECT_TRUE(is_running(process));
  ::kill(child, SIGKILL);
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  EXPECT_FALSE(is_running(process)) << "a zombie counts as gone";
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_running(process));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace weir::state
