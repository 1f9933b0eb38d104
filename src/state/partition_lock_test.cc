// SPDX-License-Identifier: Apache-2.0
#include "state/partition_lock.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "state/test_folder.h"

namespace weir::state {
namespace {

const Timestamp kNow = parse_timestamp("2022-01-25T10:02:11.5Z").value();

struct PartitionLocks : testing::Test {
  TestFolder folder;
  Result<PartitionLock> take(const std::string& partition, Timestamp now = kNow,
                             const std::string& pipeline = "request_logs") {
    return PartitionLock::acquire(folder.path(), pipeline, partition, now);
  }
};

TEST_F(PartitionLocks, a_second_taker_learns_who_holds_it_and_since_when) {
  const auto first = take("2022-01-24");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(folder.files(), "locks/request_logs@2022-01-24.lock");
  const auto second = take("2022-01-24");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
  EXPECT_EQ(
      second.error().message(),
      fmt::format("partition 2022-01-24 of request_logs is being loaded by process {} since 10:02:11Z; wait "
                  "for it or stop it",
                  ::getpid()));
  const auto tomorrow = take("2022-01-24", {kNow.micros + 86'400'000'000});
  EXPECT_NE(tomorrow.error().message().find("since 2022-01-25T10:02:11Z"), std::string::npos);
}

TEST_F(PartitionLocks, a_holder_that_has_not_written_its_name_yet_still_holds_it) {
  const auto first = take("a");
  write_file(folder / "locks/request_logs@a.lock", "");
  EXPECT_EQ(take("a").error().message(),
            "partition a of request_logs is being loaded by another process; wait for it or stop it");
}

TEST_F(PartitionLocks, a_released_lock_can_be_taken_again_and_leaves_no_file) {
  { const auto lock = take("2022-01-24"); }
  EXPECT_EQ(folder.files(), "");
  EXPECT_TRUE(take("2022-01-24").ok());
}

TEST_F(PartitionLocks, moving_a_lock_keeps_it) {
  auto lock = *take("a");
  {
    const PartitionLock moved(std::move(lock));
    EXPECT_FALSE(take("a").ok());
  }
  EXPECT_TRUE(take("a").ok());
}

TEST_F(PartitionLocks, other_partitions_and_pipelines_are_free) {
  const auto first = take("a@b");
  EXPECT_TRUE(take("b", kNow, "request_logs@a").ok());
  EXPECT_TRUE(take("../x").ok());
  EXPECT_TRUE(take(std::string(1000, 'x'), kNow, std::string(1000, 'y')).ok());
  EXPECT_FALSE(take("a@b").ok());
}

TEST_F(PartitionLocks, kill_minus_nine_releases_it) {
  kill_when_ready([&](const auto& ready) {
    const auto lock = take("a");
    if (lock) ready();
    while (true) ::pause();
  });
  EXPECT_EQ(folder.files(), "locks/request_logs@a.lock") << "the file stays, the lock does not";
  { EXPECT_TRUE(take("a").ok()); }
  EXPECT_EQ(folder.files(), "");
}

TEST_F(PartitionLocks, many_takers_never_hold_it_together) {
  std::atomic<int> holders = 0;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const auto lock = take("a");
        if (!lock) {
          EXPECT_EQ(lock.error().code(), ErrorCode::Conflict) << lock.error().message();
          continue;
        }
        EXPECT_EQ(++holders, 1);
        ++taken;
        --holders;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GE(taken, 1);
  EXPECT_EQ(folder.files(), "");
}

TEST_F(PartitionLocks, a_folder_without_write_access_is_named) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become a user without access";
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  EXPECT_EQ(in_child([&] {
              if (::setuid(65534) != 0) return 1;
              const auto lock = take("a");
              return !lock && lock.error().code() == ErrorCode::PermissionDenied ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace weir::state
