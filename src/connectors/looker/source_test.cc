// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/source.h"

#include <gtest/gtest.h>

#include <atomic>

#include "connectors/looker/testing.h"

namespace weir::looker {
namespace {

/// A row of history: its number, a second of 2024-05-13 04:12, and a title.
std::string row(int id, int second, const std::string& title = "x") {
  return fmt::format(
      R"({{"history.id":{},"history.created_time":"2024-05-13 04:12:{:02}","history.title":"{}"}})", id,
      second, title);
}
std::string rows_of(const std::vector<std::string>& rows) { return "[" + join(rows, ",") + "]"; }

class LookerSourceTest : public testing::Test {
 protected:
  void by_time(std::int64_t limit) {
    looker.query.partition_field = "history.created_time";
    looker.query.limit = limit;
  }
  ScriptedLooker looker;
};

TEST_F(LookerSourceTest, B_12_and_C_15_windows_and_times_are_utc) {
  by_time(100);
  looker.answer(rows_of({row(1, 9, R"(Bob's \"board\")"), row(2, 10)}));
  const auto reading = looker.read(day("2024-05-13"));
  EXPECT_EQ(reading.text(), "1,2024-05-13T04:12:09Z,Bob's \"board\"\n2,2024-05-13T04:12:10Z,x");
  EXPECT_EQ(
      looker.http.requests()[2].body,
      R"({"fields":["history.id","history.created_time","history.title"],)"
      R"("filters":{"history.created_time":"2024-05-13 00:00:00 to 2024-05-14 00:00:00"},"limit":"100",)"
      R"("model":"system__activity","query_timezone":"UTC","sorts":["history.created_time"],"view":"history"})");
}

TEST_F(LookerSourceTest, B_6_titles_and_nulls_come_as_they_are) {
  looker.query.fields = {"history.title"};
  looker.answer(R"([{"history.title":"Bob's \"best\" history.title board"},{"history.title":null},{}])");
  EXPECT_EQ(looker.read({"all", {}}).text(), "Bob's \"best\" history.title board\n-\n-");
}

TEST_F(LookerSourceTest, yes_and_no_are_booleans) {
  looker.query.fields = {"history.cache"};
  looker.answer(
      R"([{"history.cache":"Yes"},{"history.cache":"No"},{"history.cache":true},{"history.cache":"perhaps"}])");
  const auto reading = looker.read({"all", {}});
  EXPECT_EQ(reading.text(), "true\nfalse\ntrue");
  EXPECT_EQ(join(reading.rejects),
            "{\"history.cache\":\"perhaps\"} ! column cache: \"perhaps\" is not a boolean (expected true or "
            "false)");
}

TEST_F(LookerSourceTest, C_3_an_answer_at_the_row_limit_is_continued_until_it_is_complete) {
  by_time(3);
  looker.answer(rows_of({row(1, 1), row(2, 2), row(3, 2)}));
  looker.answer(rows_of({row(2, 2), row(3, 2), row(4, 3)}));
  looker.answer(rows_of({row(4, 3), row(5, 3)}));
  const auto reading = looker.read(day("2024-05-13"));
  EXPECT_EQ(reading.text(),
            "1,2024-05-13T04:12:01Z,x\n2,2024-05-13T04:12:02Z,x\n3,2024-05-13T04:12:02Z,x\n"
            "4,2024-05-13T04:12:03Z,x\n5,2024-05-13T04:12:03Z,x");
  EXPECT_EQ(looker.asked("filters"),
            "{\"history.created_time\":\"2024-05-13 00:00:00 to 2024-05-14 00:00:00\"}\n"
            "{\"history.created_time\":\"2024-05-13 04:12:02 to 2024-05-14 00:00:00\"}\n"
            "{\"history.created_time\":\"2024-05-13 04:12:03 to 2024-05-14 00:00:00\"}");
}

TEST_F(LookerSourceTest, C_2_more_rows_in_one_second_than_the_limit_are_an_error) {
  by_time(2);
  looker.answer(rows_of({row(1, 1), row(2, 2)}));
  looker.answer(rows_of({row(2, 2), row(3, 2)}));
  EXPECT_EQ(
      looker.read(day("2024-05-13")).error->message(),
      "an answer had as many rows as the limit allows, 2, all with one value of history.created_time; raise "
      "`limit`, or set it to -1: rows may be missing, so nothing is loaded");
}

TEST_F(LookerSourceTest, C_3_an_answer_at_the_row_limit_in_another_order_is_an_error) {
  by_time(2);
  looker.answer(rows_of({row(1, 5), row(2, 2)}));
  EXPECT_NE(looker.read(day("2024-05-13")).error->message().find("do not come in the order of"),
            std::string::npos);
}

TEST_F(LookerSourceTest, B_7_rows_without_a_time_are_paged_by_their_primary_key) {
  looker.query.limit = 2;
  looker.answer(rows_of({row(1, 1), row(2, 2)}));
  looker.answer(rows_of({row(2, 2), row(7, 1)}));
  looker.answer(rows_of({row(7, 1)}));
  EXPECT_EQ(looker.read({"all", {}}).text(),
            "1,2024-05-13T04:12:01Z,x\n2,2024-05-13T04:12:02Z,x\n7,2024-05-13T04:12:01Z,x");
  EXPECT_EQ(looker.asked("filters"), "{}\n{\"history.id\":\">=2\"}\n{\"history.id\":\">=7\"}");
}

TEST_F(LookerSourceTest, B_7_an_answer_at_the_limit_without_any_key_is_an_error) {
  looker.query.fields = {"history.title"};
  looker.query.limit = 2;
  looker.answer(R"([{"history.title":"a"},{"history.title":"b"}])");
  EXPECT_NE(looker.read({"all", {}}).error->message().find("or name a `partition_field`"), std::string::npos);
}

TEST_F(LookerSourceTest, B_7_a_usual_cap_without_a_limit_is_suspected) {
  looker.query.fields = {"history.title"};
  looker.query.limit = -1;
  std::vector<std::string> rows(5000, R"({"history.title":"a"})");
  looker.answer(rows_of(rows));
  EXPECT_EQ(
      join(looker.read({"all", {}}).warnings),
      "system__activity.history: the answer has exactly 5,000 rows, at which some instances end all answers: "
      "rows may be missing");
}

/// An instance with four rows whose first answer to a query ends after so many bytes.
class CutLooker final : public io::HttpClient {
 public:
  CutLooker(ScriptedLooker& looker, std::size_t bytes) : looker_(looker), bytes_(bytes) {}

  static std::string answer(const std::string& from) {
    std::vector<std::string> rows;
    int id = 0;
    for (const int second : {1, 2, 2, 3}) {
      ++id;
      if (fmt::format("2024-05-13 04:12:{:02}", second) >= from) rows.push_back(row(id, second));
    }
    return rows_of(rows);
  }

  Result<io::HttpResponse> send(const io::HttpRequest& request) override {
    if (request.url != kRun) return looker_.http.send(request);
    const auto filter = request.body.find("created_time\":\"2024") + 15;
    const auto body = answer(request.body.substr(filter, 19));
    return io::HttpResponse{200, {}, queries_++ == 0 ? body.substr(0, bytes_) : body};
  }

 private:
  ScriptedLooker& looker_;
  std::size_t bytes_;
  int queries_ = 0;
};

TEST_F(LookerSourceTest, gives_every_row_once_wherever_an_answer_breaks_off) {
  by_time(100);
  const auto whole = CutLooker::answer("");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CutLooker cut(looker, size);
    auto open = [&]() -> Result<std::shared_ptr<Session>> {
      return std::make_shared<Session>(Instance{"https://looker.example.com", "id", Secret("secret")},
                                       World{cut, looker.clock, looker.sleeper}, 1);
    };
    const auto source = make_looker_source(open, looker.clock, looker.options, {looker.query});
    auto extraction = source->open(day("2024-05-13"), {});
    ASSERT_TRUE(extraction.ok());
    ASSERT_EQ(read_all(**extraction).text(),
              "1,2024-05-13T04:12:01Z,x\n2,2024-05-13T04:12:02Z,x\n3,2024-05-13T04:12:02Z,x\n"
              "4,2024-05-13T04:12:03Z,x")
        << size;
  }
}

TEST_F(LookerSourceTest, asks_only_for_the_rest_after_an_answer_that_broke_off) {
  by_time(100);
  looker.answer("[" + row(1, 1) + "," + row(2, 2) + "," + row(3, 3) + ",{\"history");
  looker.answers().then({502, {}, "<html>Bad gateway"});
  looker.answer(rows_of({row(3, 3), row(4, 3)}));
  EXPECT_EQ(looker.read(day("2024-05-13")).text(),
            "1,2024-05-13T04:12:01Z,x\n2,2024-05-13T04:12:02Z,x\n3,2024-05-13T04:12:03Z,x\n4,2024-05-13T04:"
            "12:03Z,x");
  EXPECT_EQ(looker.asked("filters"),
            "{\"history.created_time\":\"2024-05-13 00:00:00 to 2024-05-14 00:00:00\"}\n"
            "{\"history.created_time\":\"2024-05-13 04:12:03 to 2024-05-14 00:00:00\"}\n"
            "{\"history.created_time\":\"2024-05-13 04:12:03 to 2024-05-14 00:00:00\"}");
  EXPECT_EQ(looker.sleeper.waits().size(), 2U);
}

TEST_F(LookerSourceTest, B_4_and_C_7_an_error_in_place_of_rows_or_behind_them_fails) {
  by_time(100);
  looker.answer("[" + row(1, 1) + "," + row(2, 2) + R"(,{"looker_error":"SQL Error: gone away"}])");
  const auto reading = looker.read(day("2024-05-13"));
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->message(), "Looker answered with an error behind row 2: SQL Error: gone away");
  EXPECT_EQ(looker.asked("limit"), "\"100\"");
}

TEST_F(LookerSourceTest, B_3_and_C_8_and_C_9_an_answer_without_rows_is_no_error) {
  by_time(100);
  looker.answer("[]");
  EXPECT_EQ(looker.read(day("2024-05-13")).text(), "");
  EXPECT_EQ(looker.read({"all", {}}).text(), "");
}

TEST_F(LookerSourceTest, C_21_asks_for_halves_when_an_answer_takes_too_long) {
  by_time(100);
  /// An instance that is slow with whole days.
  class Slow final : public io::HttpClient {
   public:
    Slow(ScriptedLooker& looker) : looker_(looker) {}
    Result<io::HttpResponse> send(const io::HttpRequest& request) override {
      if (request.body.find("00:00:00 to 2024-05-14") != std::string::npos) {
        looker_.clock.advance(std::chrono::minutes(2));
        return io::HttpResponse{504, {}, "<html>Gateway timeout"};
      }
      return looker_.http.send(request);
    }

   private:
    ScriptedLooker& looker_;
  } slow(looker);
  looker.answer(rows_of({row(1, 1)}));
  looker.answer("[]");
  auto open = [&]() -> Result<std::shared_ptr<Session>> {
    return std::make_shared<Session>(Instance{"https://looker.example.com", "id", Secret("secret")},
                                     World{slow, looker.clock, looker.sleeper}, 2);
  };
  const auto source = make_looker_source(open, looker.clock, looker.options, {looker.query});
  auto extraction = source->open(day("2024-05-13"), {});
  ASSERT_TRUE(extraction.ok());
  EXPECT_EQ(read_all(**extraction).text(), "1,2024-05-13T04:12:01Z,x");
  EXPECT_EQ(looker.asked("filters"),
            "{\"history.created_time\":\"2024-05-13 00:00:00 to 2024-05-13 12:00:00\"}\n"
            "{\"history.created_time\":\"2024-05-13 12:00:00 to 2024-05-14 00:00:00\"}");
}

TEST_F(LookerSourceTest, a_partition_that_is_over_stays_as_it_is_and_others_change) {
  by_time(100);
  const auto source = looker.source();
  EXPECT_EQ((*source->inputs(day("2024-05-13")))[0].version, "over");
  EXPECT_EQ((*source->inputs(day("2024-05-14")))[0].version, "until 2024-05-14T10:00:00Z");
  EXPECT_TRUE(source->partitions_inputs());
}

TEST_F(LookerSourceTest, warns_of_rows_that_looker_is_about_to_forget) {
  by_time(100);
  looker.answer("[]");
  EXPECT_EQ(looker.source()->retention(), std::chrono::days(90));
  EXPECT_EQ(join(looker.read(day("2024-03-10")).warnings), "");
  EXPECT_EQ(join(looker.read(day("2024-02-20")).warnings),
            "system__activity.history: Looker removes rows after 90 days, and this partition begins 84 days "
            "ago: some "
            "may be gone; run more often");
}

TEST_F(LookerSourceTest, knows_which_explores_forget) {
  const auto kept = [&](const std::string& explore, const std::string& time) {
    looker.query.explore = explore;
    looker.query.partition_field = time;
    return looker.source()->retention().value_or(std::chrono::days(0)).count();
  };
  EXPECT_EQ(kept("history", "history.created_time"), 90);
  EXPECT_EQ(kept("query_metrics", "query_metrics.created_at_time"), 90);
  EXPECT_EQ(kept("dashboard_performance", "dashboard_performance.started_time"), 90);
  EXPECT_EQ(kept("query", "history.created_time"), 90) << "rows of runs, whatever they are joined to";
  EXPECT_EQ(kept("history", ""), 0) << "all of it each time";
  EXPECT_EQ(kept("content_usage", "content_usage.last_accessed_time"), 0);
  EXPECT_EQ(kept("user", "user.created_time"), 0);
  looker.query.model = "thelook";
  EXPECT_EQ(kept("history", "history.created_time"), 0);
}

TEST_F(LookerSourceTest, finds_the_first_row_that_there_is) {
  by_time(100);
  looker.answer(R"([{"history.created_time":"2023-05-20 08:00:00"}])");
  const auto first = looker.source()->earliest();
  ASSERT_TRUE(first.ok() && *first);
  EXPECT_EQ(to_string(**first), "2023-05-20T08:00:00Z");
  EXPECT_EQ(looker.asked("filters"), "{\"history.created_time\":\"NOT NULL\"}");
}

/// An instance whose answer never ends.
class EndlessLooker final : public io::HttpClient {
 public:
  explicit EndlessLooker(ScriptedLooker& looker) : looker_(looker) {}

  Result<io::HttpResponse> send(const io::HttpRequest& request) override {
    return looker_.http.send(request);
  }
  Result<io::HttpResponse> receive(const io::HttpRequest&, io::BodySink& sink) override {
    std::string rows;
    for (int i = 0; i < 100; ++i) rows += row(i, 1, std::string(1000, 'x')) + ",";
    TRY(sink.take("["));
    while (true) {
      TRY(sink.take(rows));
      sent += rows.size();
    }
  }

  std::atomic<std::uint64_t> sent = 0;

 private:
  ScriptedLooker& looker_;
};

TEST_F(LookerSourceTest, C_22_an_answer_is_held_in_little_memory_however_large_it_is) {
  constexpr std::uint64_t kMost = std::uint64_t{8} << 20U;
  looker.query.fields = {"history.title"};
  EndlessLooker endless(looker);
  auto open = [&]() -> Result<std::shared_ptr<Session>> {
    return std::make_shared<Session>(Instance{"https://looker.example.com", "id", Secret("secret")},
                                     World{endless, looker.clock, looker.sleeper}, 1);
  };
  const auto source = make_looker_source(open, looker.clock, looker.options, {looker.query});
  auto extraction = source->open({"all", {}}, {});
  ASSERT_TRUE(extraction.ok());
  for (std::uint64_t taken = 0; taken < (std::uint64_t{64} << 20U); taken += std::uint64_t{1} << 20U) {
    EXPECT_LE(endless.sent, taken + kMost);
    const auto block = (*extraction)->next();
    ASSERT_TRUE(block.ok() && *block != nullptr);
  }
}

TEST_F(LookerSourceTest, partitions_that_are_read_side_by_side_do_not_wait_for_each_other_for_ever) {
  by_time(-1);
  looker.query.fields = {"history.created_time", "history.title"};
  std::vector<std::string> rows;
  for (int i = 0; i < 10'000; ++i)
    rows.push_back(
        fmt::format(R"({{"history.created_time":"2024-05-13 {:02}:{:02}:{:02}","history.title":"{}"}})",
                    i / 3600, i / 60 % 60, i % 60, std::string(1000, 'x')));
  looker.answer(rows_of(rows));
  auto open = [&]() -> Result<std::shared_ptr<Session>> {
    return std::make_shared<Session>(Instance{"https://looker.example.com", "id", Secret("secret")},
                                     World{looker.http, looker.clock, looker.sleeper}, 1);
  };
  const auto source = make_looker_source(open, looker.clock, looker.options, {looker.query});
  auto first = source->open(day("2024-05-13"), {});
  auto second = source->open(day("2024-05-12"), {});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(read_all(**second).rows.size(), rows.size());
  EXPECT_EQ(read_all(**first).rows.size(), rows.size());
}

TEST_F(LookerSourceTest, adds_the_instant_of_reading) {
  looker.query.fields = {"history.title"};
  looker.query.read_at = "snapshot_at";
  looker.answer(R"([{"history.title":"a"},{"history.title":"b"}])");
  EXPECT_EQ(looker.read({"all", {}}).text(), "a,2024-05-14T10:00:00Z\nb,2024-05-14T10:00:00Z");
}

TEST_F(LookerSourceTest, runs_a_slow_query_in_the_background) {
  by_time(100);
  looker.options.run = RunMode::Task;
  looker.http.when(kApi + "/queries").then({200, {}, R"({"id":8812})"});
  looker.http.when(kApi + "/query_tasks?cache=false&force_production=true")
      .then({200, {}, R"({"id":"f3a9","status":"added"})"});
  looker.http.when(kApi + "/query_tasks/f3a9")
      .then({200, {}, R"({"id":"f3a9","status":"running"})"})
      .then({200, {}, R"({"id":"f3a9","status":"Complete"})"});
  looker.http.when(kApi + "/query_tasks/f3a9/results").then({200, {}, rows_of({row(1, 1)})});
  EXPECT_EQ(looker.read(day("2024-05-13")).text(), "1,2024-05-13T04:12:01Z,x");
  EXPECT_EQ(looker.sleeper.waits().size(), 1U);
}

TEST_F(LookerSourceTest, says_why_a_query_in_the_background_failed) {
  by_time(100);
  looker.options.run = RunMode::Task;
  looker.http.when(kApi + "/queries").then({200, {}, R"({"id":"8812"})"});
  looker.http.when(kApi + "/query_tasks?cache=false&force_production=true")
      .then({200, {}, R"({"id":"f3a9"})"});
  looker.http.when(kApi + "/query_tasks/f3a9").then({200, {}, R"({"status":"error"})"});
  looker.http.when(kApi + "/query_tasks/f3a9/results")
      .then({400, {}, R"({"message":"SQL Error: no table"})"});
  EXPECT_EQ(looker.read(day("2024-05-13")).error->message(),
            "the query ended with 'error': looker.example.com answered 400: SQL Error: no table");
}

TEST_F(LookerSourceTest, reads_rows_that_were_set_aside_once_more) {
  const auto source = looker.source();
  sdk::Reject kept;
  kept.line = 7;
  kept.bytes = row(1, 1);
  auto extraction = source->replay({"all", {}}, {kept});
  ASSERT_TRUE(extraction.ok());
  EXPECT_EQ(read_all(**extraction).text(), "1,2024-05-13T04:12:01Z,x");
}

}  // namespace
}  // namespace weir::looker
