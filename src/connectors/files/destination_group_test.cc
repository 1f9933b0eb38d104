// SPDX-License-Identifier: Apache-2.0
// Several loads into one bucket at once: what they decide together, and what becomes of it when a
// process ends, a line breaks or another weir comes in between.
#include <fmt/format.h>

#include <array>
#include <thread>

#include "connectors/files/destination_bucket_fixture.h"
#include "connectors/files/destination_ledger.h"

namespace weir::files {
namespace {

using Break = BreakingStore::Break;
using model::WriteMode;

constexpr int kNever = 1'000'000;

class LoadsTogether : public BucketDestinationTest {
 protected:
  static std::string day(int number) { return fmt::format("2022-01-{:02}", number); }
  static std::string visits_of(int number, const std::string& page) {
    return "visits/" + day(number) + ".csv=id,page\n1," + page + "\n\n";
  }
  void begin_anew() { store_ = std::make_shared<support::MemoryObjectStore>(); }

  /// Loads these days side by side, each on a thread of its own; the errors, empty where there was none.
  static std::vector<std::string> load_together(sdk::Destination& destination, int days) {
    std::vector<std::string> errors(static_cast<std::size_t>(days));
    std::vector<std::thread> threads;
    for (int i = 1; i <= days; ++i) {
      threads.emplace_back([&, i] {
        const auto loaded = load(destination, request(fmt::format("load-{}", i), day(i)), "/a");
        if (!loaded.ok()) errors[static_cast<std::size_t>(i - 1)] = loaded.error().to_string();
      });
    }
    for (auto& thread : threads) thread.join();
    return errors;
  }

  /// Whether the files that lie there are those that the ledger names.
  void expect_files_of_the_ledger() {
    const auto ledger = FilesLedger(make_bucket_depot(store_, "")).all("");
    ASSERT_TRUE(ledger.ok());
    std::set<std::string> named;
    for (const auto& record : live_files(*ledger, "visits")) named.insert(record.file->path);
    std::set<std::string> there;
    for (const auto& object : *io::list_all(*store_, "visits/")) there.insert(object.key);
    EXPECT_EQ(there, named);
    EXPECT_EQ(staged(), "");
  }
  void expect_a_clean_head() {
    EXPECT_NE(head().find("\"claims\": []"), std::string::npos) << head();
    EXPECT_EQ(head().find("publishing"), std::string::npos) << head();
  }

  /// Leaves a head with publications of these days that are decided, each by a weir that was killed
  /// right behind the decision.
  void decide_together(int days) {
    begin_anew();
    ASSERT_TRUE(load(*open(), request("0", day(20)), "/old").ok());
    const auto depot = make_bucket_depot(store_, "");
    std::vector<std::unique_ptr<Claim>> claims;
    for (int i = 1; i <= days; ++i) {
      const auto id = fmt::format("load-{}", i);
      const auto path = "visits/" + day(i) + ".csv";
      auto claimed = depot->claim({id, "usage", day(i), {path}}, {});
      ASSERT_TRUE(claimed.ok() && *claimed != nullptr);
      ASSERT_TRUE((*claimed)->file(0).write("id,page\n1,/a\n").ok());
      ASSERT_TRUE((*claimed)->complete().ok());
      claims.push_back(*std::move(claimed));
    }
    for (int i = 1; i <= days; ++i) {
      const auto id = fmt::format("load-{}", i);
      Publication publication{id, "usage", day(i), {}, {}, {}, {}};
      const auto entry = entries(request(id, day(i)))[0];
      const auto path = "visits/" + day(i) + ".csv";
      const auto measured = depot->measure(path);
      ASSERT_TRUE(measured.ok());
      publication.records.push_back(
          {entry, WriteMode::ReplacePartition, DataFile{path, measured->bytes, 1, measured->hash, visits()}});
      const auto turn = depot->take_turn(TurnKind::Shared, PartitionName{"usage", day(i)});
      ASSERT_TRUE(turn.ok());
      const auto decided = (*turn)->decide(proposal_of(publication));
      ASSERT_TRUE(decided.ok() && *decided == Turn::Decision::Decided);
      claims[static_cast<std::size_t>(i - 1)]->set_fate(Claim::Fate::Decided);
      for (int each = 1; each <= i; ++each) EXPECT_TRUE(is_decided(fmt::format("load-{}", each)));
    }
  }
};

TEST_F(LoadsTogether, all_publish) {
  constexpr int kDays = 12;
  {
    const auto destination = open();
    for (const auto& error : load_together(*destination, kDays)) EXPECT_EQ(error, "");
  }
  EXPECT_EQ(open()->ledger("usage")->size(), std::size_t{kDays});
  expect_files_of_the_ledger();
  expect_a_clean_head();
}

TEST_F(LoadsTogether, ask_for_little_when_nobody_else_publishes) {
  const auto line = std::make_shared<BreakingStore>(store_, Break::Crash, kNever);
  const auto destination = open_on(line);
  ASSERT_TRUE(load(*destination, request("0", day(20)), "/a").ok());
  ASSERT_TRUE(load(*destination, request("1", day(21)), "/a").ok());
  ASSERT_TRUE(destination->ledger("usage").ok());
  const int before = line->calls();
  ASSERT_TRUE(destination->find_load("usage", day(1))->empty());
  EXPECT_EQ(line->calls(), before);
  ASSERT_TRUE(load(*destination, request("2", day(1)), "/a").ok());
  // The path, the claim, the head, three calls for one object, the decision, the record.
  EXPECT_EQ(line->calls() - before, 8);
}

TEST_F(LoadsTogether, do_not_take_a_partition_for_new_that_another_weir_has_loaded_meanwhile) {
  const auto destination = open();
  ASSERT_TRUE(destination->ledger("usage").ok());
  for (int i = 1; i <= 2; ++i) EXPECT_TRUE(destination->find_load("usage", day(i))->empty());
  ASSERT_TRUE(load(*open(), request("0", day(1)), "/other").ok());
  const auto refused = destination->begin(request("1", day(1)));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Conflict);
  EXPECT_NE(refused.error().message().find("run it again"), std::string::npos);
  EXPECT_TRUE(load(*destination, request("2", day(2)), "/a").ok());
  EXPECT_EQ(destination->find_load("usage", day(1))->size(), 1U);
  EXPECT_TRUE(load(*destination, request("3", day(1)), "/a").ok());
  EXPECT_EQ(files(), visits_of(1, "/a") + visits_of(2, "/a"));
}

TEST_F(LoadsTogether, are_all_carried_out_by_who_comes_next) {
  decide_together(3);
  EXPECT_EQ(open()->ledger("usage")->size(), 4U);
  EXPECT_EQ(files(), visits_of(1, "/a") + visits_of(2, "/a") + visits_of(3, "/a") + visits_of(20, "/old"));
  expect_a_clean_head();
}

TEST_F(LoadsTogether, are_carried_out_once_however_often_that_is_interrupted) {
  bool is_cut = true;
  for (int at = 0; is_cut; ++at) {
    SCOPED_TRACE(at);
    decide_together(3);
    const auto line = std::make_shared<BreakingStore>(store_, Break::Crash, at);
    (void)open_on(line)->find_load("usage", day(2));
    is_cut = line->is_broken();
    // Somebody who asks for one of them finds it, and who asks for everything all of them.
    const auto destination = open();
    EXPECT_EQ(destination->find_load("usage", day(2))->size(), 1U);
    EXPECT_EQ(destination->ledger("usage")->size(), 4U);
    EXPECT_EQ(files(), visits_of(1, "/a") + visits_of(2, "/a") + visits_of(3, "/a") + visits_of(20, "/old"));
    expect_a_clean_head();
    if (HasFailure()) return;
  }
}

TEST_F(LoadsTogether, that_are_decided_hold_up_a_merge_until_they_are_carried_out) {
  decide_together(2);
  const auto loaded = load(*open(), request("3", day(9), WriteMode::Merge), "/new");
  ASSERT_TRUE(loaded.ok()) << loaded.error().to_string();
  EXPECT_EQ(files(), "visits/all.csv=id,page\n1,/new\n\n");
  expect_a_clean_head();
}

TEST_F(LoadsTogether, lose_only_the_one_whose_claim_another_weir_takes) {
  const auto destination = open();
  const auto first = request("1", day(1));
  const auto second = request("2", day(2));
  ASSERT_TRUE(load(*destination, request("0", day(20)), "/old").ok());
  auto one = stage(*destination, first, "/one");
  auto two = stage(*destination, second, "/two");
  ASSERT_TRUE(one.ok() && two.ok());
  ASSERT_TRUE(load(*open(), request("3", day(1)), "/other").ok());
  std::optional<Result<void>> lost;
  std::thread beside([&] { lost = (*one)->publish(entries(first)); });
  const auto published = (*two)->publish(entries(second));
  beside.join();
  EXPECT_TRUE(published.ok()) << published.error().to_string();
  ASSERT_FALSE(lost->ok());
  EXPECT_EQ(lost->error().code(), ErrorCode::Conflict);
  one->reset();
  EXPECT_EQ(files(), visits_of(1, "/other") + visits_of(2, "/two") + visits_of(20, "/old"));
}

TEST_F(LoadsTogether, leave_nothing_half_done_when_a_line_breaks_at_any_call) {
  constexpr std::array kKinds = {Break::Crash, Break::Refusal, Break::LostAnswer};
  bool is_broken = true;
  // Which of the loads makes a call is not the same every time, so each call meets one kind of break.
  for (std::size_t at = 0; is_broken; ++at) {
    const auto kind = kKinds[at % kKinds.size()];
    SCOPED_TRACE(fmt::format("break {} at call {}", static_cast<int>(kind), at));
    begin_anew();
    const auto line = std::make_shared<BreakingStore>(store_, kind, static_cast<int>(at));
    const auto errors = load_together(*open_on(line), 3);
    is_broken = line->is_broken();
    const auto destination = open();
    for (int i = 1; i <= 3; ++i) {
      const auto found = destination->find_load("usage", day(i));
      ASSERT_TRUE(found.ok()) << found.error().to_string();
      const bool is_published = files().find(visits_of(i, "/a")) != std::string::npos;
      const bool has_succeeded = errors[static_cast<std::size_t>(i - 1)].empty();
      EXPECT_TRUE(!has_succeeded || found->size() == 1);
      EXPECT_TRUE(found->empty() || is_published) << files();
      const auto loaded = load(*destination, request(fmt::format("again-{}", i), day(i)), "/b");
      ASSERT_TRUE(loaded.ok()) << loaded.error().to_string();
    }
    EXPECT_EQ(files(), visits_of(1, "/b") + visits_of(2, "/b") + visits_of(3, "/b"));
    expect_files_of_the_ledger();
    if (HasFailure()) return;
  }
}

TEST_F(LoadsTogether, that_change_a_table_see_what_the_others_made_of_it) {
  constexpr int kDays = 6;
  std::vector<std::string> errors(kDays);
  {
    const auto destination = open();
    const auto load_wide = [&](int i) -> Result<void> {
      auto wanted = request(fmt::format("load-{}", i), day(i + 1));
      wanted.tables[0].schema = conformance::schema_of(fmt::format("id integer, column_{} text", i));
      const auto begun = TRY(destination->begin(wanted));
      const conformance::TestRows rows(wanted.tables[0].schema, {{"1", "/a"}});
      TRY(begun->write(0, rows.view()));
      return begun->publish(entries(wanted));
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kDays; ++i) {
      threads.emplace_back([&, i] {
        const auto loaded = load_wide(i);
        if (!loaded.ok()) errors[static_cast<std::size_t>(i)] = loaded.error().to_string();
      });
    }
    for (auto& thread : threads) thread.join();
  }
  for (const auto& error : errors) EXPECT_EQ(error, "");
  const auto table = FilesLedger(make_bucket_depot(store_, "")).table("visits");
  ASSERT_TRUE(table.ok() && *table);
  EXPECT_EQ((*table)->columns.size(), std::size_t{1 + kDays});
  EXPECT_EQ(open()->ledger("usage")->size(), std::size_t{kDays});
  expect_files_of_the_ledger();
  expect_a_clean_head();
}

/// Something that another weir does, and what is then there beside what this one has loaded.
struct Other {
  std::string name;
  std::string partition;
  WriteMode mode = WriteMode::ReplacePartition;
};

TEST_F(LoadsTogether, of_two_weirs_end_well_wherever_they_meet) {
  const std::vector<Other> others = {{"another day", day(2)},
                                     {"the same day", day(1)},
                                     {"another day, as the only one", day(2), WriteMode::Replace}};
  for (const auto& other : others) {
    bool is_met = true;
    for (int at = 0; is_met; ++at) {
      SCOPED_TRACE(fmt::format("{} before call {}", other.name, at));
      begin_anew();
      ASSERT_TRUE(load(*open(), request("0", day(20)), "/old").ok());
      const auto line = std::make_shared<BreakingStore>(store_, Break::Meanwhile, at);
      std::optional<Result<void>> theirs;
      line->set_meanwhile([&] { theirs = load(*open(), request("2", other.partition, other.mode), "/b"); });
      const auto ours = [&]() -> Result<void> {
        const auto destination = open_on(line);
        TRY(destination->ledger("usage"));
        TRY(destination->find_load("usage", day(1)));
        return load(*destination, request("1", day(1)), "/a");
      }();
      is_met = line->is_broken();
      if (!is_met) break;
      EXPECT_TRUE(theirs->ok()) << theirs->error().to_string();
      if (other.partition != day(1)) {
        EXPECT_TRUE(ours.ok()) << ours.error().to_string();
      } else if (!ours.ok()) {
        EXPECT_EQ(ours.error().code(), ErrorCode::Conflict);
      }
      const auto ledger = *open()->ledger("usage");
      EXPECT_EQ(ledger.size(), ours.ok() ? 3U : 2U);
      // Which of the two came last shows in the files, and not in the ledger of this test.
      if (other.mode == WriteMode::Replace) {
        EXPECT_NE(files().find(visits_of(2, "/b")), std::string::npos) << files();
        EXPECT_EQ(files().find(visits_of(20, "/old")), std::string::npos) << files();
      } else {
        expect_files_of_the_ledger();
      }
      expect_a_clean_head();
      if (HasFailure()) return;
    }
  }
}

TEST_F(LoadsTogether, of_two_weirs_end_well_wherever_they_meet_and_one_is_killed) {
  constexpr int kStep = 5;
  bool is_met = true;
  bool is_cut = true;
  // Every place with some of the others: all pairs take too long, and these are new with every step.
  for (int at = 0; is_met; ++at) {
    for (int cut = at % kStep; is_met && (is_cut || cut < kStep); cut += kStep) {
      SCOPED_TRACE(fmt::format("met before call {}, the other one was killed before its call {}", at, cut));
      begin_anew();
      const auto killed = std::make_shared<BreakingStore>(store_, Break::Crash, cut);
      const auto line = std::make_shared<BreakingStore>(store_, Break::Meanwhile, at);
      line->set_meanwhile([&] { (void)load(*open_on(killed), request("2", day(1)), "/b"); });
      const auto ours = load(*open_on(line), request("1", day(1)), "/a");
      is_met = line->is_broken();
      is_cut = killed->is_broken();
      const auto id = newest(day(1));
      if (ours.ok()) {
        EXPECT_NE(id, "");
      }
      if (id == "1") {
        EXPECT_EQ(files(), visits_of(1, "/a"));
      }
      if (id == "2") {
        EXPECT_EQ(files(), visits_of(1, "/b"));
      }
      ASSERT_TRUE(load(*open(), request("3", day(1)), "/c").ok());
      EXPECT_EQ(files(), visits_of(1, "/c"));
      expect_files_of_the_ledger();
      expect_a_clean_head();
      if (HasFailure()) return;
    }
  }
}

TEST_F(LoadsTogether, go_on_where_an_earlier_version_was_interrupted) {
  decide_together(1);
  // It knew of one publication at a time.
  auto text = head();
  text = text.substr(text.find('{'));
  const auto cut = [&](const std::string& from, const std::string& to) {
    const auto begin = text.find(from);
    ASSERT_NE(begin, std::string::npos) << text;
    text.erase(begin, text.find(to, begin) + to.size() - begin);
  };
  cut(" \"decided_at\"", "\n");
  cut(" \"tables_at\"", "\n");
  const auto list = text.find('[', text.find("\"publishing\""));
  text.erase(list, 1);
  text.erase(text.rfind(']'), 1);
  ASSERT_TRUE(store_->put("_weir/head.json", text, {}).ok());
  ASSERT_TRUE(load(*open(), request("2", day(2)), "/b").ok());
  EXPECT_EQ(open()->ledger("usage")->size(), 3U);
  EXPECT_EQ(files(), visits_of(1, "/a") + visits_of(2, "/b") + visits_of(20, "/old"));
  expect_a_clean_head();
}

}  // namespace
}  // namespace weir::files
