// SPDX-License-Identifier: Apache-2.0
// The source against the stand-in for Looker, on ways on which things go wrong.
#include "sandbox/sandbox.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "connectors/looker/testing.h"
#include "sandbox/looker/instance.h"

namespace weir::looker {
namespace {

using sandbox::Fault;
using sandbox::FaultAction;

class SandboxedLooker : public testing::Test {
 protected:
  SandboxedLooker() { start({}); }
  ~SandboxedLooker() override {
    http_.reset();  // the server waits for connections that are kept
  }

  void start(sandbox::looker::Settings looker) {
    http_.reset();
    sandbox_.reset();
    sandbox::Settings settings;
    looker.history_rows = 2'500;
    settings.looker = looker;
    auto started = sandbox::Sandbox::start(settings, clock_);
    auto opened = io::CurlHttpClient::open();
    EXPECT_TRUE(started.ok() && opened.ok());
    sandbox_ = *std::move(started);
    http_ = *std::move(opened);
    query_.model = std::string(kSystemActivity);
    query_.explore = "history";
    query_.partition_field = "history.created_time";
  }

  std::unique_ptr<sdk::Source> source(const QueryOptions& query) {
    auto open = [this]() -> Result<std::shared_ptr<Session>> {
      return std::make_shared<Session>(Instance{sandbox_->url(), "sandbox", Secret("sandbox-secret")},
                                       World{*http_, clock_, sleeper_}, 2);
    };
    SourceOptions options = options_;
    return make_looker_source(open, clock_, options, {query});
  }
  Reading read(const QueryOptions& query, const model::Partition& partition) {
    const auto made = source(query);
    auto extraction = made->open(partition, {});
    if (!extraction.ok()) return {{}, {}, {}, extraction.error()};
    return read_all(**extraction);
  }
  Reading read(const std::string& date) { return read(query_, day(date)); }
  std::size_t logins() const {
    const auto all = sandbox_->requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& request) {
      return request.find("POST /api/4.0/login") != std::string::npos;
    }));
  }

  io::ManualClock clock_{*parse_timestamp("2024-05-14T10:00:00")};
  io::RecordingSleeper sleeper_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::CurlHttpClient> http_;
  QueryOptions query_;
  SourceOptions options_;
};

TEST_F(SandboxedLooker, B_18_every_explore_of_system_activity_has_types_of_its_own) {
  for (const auto* explore :
       {"history", "content_usage", "dashboard", "look", "user", "event", "event_attribute", "scheduled_plan",
        "query", "pdt_builds", "pdt_event_log", "query_metrics", "role", "group"}) {
    QueryOptions query;
    query.model = std::string(kSystemActivity);
    query.explore = explore;
    const auto reading = read(query, {"all", {}});
    EXPECT_FALSE(reading.error) << explore << ": " << reading.error->to_string();
    EXPECT_GT(reading.rows.size(), 0U) << explore;
    EXPECT_EQ(reading.rejects.size(), 0U) << explore << ": " << reading.rejects.front();
  }
}

TEST_F(SandboxedLooker, gives_the_same_rows_whatever_the_limit_is) {
  query_.limit = kAllRows;
  const auto whole = read("2024-05-13");
  ASSERT_GT(whole.rows.size(), 3U) << whole.text();
  for (const std::int64_t limit : {3, 10'000}) {
    query_.limit = limit;
    EXPECT_EQ(read("2024-05-13").text(), whole.text()) << limit;
  }
}

TEST_F(SandboxedLooker, gives_every_row_of_the_year_in_its_first_window) {
  query_.fields = {"history.id", "history.created_time"};
  const model::Partition first{"start", model::Window{model::kBeginning, clock_.now()}};
  query_.limit = 1000;
  const auto pieces = read(query_, first);
  query_.limit = kAllRows;
  EXPECT_EQ(pieces.text(), read(query_, first).text());
  EXPECT_GT(pieces.rows.size(), 2'000U);
  auto by_key = query_;
  by_key.partition_field.clear();
  by_key.limit = 700;
  EXPECT_EQ(read(by_key, {"all", {}}).rows.size(), pieces.rows.size());
}

TEST_F(SandboxedLooker, says_which_content_was_never_opened_in_its_first_window) {
  query_.explore = "content_usage";
  query_.partition_field = "content_usage.last_accessed_time";
  const auto told = http_->send({.method = "POST",
                                 .url = sandbox_->url() + "/_looker/rows",
                                 .headers = {{"Content-Type", "application/json"}},
                                 .body = R"({"view":"content_usage","rows":[{"id":1,"content_title":"Bob's",
                                   "last_accessed_time":"2024-05-13 04:12:09"},{"id":2,"content_title":"never"}]})"});
  ASSERT_TRUE(told.ok() && told->status == 200) << told->body;
  query_.fields = {"content_usage.id", "content_usage.last_accessed_time", "content_usage.content_title"};
  const auto first = read(query_, {"start", model::Window{model::kBeginning, clock_.now()}});
  EXPECT_EQ(first.text(), "1,2024-05-13T04:12:09Z,Bob's\n2,-,never");
  auto everything = query_;
  everything.partition_field.clear();
  EXPECT_EQ(first.rows.size(), read(everything, {"all", {}}).rows.size()) << first.text();
}

TEST_F(SandboxedLooker, gives_every_row_once_whatever_goes_wrong) {
  const auto whole = read("2024-05-13");
  ASSERT_GT(whole.rows.size(), 3U);
  std::vector<Fault> faults = {
      {.action = FaultAction::Status, .times = 3, .status = 429, .retry_after = 2},
      {.action = FaultAction::Status, .times = 3, .status = 429},
      {.action = FaultAction::Status, .times = 2, .status = 502},
      {.action = FaultAction::Status, .times = 2, .status = 503},
      {.action = FaultAction::Status, .times = 2, .status = 504},
      {.action = FaultAction::Reset},
      {.action = FaultAction::Lose},
      {.action = FaultAction::ExpireTokens},
  };
  for (const int bytes : {0, 1, 50, 300, 1000, 2500}) {
    faults.push_back({.action = FaultAction::Cut, .after_bytes = bytes});
    faults.push_back({.action = FaultAction::Truncate, .times = 2, .after_bytes = bytes});
  }
  for (auto& fault : faults) {
    fault.match = "/queries/run/";
    fault.method = "POST";
    sandbox_->faults().add(fault);
    EXPECT_EQ(read("2024-05-13").text(), whole.text())
        << "action " << static_cast<int>(fault.action) << ", status " << fault.status << ", bytes "
        << fault.after_bytes;
    sandbox_->faults().clear();
  }
}

TEST_F(SandboxedLooker, waits_as_long_as_the_instance_asks_for) {
  sandbox_->faults().add(
      {.match = "/queries/run/", .action = FaultAction::Status, .status = 429, .retry_after = 17});
  EXPECT_FALSE(read("2024-05-13").error);
  ASSERT_EQ(sleeper_.waits().size(), 1U);
  EXPECT_EQ(sleeper_.waits()[0], std::chrono::seconds(17));
}

TEST_F(SandboxedLooker, logs_in_again_when_its_token_expired_between_two_answers) {
  query_.limit = 5;
  const auto whole = read("2024-05-13");
  const auto before = logins();
  sandbox_->faults().add(
      {.match = "/queries/run/", .action = FaultAction::ExpireTokens, .times = 1, .skip = 2});
  EXPECT_EQ(read("2024-05-13").text(), whole.text());
  EXPECT_EQ(logins(), before + 2);
}

TEST_F(SandboxedLooker, B_4_and_C_7_an_error_among_the_rows_is_never_data) {
  for (const int rows : {0, 1, 2}) {
    sandbox_->faults().add({.match = "/queries/run/",
                            .action = FaultAction::LookerError,
                            .after_rows = rows,
                            .message = "SQL Error: lost connection"});
    const auto reading = read("2024-05-13");
    ASSERT_TRUE(reading.error) << rows;
    EXPECT_NE(reading.error->message().find("SQL Error: lost connection"), std::string::npos)
        << reading.error->message();
  }
}

TEST_F(SandboxedLooker, gives_up_with_the_instances_own_words) {
  sandbox_->faults().add(
      {.match = "/queries/run/", .action = FaultAction::Status, .times = 99, .status = 502});
  const auto reading = read("2024-05-13");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code(), ErrorCode::Unavailable);
  EXPECT_NE(reading.error->message().find("502"), std::string::npos) << reading.error->message();
}

TEST_F(SandboxedLooker, runs_queries_in_the_background_with_the_same_rows) {
  const auto whole = read("2024-05-13");
  options_.run = RunMode::Task;
  EXPECT_EQ(read("2024-05-13").text(), whole.text());
}

TEST_F(SandboxedLooker, wrong_names_get_a_suggestion_before_anything_is_asked) {
  query_.fields = {"history.id", "history.craeted_time", "history.created_time"};
  EXPECT_NE(read("2024-05-13").error->message().find("did you mean 'history.created_time'?"),
            std::string::npos);
  query_.explore = "histroy";
  EXPECT_NE(read("2024-05-13").error->message().find("did you mean 'history'?"), std::string::npos);
}

}  // namespace
}  // namespace weir::looker
