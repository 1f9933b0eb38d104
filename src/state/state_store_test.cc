// SPDX-License-Identifier: Apache-2.0
// What every state store must do. A new adapter joins with one line at the end.
#include "state/state_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "state/sqlite_state_store.h"
#include "state/test_folder.h"

namespace weir::state {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
const Timestamp kNoon = parse_timestamp("2022-01-24T12:00:00Z").value();

Timestamp later(std::int64_t seconds) { return {kNoon.micros + seconds * kSecond}; }

struct Backend {
  std::string name;
  std::function<Result<std::unique_ptr<StateStore>>(const TestFolder&)> open;
};

class StateStoreContract : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    auto opened = GetParam().open(folder_);
    ASSERT_TRUE(opened.ok()) << opened.error().to_string();
    store_ = std::move(*opened);
  }

  state::Run begin(const std::string& id, const std::string& partition, Timestamp now = kNoon,
                   const std::string& pipeline = "logs") {
    auto run = store_->runs().begin({id, pipeline, partition, Trigger::Run, now, {4711, "boot", 99}});
    EXPECT_TRUE(run.ok()) << run.error().to_string();
    return run ? *run : state::Run{};
  }

  void finish(state::Run run, RunState state, Timestamp now = later(1)) {
    run.state = state;
    run.finished_at = now;
    if (state == RunState::Succeeded) {
      run.load_id = "L" + run.run_id;
      run.fingerprint = "F" + run.run_id;
      run.counts["requests"] = {10, 0, 8, 1, 1, 0};
    }
    const auto recorded = store_->runs().record(run, {});
    EXPECT_TRUE(recorded.ok()) << recorded.error().to_string();
  }

  std::string runs(const RunFilter& filter = {}) {
    std::vector<std::string> lines;
    const auto listed = store_->runs().list(filter);
    for (const auto& run : *listed) {
      lines.push_back(fmt::format("{} {} {}", run.run_id, run.partition, name(run.state)));
    }
    return join(lines, "\n");
  }

  /// "2022-01-24 succeeded by a, loaded La": state, newest run, proven load.
  std::string partitions(const std::string& pipeline = "logs") {
    std::vector<std::string> lines;
    const auto listed = store_->partitions().list(pipeline);
    for (const auto& status : *listed) {
      lines.push_back(fmt::format("{} {} by {}{}", status.partition, name(status.state), status.run_id,
                                  status.loaded_at ? ", loaded " + status.load_id : ""));
    }
    return join(lines, "\n");
  }

  TestFolder folder_;
  std::unique_ptr<StateStore> store_;
};

TEST_P(StateStoreContract, a_run_that_nobody_began_is_not_found) {
  begin("01AAA", "2022-01-24");
  begin("01AAB", "2022-01-25");
  const auto missing = store_->runs().find("02");
  EXPECT_EQ(missing.error().code(), ErrorCode::NotFound);
  EXPECT_EQ(missing.error().message(), "there is no run '02': 'weir runs' lists those that are known");
  EXPECT_EQ(store_->runs().find("").error().code(), ErrorCode::NotFound);
  EXPECT_EQ(store_->runs().find("01AAC").error().code(), ErrorCode::NotFound);
  const auto unclear = store_->runs().find("01AA");
  EXPECT_EQ(unclear.error().code(), ErrorCode::InvalidConfig);
  EXPECT_EQ(unclear.error().message(),
            "several runs begin with '01AA': write more of the id, as 01AAA or 01AAB");
}

TEST_P(StateStoreContract, an_id_can_begin_only_one_run) {
  begin("a", "2022-01-24");
  const auto again = store_->runs().begin({"a", "logs", "2022-01-25", Trigger::Run, kNoon, {}});
  EXPECT_EQ(again.error().code(), ErrorCode::Conflict);
  EXPECT_EQ(runs(), "a 2022-01-24 claimed");
}

TEST_P(StateStoreContract, a_failed_run_proves_no_load_and_takes_none_away) {
  finish(begin("a", "2022-01-24"), RunState::Failed);
  EXPECT_EQ(partitions(), "2022-01-24 failed by a");
  finish(begin("b", "2022-01-24"), RunState::Succeeded);
  EXPECT_EQ(partitions(), "2022-01-24 succeeded by b, loaded Lb");
  finish(begin("c", "2022-01-24"), RunState::Failed);
  EXPECT_EQ(partitions(), "2022-01-24 failed by c, loaded Lb");
  finish(begin("d", "2022-01-24"), RunState::Cancelled);
  EXPECT_EQ(partitions(), "2022-01-24 cancelled by d, loaded Lb");
  EXPECT_EQ((*store_->partitions().find("logs", "2022-01-24"))->fingerprint, "Fb");
}

TEST_P(StateStoreContract, an_abandoned_run_is_marked_interrupted_and_a_living_one_is_not) {
  auto gone = begin("a", "2022-01-24");
  gone.state = RunState::Staged;
  ASSERT_TRUE(store_->runs().record(gone, {}).ok());
  const auto alive = *store_->runs().begin({"b", "logs", "2022-01-25", Trigger::Run, kNoon, {1, "boot", 7}});
  finish(begin("c", "2022-01-26"), RunState::Succeeded);
  const auto abandoned =
      store_->runs().interrupt_abandoned(later(60), [&](const Process& p) { return p == alive.process; });
  ASSERT_EQ(abandoned->size(), 1U);
  EXPECT_EQ(abandoned->front(), gone);
  EXPECT_EQ(runs(), "c 2022-01-26 succeeded\nb 2022-01-25 claimed\na 2022-01-24 interrupted");
  EXPECT_EQ(store_->runs().find("a")->error_message, "process 4711 ended while the run was staged");
  EXPECT_EQ(store_->runs().find("a")->finished_at, later(60));
  EXPECT_EQ(partitions(), "2022-01-24 interrupted by a\n2022-01-26 succeeded by c, loaded Lc");
  EXPECT_TRUE(store_->runs().interrupt_abandoned(later(61), [](const Process&) { return true; })->empty());
}

TEST_P(StateStoreContract, an_old_abandoned_run_leaves_the_status_of_a_later_one_alone) {
  begin("a", "2022-01-24", kNoon);
  finish(begin("b", "2022-01-24", later(5)), RunState::Succeeded, later(6));
  ASSERT_TRUE(store_->runs().interrupt_abandoned(later(60), [](const Process&) { return false; }).ok());
  EXPECT_EQ(runs(), "b 2022-01-24 succeeded\na 2022-01-24 interrupted");
  EXPECT_EQ(partitions(), "2022-01-24 succeeded by b, loaded Lb");
}

TEST_P(StateStoreContract, the_end_of_a_run_that_was_thought_abandoned_still_counts) {
  const auto run = begin("a", "2022-01-24");
  ASSERT_TRUE(store_->runs().interrupt_abandoned(later(60), [](const Process&) { return false; }).ok());
  finish(run, RunState::Succeeded, later(61));
  EXPECT_EQ(runs(), "a 2022-01-24 succeeded");
  EXPECT_EQ(partitions(), "2022-01-24 succeeded by a, loaded La");
}

TEST_P(StateStoreContract, a_run_comes_back_as_it_was_recorded) {
  auto run = begin("a", "2022-01-24");
  EXPECT_EQ(*store_->runs().find("a"), run);
  run.state = RunState::Failed;
  run.finished_at = later(3);
  run.counts = {{"requests", {1, 2, 3, 4, 5, 6}}, {"a \"b\"", {UINT64_MAX, 0, 0, 0, 0, 0}}};
  run.bytes_read = 1'200'000'000'000;
  run.load_id = "load";
  run.fingerprint = "print";
  run.error_code = "data_mismatch";
  run.error_message = "line 7: 'é' is\nno number";
  run.warnings = {"3 rows have the unknown field 'x'", ""};
  ASSERT_TRUE(store_->runs().record(run, {}).ok());
  EXPECT_EQ(*store_->runs().find("a"), run);
}

TEST_P(StateStoreContract, attempts_count_up_until_a_run_goes_well) {
  EXPECT_EQ(begin("a", "2022-01-24").attempt, 1);
  EXPECT_EQ(begin("b", "2022-01-24", later(1)).attempt, 2) << "an unfinished run is an attempt";
  auto run = begin("c", "2022-01-24", later(2));
  EXPECT_EQ(run.attempt, 3);
  EXPECT_EQ(begin("d", "2022-01-25", later(2)).attempt, 1);
  EXPECT_EQ(begin("e", "2022-01-24", later(2), "other").attempt, 1);
  finish(run, RunState::Succeeded, later(3));
  EXPECT_EQ(begin("f", "2022-01-24", later(4)).attempt, 1);
}

TEST_P(StateStoreContract, lists_runs_newest_first_and_filters_them) {
  finish(begin("a", "2022-01-24", later(0)), RunState::Failed);
  finish(begin("c", "2022-01-24", later(10)), RunState::Succeeded);
  finish(begin("b", "2022-01-25", later(20)), RunState::Succeeded);
  finish(begin("d", "2022-01-24", later(5), "other"), RunState::Failed);
  EXPECT_EQ(runs(),
            "b 2022-01-25 succeeded\nc 2022-01-24 succeeded\nd 2022-01-24 failed\na 2022-01-24 failed");
  EXPECT_EQ(runs({"logs", "2022-01-24", {}, 50}), "c 2022-01-24 succeeded\na 2022-01-24 failed");
  EXPECT_EQ(runs({"", "", RunState::Failed, 50}), "d 2022-01-24 failed\na 2022-01-24 failed");
  EXPECT_EQ(runs({"", "", {}, 1}), "b 2022-01-25 succeeded");
  EXPECT_EQ(runs({"nobody", "", {}, 50}), "");
}

TEST_P(StateStoreContract, an_up_to_date_run_keeps_the_proof_and_supplies_a_missing_one) {
  finish(begin("a", "2022-01-24"), RunState::Succeeded, later(1));
  finish(begin("b", "2022-01-24"), RunState::UpToDate, later(9));
  const auto known = *store_->partitions().find("logs", "2022-01-24");
  EXPECT_EQ(known->loaded_at, later(1));
  EXPECT_EQ(known->counts.at("requests").loaded, 8U);
  EXPECT_EQ(known->fingerprint, "Fa");
  EXPECT_EQ(known->updated_at, later(9));
  auto run = begin("c", "2022-01-25");
  run.load_id = "told by the destination";
  finish(run, RunState::UpToDate, later(9));
  EXPECT_EQ(partitions(),
            "2022-01-24 up_to_date by b, loaded La\n"
            "2022-01-25 up_to_date by c, loaded told by the destination");
}

TEST_P(StateStoreContract, gaps_are_what_was_never_proven_loaded_or_empty) {
  finish(begin("a", "2022-01-24"), RunState::Succeeded);
  finish(begin("b", "2022-01-25"), RunState::Empty);
  finish(begin("c", "2022-01-26"), RunState::Failed);
  begin("d", "2022-01-27");
  finish(begin("e", "2022-01-28", kNoon, "other"), RunState::Succeeded);
  finish(begin("f", "2022-01-24"), RunState::Failed);
  const std::vector<std::string> keys = {"2022-01-28", "2022-01-24", "2022-01-25",
                                         "2022-01-26", "2022-01-27", "2022-01-29"};
  EXPECT_EQ(join(*store_->partitions().gaps("logs", keys)), "2022-01-28, 2022-01-26, 2022-01-27, 2022-01-29");
  EXPECT_TRUE(store_->partitions().gaps("logs", {})->empty());
}

TEST_P(StateStoreContract, an_unknown_partition_has_no_status) {
  begin("a", "2022-01-24");
  EXPECT_EQ(*store_->partitions().find("logs", "2022-01-24"), std::nullopt);
  EXPECT_EQ(partitions(), "");
}

TEST_P(StateStoreContract, events_come_back_in_the_order_they_were_appended) {
  auto run = begin("a", "2022-01-24");
  const std::vector<Event> first = {{later(2), "a", "info", "run_started", R"({"input":"é\n"})"},
                                    {later(1), "a", "warn", "clock_went_back", "{}"}};
  const std::vector<Event> second = {{later(3), "b", "error", "run_failed", "{}"}};
  const std::vector<Event> third = {{later(4), "a", "info", "run_succeeded", "{}"}};
  ASSERT_TRUE(store_->events().append(first).ok());
  ASSERT_TRUE(store_->events().append(second).ok());
  ASSERT_TRUE(store_->events().append({}).ok());
  ASSERT_TRUE(store_->runs().record(run, third).ok());
  EXPECT_EQ(*store_->events().read("a"), (std::vector<Event>{first[0], first[1], third[0]}));
  EXPECT_EQ(*store_->events().read("b"), second);
  EXPECT_TRUE(store_->events().read("c")->empty());
}

TEST_P(StateStoreContract, prune_removes_runs_that_are_old_and_not_among_the_newest) {
  const std::int64_t day = 86'400;
  for (int i = 0; i < 6; ++i) {
    const auto id = fmt::format("r{}", i);
    const auto run = begin(id, fmt::format("2022-01-{}", 10 + i), later(i * day));
    const std::vector<Event> events = {{later(i * day), id, "info", "run_started", "{}"}};
    ASSERT_TRUE(store_->events().append(events).ok());
    if (i != 1) finish(run, RunState::Succeeded, later(i * day + 1));
  }
  finish(begin("x", "2022-01-10", later(0), "other"), RunState::Succeeded);
  EXPECT_EQ(*store_->prune(later(5 * day), {std::chrono::days(90), 0}), 0U) << "nothing is that old";
  EXPECT_EQ(*store_->prune(later(5 * day), {std::chrono::days(0), 100}), 0U) << "all are among the newest";
  EXPECT_EQ(*store_->prune(later(5 * day), {std::chrono::days(2), 1}), 2U);
  EXPECT_EQ(runs(),
            "r5 2022-01-15 succeeded\nr4 2022-01-14 succeeded\nr3 2022-01-13 succeeded\n"
            "r1 2022-01-11 claimed\nx 2022-01-10 succeeded");
  EXPECT_TRUE(store_->events().read("r0")->empty());
  EXPECT_EQ(store_->events().read("r1")->size(), 1U) << "an unfinished run stays, with its events";
  EXPECT_EQ(store_->partitions().list("logs")->size(), 5U) << "partitions stay for ever";
}

model::LedgerEntry entry(const std::string& load, const std::string& partition, const std::string& table,
                         std::uint64_t rows, std::int64_t published) {
  return {load,       "logs", partition, table, {rows, 0, rows, 0, 0, 0},
          "F" + load, "hash", "",        kNoon, later(published)};
}

TEST_P(StateStoreContract, rebuild_replaces_everything_by_what_the_ledgers_tell) {
  finish(begin("old", "2021-12-31"), RunState::Succeeded);
  const std::vector<Event> events = {{later(4), "old", "info", "run_succeeded", "{}"}};
  ASSERT_TRUE(store_->events().append(events).ok());
  const std::vector<model::LedgerEntry> ledger = {
      entry("B", "2022-01-24", "requests", 20, 9), entry("A", "2022-01-24", "requests", 10, 5),
      entry("A", "2022-01-24", "errors", 1, 5), entry("C", "2022-01-25", "requests", 0, 7)};
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(store_->rebuild(ledger).ok());
    EXPECT_EQ(partitions(), "2022-01-24 succeeded by B, loaded B\n2022-01-25 empty by C, loaded C");
    EXPECT_EQ(runs(), "C 2022-01-25 empty\nB 2022-01-24 succeeded\nA 2022-01-24 succeeded");
    const auto run = *store_->runs().find("A");
    EXPECT_EQ(run.trigger, Trigger::Rebuild);
    EXPECT_EQ(run.counts.size(), 2U);
    EXPECT_EQ(run.counts.at("requests").loaded, 10U);
    EXPECT_EQ(run.finished_at, later(5));
    EXPECT_EQ((*store_->partitions().find("logs", "2022-01-24"))->fingerprint, "FB");
    EXPECT_TRUE(store_->events().read("old")->empty());
  }
}

TEST_P(StateStoreContract, threads_can_work_at_the_same_time) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto id = fmt::format("{}-{:02}", t, i);
        finish(begin(id, id), i % 2 == 0 ? RunState::Succeeded : RunState::Failed);
        EXPECT_TRUE(store_->runs().find(id).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store_->runs().list({"", "", RunState::Succeeded, 1000})->size(), 100U);
  EXPECT_EQ(store_->partitions().list("")->size(), 200U);
}

INSTANTIATE_TEST_SUITE_P(Stores, StateStoreContract,
                         testing::Values(Backend{"sqlite_in_memory",
                                                 [](const TestFolder&) {
                                                   return open_sqlite_state(":memory:");
                                                 }},
                                         Backend{"sqlite_file",
                                                 [](const TestFolder& folder) {
                                                   return open_sqlite_state(folder / ".weir/state.db");
                                                 }}),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace weir::state
