// SPDX-License-Identifier: Apache-2.0
// The head of a bucket, changed by several threads at once, by other processes, and over bad lines.
#include "connectors/files/destination_shared_head.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "connectors/files/destination_head.h"
#include "tests/support/memory_object_store.h"

namespace weir::files {
namespace {

using Verdict = SharedHead::Verdict;

/// A store that counts, and whose line may break while the head is written.
class HeadStore final : public io::ObjectStore {
 public:
  enum class Line { Works, IsDead, LosesTheAnswer };
  /// What the line is like at a write, counted from one.
  std::function<Line(int number)> at_put = [](int) { return Line::Works; };
  void overwrite(const std::string& key, std::string bytes) {
    EXPECT_TRUE(memory_.put(key, std::move(bytes), {}).ok());
  }
  int heads() const { return heads_; }
  int puts() const { return puts_; }

  std::string uri(const std::string& key) const override { return memory_.uri(key); }
  Result<io::ObjectPage> list(const std::string& prefix, const std::string& after) override {
    return memory_.list(prefix, after);
  }
  Result<io::ObjectInfo> head(const std::string& key) override {
    ++heads_;
    return memory_.head(key);
  }
  Result<std::string> read(const std::string& key, io::ByteRange range, const std::string& version) override {
    return memory_.read(key, range, version);
  }
  Result<io::ObjectInfo> put(const std::string& key, std::string bytes,
                             const io::PutOptions& options) override {
    const auto line = at_put(++puts_);
    const auto broken = fail(ErrorCode::Unavailable, "the line is dead");
    if (line == Line::IsDead) return broken;
    auto written = memory_.put(key, std::move(bytes), options);
    if (line == Line::LosesTheAnswer) return broken;
    return written;
  }
  Result<std::unique_ptr<io::ObjectUpload>> upload(const std::string& key,
                                                   const io::PutOptions& options) override {
    return memory_.upload(key, options);
  }
  Result<io::ObjectInfo> copy(const std::string& from, const std::string& to) override {
    return memory_.copy(from, to);
  }
  Result<void> remove(const std::string& key) override { return memory_.remove(key); }

 private:
  support::MemoryObjectStore memory_;
  std::atomic<int> heads_ = 0;
  std::atomic<int> puts_ = 0;
};

class SharedHeadTest : public testing::Test {
 protected:
  static SharedHead::Change claim(const std::string& load_id) {
    return [load_id](Head& next) -> Result<Verdict> {
      next.claims.push_back({"usage", "of " + load_id, load_id, {}});
      return Verdict::Change;
    };
  }
  static SharedHead::Change decide(const std::string& load_id) {
    return [load_id](Head& next) -> Result<Verdict> {
      next.decided.push_back(
          {load_id, "usage", "p", R"({"load_id":")" + load_id + R"(","pipeline":"usage","partition":"p"})"});
      next.decided_at = next.writes;
      return Verdict::Change;
    };
  }
  /// Calls that wait together while the head is written for the claim "first". `line` and `meanwhile`
  /// are about the next write, which is theirs.
  std::vector<Result<Verdict>> apply_together(
      const std::vector<SharedHead::Change>& changes, HeadStore::Line line = HeadStore::Line::Works,
      const std::function<void()>& meanwhile = [] {}) {
    std::vector<Result<Verdict>> outcomes(changes.size(), Verdict::Overtaken);
    std::vector<std::thread> threads;
    store_.at_put = [&](int number) {
      if (number == 1) {
        for (std::size_t i = 0; i < changes.size(); ++i) {
          threads.emplace_back([&, i] { outcomes[i] = head_.apply(changes[i]); });
          while (head_.waiting() <= i) std::this_thread::yield();
        }
      }
      if (number == 2) meanwhile();
      return number == 2 ? line : HeadStore::Line::Works;
    };
    EXPECT_TRUE(head_.apply(claim("first")).ok());
    for (auto& thread : threads) thread.join();
    return outcomes;
  }
  /// The loads that have claims and those that are decided, as another process finds them.
  std::string there() {
    const auto seen = SharedHead(store_, kKey).look();
    EXPECT_TRUE(seen.ok());
    std::string all;
    for (const auto& each : seen->claims) all += each.load_id + " ";
    for (const auto& each : seen->decided) all += "decided:" + each.load_id + " ";
    return all;
  }
  static SharedHead::Change look(std::string& seen) {
    return [&seen](const Head& head) -> Result<Verdict> {
      seen.clear();
      for (const auto& each : head.claims) seen += each.load_id + " ";
      return Verdict::Keep;
    };
  }

  static constexpr const char* kKey = "_weir/head.json";
  HeadStore store_;
  SharedHead head_{store_, kKey};
};

TEST_F(SharedHeadTest, is_written_once_for_all_that_wait) {
  const auto outcomes = apply_together({claim("1"), decide("2"), decide("3"), claim("4")});
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome.ok() && *outcome == Verdict::Change);
  EXPECT_EQ(store_.puts(), 2);
  EXPECT_EQ(there(), "first 1 4 decided:2 decided:3 ");
}

TEST_F(SharedHeadTest, gives_each_of_a_group_its_own_outcome) {
  const auto refuse = [](Head&) -> Result<Verdict> { return fail(ErrorCode::Conflict, "not mine"); };
  const auto wait = [](Head&) -> Result<Verdict> { return Verdict::Overtaken; };
  const auto outcomes = apply_together({refuse, claim("1"), wait});
  ASSERT_FALSE(outcomes[0].ok());
  EXPECT_EQ(outcomes[0].error().message(), "not mine");
  EXPECT_TRUE(outcomes[1].ok() && *outcomes[1] == Verdict::Change);
  EXPECT_TRUE(outcomes[2].ok() && *outcomes[2] == Verdict::Overtaken);
  EXPECT_EQ(there(), "first 1 ");
}

TEST_F(SharedHeadTest, asks_a_group_again_when_another_process_was_faster) {
  int asked = 0;
  const auto count = [&](Head& next) -> Result<Verdict> {
    ++asked;
    return claim("1")(next);
  };
  bool is_faster = true;
  const auto outcomes = apply_together({count, claim("2")}, HeadStore::Line::Works, [&] {
    if (!std::exchange(is_faster, false)) return;
    // On the store itself, because it is another process that does not count.
    auto seen = *parse_head((*read_object(store_, kKey))->text);
    seen.claims.push_back({"usage", "p", "other", {}});
    ++seen.writes;
    store_.overwrite(kKey, head_json(seen));
  });
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(there(), "first other 1 2 ");
}

TEST_F(SharedHeadTest, tells_all_of_a_group_when_an_answer_was_lost) {
  const auto outcomes = apply_together({claim("1"), decide("2")}, HeadStore::Line::LosesTheAnswer);
  for (const auto& outcome : outcomes) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code(), ErrorCode::Unavailable);
  }
  // What comes next looks at what is there.
  EXPECT_TRUE(head_.apply(claim("3")).ok());
  EXPECT_EQ(there(), "first 1 3 decided:2 ");
}

TEST_F(SharedHeadTest, answers_who_only_looks_although_the_write_of_his_group_failed) {
  std::string seen;
  const auto outcomes = apply_together({look(seen), claim("1")}, HeadStore::Line::IsDead);
  EXPECT_TRUE(outcomes[0].ok());
  EXPECT_FALSE(outcomes[1].ok());
  EXPECT_EQ(seen, "first ");
}

TEST_F(SharedHeadTest, is_looked_at_for_nothing_by_who_waits_for_a_write) {
  std::string one;
  std::string other;
  apply_together({look(one), claim("1"), look(other)});
  EXPECT_EQ(one, "first ");
  EXPECT_EQ(other, "first 1 ");
  EXPECT_EQ(store_.heads(), 1);  // the first of all, which found none
}

TEST_F(SharedHeadTest, is_asked_for_once_by_all_that_only_look) {
  std::string one;
  std::string other;
  apply_together({look(one), look(other)});
  EXPECT_EQ(store_.heads(), 2);
  EXPECT_EQ(store_.puts(), 1);
}

TEST_F(SharedHeadTest, knows_its_own_decisions_from_those_of_others) {
  ASSERT_TRUE(head_.apply(decide("1")).ok());
  ASSERT_TRUE(head_.apply(claim("2")).ok());
  EXPECT_EQ(head_.look()->others, 0U);
  SharedHead other(store_, kKey);
  ASSERT_TRUE(other.apply(claim("3")).ok());
  EXPECT_EQ(head_.look()->others, 0U);
  ASSERT_TRUE(other.apply(decide("4")).ok());
  EXPECT_EQ(head_.look()->others, 1U);
}

TEST_F(SharedHeadTest, forgets_what_is_carried_out_with_the_next_write) {
  ASSERT_TRUE(head_.apply(decide("1")).ok());
  head_.forget("1");
  EXPECT_EQ(there(), "decided:1 ");
  EXPECT_TRUE(head_.seen_last()->decided.empty());
  ASSERT_TRUE(head_.apply(claim("2")).ok());
  EXPECT_EQ(there(), "2 ");
  EXPECT_TRUE(head_.forget_now().ok());
  EXPECT_EQ(store_.puts(), 2);
}

TEST_F(SharedHeadTest, forgets_again_when_the_write_did_not_happen) {
  ASSERT_TRUE(head_.apply(decide("1")).ok());
  head_.forget("1");
  store_.at_put = [](int) { return HeadStore::Line::IsDead; };
  EXPECT_FALSE(head_.forget_now().ok());
  EXPECT_TRUE(head_.forget_now().ok());
  EXPECT_EQ(store_.puts(), 2);
  store_.at_put = [](int) { return HeadStore::Line::Works; };
  ASSERT_TRUE(head_.apply(claim("2")).ok());
  EXPECT_EQ(there(), "2 ");
}

TEST(Head, of_an_earlier_version_may_have_decided_anything) {
  const auto head = parse_head(R"({"writes": 7, "claims": [], "publishing":
      {"load_id": "1", "pipeline": "usage", "partition": "p", "loads": []}})");
  ASSERT_TRUE(head.ok()) << head.error().to_string();
  EXPECT_TRUE(head->has_decided("1"));
  EXPECT_TRUE(head->has_decided("usage", "p"));
  EXPECT_EQ(head->decided_at, 7U);
  EXPECT_TRUE(head->holds_all_up());
  const auto again = parse_head(head_json(*head));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(head_json(*again), head_json(*head));
}

}  // namespace
}  // namespace weir::files
