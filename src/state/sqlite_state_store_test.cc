// SPDX-License-Identifier: Apache-2.0
// What the SQLite adapter promises on top of the store's contract: its file, layouts and accidents.
#include "state/sqlite_state_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <limits>

#include "state/test_folder.h"

namespace weir::state {
namespace {

constexpr Timestamp kNow{1'643'018'400'000'000};
constexpr unsigned kNobody = 65534;

struct SqliteState : testing::Test {
  TestFolder folder;
  std::string path = folder / ".weir/state.db";

  Error problem() {
    const auto opened = open_sqlite_state(path);
    return opened ? Error(ErrorCode::Internal, "it opened") : opened.error();
  }

  void sql(const std::string& text) {
    std::filesystem::create_directories(folder / ".weir");
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(handle, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
};

state::Run finished(StateStore& store, const std::string& id) {
  auto run = *store.runs().begin({id, "logs", "p" + id, Trigger::Backfill, kNow, {1, "boot", 2}});
  run.state = RunState::Succeeded;
  run.finished_at = kNow;
  return run;
}

TEST_F(SqliteState, is_for_its_owner_alone) {
  const auto made = *open_sqlite_state(path);
  finished(*made, "1");
  EXPECT_EQ(mode_of(path), "600");
  EXPECT_EQ(mode_of(path + "-wal"), "600");
  EXPECT_EQ(mode_of(folder / ".weir"), "700");
}

TEST_F(SqliteState, that_others_could_read_is_closed_to_them) {
  sql("CREATE TABLE before_weir (id)");
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  sql("DROP TABLE before_weir");
  ASSERT_TRUE(open_sqlite_state(path).ok());
  EXPECT_EQ(mode_of(path), "600");
}

TEST_F(SqliteState, a_file_that_is_no_database_tells_how_to_rebuild_it) {
  write_file(path, std::string(8192, 'x'));
  EXPECT_EQ(problem().code(), ErrorCode::DataMismatch);
  EXPECT_EQ(
      problem().message(),
      fmt::format("the state file {} is damaged (file is not a database): rebuild it from the destinations' "
                  "ledgers with 'weir state rebuild'",
                  path));
}

TEST_F(SqliteState, a_page_that_was_overwritten_tells_how_to_rebuild_it) {
  {
    auto store = *open_sqlite_state(path);
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(store->runs().record(finished(*store, fmt::format("{:04}", i)), {}).ok());
    }
  }
  auto bytes = read_file(path);
  ASSERT_GT(bytes.size(), 32'768U);
  for (std::size_t page = 4096; page + 4096 <= bytes.size(); page += 4096)
    bytes.replace(page, 200, 200, '\xA5');
  write_file(path, bytes);
  const auto opened = open_sqlite_state(path);
  const auto listed = opened ? (*opened)->runs().list({"", "", {}, 1000}) : Failure(opened.error());
  ASSERT_FALSE(listed.ok());
  EXPECT_EQ(listed.error().code(), ErrorCode::DataMismatch);
  EXPECT_NE(listed.error().message().find("'weir state rebuild'"), std::string::npos)
      << listed.error().message();
}

TEST_F(SqliteState, a_file_of_a_newer_weir_is_left_alone) {
  ASSERT_TRUE(open_sqlite_state(path).ok());
  sql("PRAGMA user_version = 99");
  const auto before = read_file(path);
  EXPECT_EQ(problem().code(), ErrorCode::Unsupported);
  EXPECT_EQ(
      problem().message(),
      fmt::format("the state file {} has layout 99, this weir knows up to 1: upgrade weir, or move the file "
                  "away and run 'weir state rebuild'",
                  path));
  EXPECT_EQ(read_file(path), before);
}

TEST_F(SqliteState, an_sqlite_file_of_another_program_is_left_alone) {
  sql("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_EQ(problem().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(problem().message(),
            fmt::format(
                "{} is an SQLite file of another program: move it away, weir keeps its state under this name",
                path));
}

TEST_F(SqliteState, an_empty_file_is_filled) {
  write_file(path, "");
  ASSERT_TRUE(open_sqlite_state(path).ok());
  EXPECT_TRUE(open_sqlite_state(path).ok());
}

TEST_F(SqliteState, a_folder_without_write_access_is_named) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become a user without access";
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  EXPECT_EQ(in_child([&] {
              if (::setuid(kNobody) != 0) return 1;
              return problem().code() == ErrorCode::PermissionDenied ? 0 : 2;
            }),
            0);
  ASSERT_TRUE(open_sqlite_state(path).ok());
  EXPECT_EQ(in_child([&] {
              if (::setuid(kNobody) != 0) return 1;
              if (problem().code() != ErrorCode::PermissionDenied) return 2;
              return problem().message().find("write access") == std::string::npos ? 3 : 0;
            }),
            0);
}

TEST_F(SqliteState, a_path_below_a_file_is_an_error) {
  write_file(folder / "file", "");
  path = folder / "file/state.db";
  EXPECT_EQ(problem().code(), ErrorCode::PermissionDenied);
}

TEST_F(SqliteState, a_full_disk_keeps_what_was_recorded_and_says_so) {
  const int outcome = in_child([&] {
    auto store = *open_sqlite_state(path);
    if (!store->runs().record(finished(*store, "first"), {}).ok()) return 1;
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{256 * 1024, 256 * 1024};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    for (int i = 0; i < 1000; ++i) {
      const std::vector<Event> events(10, {kNow, "first", "info", std::string(1000, 'e'), "{}"});
      const auto appended = store->events().append(events);
      if (appended) continue;
      if (appended.error().code() != ErrorCode::Exhausted) return 3;
      return store->runs().find("first").ok() ? 0 : 4;
    }
    return 5;
  });
  EXPECT_EQ(outcome, 0);
  auto store = open_sqlite_state(path);
  ASSERT_TRUE(store.ok()) << store.error().to_string();
  EXPECT_EQ((*store)->runs().find("first")->state, RunState::Succeeded);
  EXPECT_TRUE((*store)->runs().record(finished(**store, "second"), {}).ok());
}

TEST_F(SqliteState, kill_minus_nine_in_the_middle_of_writes_leaves_whole_records) {
  for (int round = 0; round < 5; ++round) {
    kill_when_ready([&](const auto& ready) {
      auto store = *open_sqlite_state(path);
      for (int i = 0; i < std::numeric_limits<int>::max(); ++i) {
        const auto id = fmt::format("{}-{:09}", round, i);
        const std::vector<Event> events(3, {kNow, id, "info", "run_succeeded", "{}"});
        if (!store->runs().record(finished(*store, id), events).ok()) return;
        if (i == 20 + round * 7) ready();
      }
    });
    auto store = open_sqlite_state(path);
    ASSERT_TRUE(store.ok()) << store.error().to_string();
    const auto done = *(*store)->runs().list({"", "", RunState::Succeeded, 1'000'000});
    EXPECT_GE(done.size(), 21U);
    EXPECT_EQ((*store)->partitions().list("")->size(), done.size());
    for (const auto& run : done) EXPECT_EQ((*store)->events().read(run.run_id)->size(), 3U);
  }
}

TEST_F(SqliteState, two_processes_write_to_one_file) {
  const auto write_some = [&](const std::string& prefix) {
    auto store = open_sqlite_state(path);
    if (!store) return 1;
    for (int i = 0; i < 100; ++i) {
      const auto run = finished(**store, fmt::format("{}{}", prefix, i));
      if (!(*store)->runs().record(run, {}).ok()) return 2;
    }
    return 0;
  };
  const pid_t child = ::fork();
  if (child == 0) ::_exit(write_some("a"));
  EXPECT_EQ(write_some("b"), 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ((*open_sqlite_state(path))->runs().list({"", "", {}, 1000})->size(), 200U);
}

TEST_F(SqliteState, a_damaged_file_can_be_set_aside_and_a_new_one_built) {
  EXPECT_EQ(*set_state_aside(path, kNow), "");
  write_file(path, std::string(8192, 'x'));
  write_file(path + "-wal", "y");
  EXPECT_EQ(*set_state_aside(path, kNow), path + ".aside-20220124T100000Z");
  EXPECT_EQ(folder.files(),
            ".weir/state.db.aside-20220124T100000Z .weir/state.db.aside-20220124T100000Z-wal");
  EXPECT_TRUE(open_sqlite_state(path).ok());
}

}  // namespace
}  // namespace weir::state
