// SPDX-License-Identifier: Apache-2.0
// Whole pipelines from Looker into BigQuery, both in the test's own process, on which things go wrong at
// every call. Rows are appended, so that one which came twice would be seen. Afterwards every window is
// loaded once.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "app/builtin_connectors.h"
#include "app/partition_plan.h"
#include "base/text.h"
#include "execution/runner.h"
#include "protocols/google/bigquery_query.h"
#include "protocols/google/bigquery_tables.h"
#include "sandbox/looker/instance.h"
#include "sandbox/sandbox.h"
#include "state/sqlite_state_store.h"
#include "tests/support/test_project.h"

namespace weir::faults {
namespace {

using sandbox::Fault;
using sandbox::FaultAction;

/// Waits a moment where seconds were asked for: jobs of the stand-in run meanwhile.
class MomentSleeper final : public io::Sleeper {
 public:
  void sleep(std::chrono::milliseconds) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

class Silent final : public execution::Observer {
 public:
  void on_event(const state::Run&, const state::Event&) override {}
  void on_progress(const state::Run&, const execution::Progress&) override {}
};

class LookerFaults : public testing::Test {
 protected:
  LookerFaults() {
    auto started = sandbox::Sandbox::start({.datasets = {"usage"}}, clock_);
    auto opened = io::CurlHttpClient::open();
    auto state = state::open_sqlite_state(":memory:");
    EXPECT_TRUE(started.ok() && opened.ok() && state.ok());
    sandbox_ = *std::move(started);
    http_ = *std::move(opened);
    state_ = *std::move(state);
    project_.write("weir.yaml",
                   fmt::format("connections:\n"
                               "  looker: {{type: looker, base_url: \"{0}\", client_id: sandbox, "
                               "client_secret: env:SECRET}}\n"
                               "  warehouse: {{type: bigquery, project: sandbox, dataset: usage, endpoint: "
                               "\"{0}\", access: anonymous}}\n",
                               sandbox_->url()));
    project_.write(
        "pipelines/history.yaml",
        "pipeline: history\npartitions: { every: cursor, from: 2024-05-01, step: 1 day }\n"
        "source: {connection: looker, explore: history, fields: [history.id, history.created_time, "
        "history.title], partition_field: history.created_time, limit: 2}\n"
        "destination: {connection: warehouse, table: history, write: append}\n");
  }
  ~LookerFaults() override {
    pipeline_.reset();
    http_.reset();  // the server waits for connections that are kept
  }

  /// Three rows of each of so many days, whose numbers are the day's with one more digit. Now is the end of
  /// the last, or of `today`.
  void begin(int days, std::optional<int> today = std::nullopt) {
    days_ = days;
    auto rows = nlohmann::json::array();
    for (int day = 1; day <= days; ++day) {
      for (int hour = 1; hour <= 3; ++hour)
        rows.push_back(
            {{"id", day * 10 + hour}, {"created_time", time_of(day, hour)}, {"title", "Bob's [1], {2"}});
    }
    ASSERT_TRUE(sandbox_->looker().tables().replace("history", rows).ok());
    go_to_end_of(today.value_or(days));
  }
  void go_to_end_of(int day) {
    clock_.advance(std::chrono::microseconds(kFirst.micros + day * kDay - clock_.now().micros));
  }
  static std::string time_of(int day, int hour) {
    auto text = to_string(Timestamp{kFirst.micros + (day - 1) * kDay + hour * kDay / 24}).substr(0, 19);
    text[10] = ' ';
    return text;
  }

  /// Made when it is first needed, and then by a program that has just begun.
  Result<execution::Pipeline*> pipeline() {
    if (pipeline_) return &*pipeline_;
    config::Diagnostics diagnostics;
    const auto project =
        project::Project::load(project_.path("").string(), app::builtin_connectors(), diagnostics);
    pipeline_ = TRY(project->make(project->pipelines().front(), context_, diagnostics));
    if (pipeline_) return &*pipeline_;
    return fail(ErrorCode::InvalidConfig, "{}", diagnostics.to_string());
  }
  /// Loads the first window that is due. "" when none is.
  Result<std::string> load_next() {
    const auto& history = *TRY(pipeline());
    const auto windows = TRY(app::partitions_in(history, {}, clock_.now()));
    const auto due = app::needing_work(TRY(app::plan_partitions(history, windows, *state_)));
    if (due.empty()) return std::string();
    const execution::Services services{.state = *state_,
                                       .clock = clock_,
                                       .environment = environment_,
                                       .random = [this] { return random_bytes(); },
                                       .folder = project_.path(".weir").string(),
                                       .cancelled = cancelled_,
                                       .sleeper = sleeper_,
                                       .open_geocoder = nullptr,
                                       .load_turn = load_turn_,
                                       .workers = 1};
    execution::Runner runner(history, services);
    Silent observer;
    const auto outcome = runner.run(due.front().partition, {.cursor = due.front().cursor}, observer);
    if (outcome.error) return Failure(*outcome.error);
    return due.front().partition.key;
  }
  std::array<std::uint8_t, 10> random_bytes() {
    std::array<std::uint8_t, 10> bytes{};
    ++drawn_;
    for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(drawn_ >> (8 * i));
    return bytes;
  }
  /// Loads a window that meets the faults. Its key, or why it was not loaded.
  std::string load_with(const std::vector<Fault>& faults) {
    for (const auto& fault : faults) sandbox_->faults().add(fault);
    const auto loaded = load_next();
    sandbox_->faults().clear();
    return loaded.ok() ? *loaded : loaded.error().to_string();
  }
  void load_rest() {
    while (true) {
      const auto loaded = load_next();
      ASSERT_TRUE(loaded.ok()) << loaded.error().to_string();
      if (loaded->empty()) return;
    }
  }
  std::string rows(const std::string& sql) {
    google::BigQueryClient client({.project = "sandbox", .dataset = "usage", .endpoint = sandbox_->url()},
                                  google::Anonymous{}, google::World{*http_, clock_, sleeper_});
    const auto found = google::query_rows(client, sql, {});
    if (!found) return found.error().to_string();
    std::string text;
    for (const auto& row : *found) {
      for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "|" : "") + row[i].value_or("NULL");
      text += "\n";
    }
    return text;
  }
  /// Every row of all days once, every window of them once, and nothing left over.
  void expect_all_once() {
    load_rest();
    EXPECT_EQ(
        rows("SELECT COUNT(*), COUNT(DISTINCT `id`), MIN(`id`), MAX(`id`) FROM `sandbox.usage.history`"),
        fmt::format("{0}|{0}|11|{1}\n", 3 * days_, days_ * 10 + 3));
    EXPECT_EQ(rows("SELECT COUNT(*) = COUNT(DISTINCT `partition`), SUM(`rows_loaded`) FROM "
                   "`sandbox.usage._weir_loads`"),
              fmt::format("true|{}\n", 3 * days_));
    EXPECT_EQ(rows("SELECT `table_name` FROM `sandbox.usage.INFORMATION_SCHEMA.TABLES` WHERE `table_name` "
                   "LIKE '_weir_stage%'"),
              "");
  }
  std::size_t count(const std::string& text) const {
    std::size_t found = 0;
    for (const auto& request : sandbox_->requests()) found += request.find(text) != std::string::npos;
    return found;
  }

  static constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
  static constexpr Timestamp kFirst{1'714'521'600'000'000};  // 2024-05-01
  io::ManualClock clock_{kFirst};
  int days_ = 0;
  const io::FixedEnvironment environment_{{{"SECRET", "sandbox-secret"}}};
  MomentSleeper sleeper_;
  std::atomic<bool> cancelled_{false};
  std::mutex load_turn_;
  std::uint32_t drawn_ = 0;
  support::TestProject project_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::CurlHttpClient> http_;
  std::unique_ptr<state::StateStore> state_;
  const sdk::ConnectorContext context_{project_.path("").string(), environment_, clock_, sleeper_,
                                       [this]() -> Result<io::HttpClient*> { return http_.get(); }};
  std::optional<execution::Pipeline> pipeline_;
};

/// Each window meets three faults, all of them a request later than the window before, and of other kinds.
TEST_F(LookerFaults, at_any_call_lose_and_double_nothing) {
  constexpr int kStep = 11;
  begin(kStep + 1);
  const std::vector<Fault> kinds = {{.action = FaultAction::Reset},
                                    {.action = FaultAction::Lose},
                                    {.action = FaultAction::Cut, .after_bytes = 5},
                                    {.action = FaultAction::Status, .status = 429, .retry_after = 3},
                                    {.action = FaultAction::Status, .times = 2, .status = 429},
                                    {.action = FaultAction::Status, .times = 2, .status = 502},
                                    {.action = FaultAction::Status, .status = 503}};
  ASSERT_NE(load_with({}), "");
  // How often a job is asked whether it is done follows the clock.
  const auto calls = sandbox_->requests().size() - count("GET /bigquery/v2/projects/sandbox/jobs/");
  ASSERT_LE(calls, 3 * kStep) << "each call is to meet a fault";
  for (int first = 0; first < kStep; ++first) {
    std::vector<Fault> faults;
    for (const int call : {first, first + kStep, first + 2 * kStep}) {
      faults.push_back(kinds[static_cast<std::size_t>(call) % kinds.size()]);
      faults.back().skip = call;
    }
    pipeline_.reset();  // so that it logs in and asks for the explore, too
    const auto key = load_with(faults);
    EXPECT_TRUE(key.starts_with("2024-05-")) << "from call " << first << ": " << key;
  }
  expect_all_once();
}

TEST_F(LookerFaults, of_an_answer_that_ends_at_any_kind_of_place_lose_and_double_nothing) {
  begin(10);
  // The answer to the first question for the first day, two rows, and how far it gets.
  const auto row = [](int day, int hour) {
    return fmt::format(R"({{"history.id":{},"history.created_time":"{}","history.title":"Bob's [1], {{2"}})",
                       day * 10 + hour, time_of(day, hour));
  };
  const auto answer = [&](int day) { return "[" + row(day, 1) + ",\n" + row(day, 2) + "]"; };
  const auto one = row(1, 1).size();
  const std::vector<std::size_t> ends = {
      0,                     // nothing came
      1,                     // before the first row
      1 + one / 2,           // inside a row
      1 + one - 5,           // inside a text, behind a bracket that is none
      1 + one,               // behind a row
      2 + one,               // behind the comma
      3 + one + 4,           // inside a name
      answer(1).size() - 1,  // before the closing bracket
  };
  int day = 0;
  for (const auto end : ends) {
    ++day;
    const Fault cut{.match = "/queries/run/",
                    .action = FaultAction::Status,
                    .status = 200,
                    .body = answer(day).substr(0, end) + (end == 0 ? " " : ""),
                    .content_type = "application/json"};
    EXPECT_TRUE(load_with({cut}).starts_with("2024-05-")) << "behind " << end << " bytes";
  }
  // The same inside of what HTTP sends: its chunks, and the packed bytes in them.
  for (const int bytes : {12, 60}) {
    EXPECT_TRUE(load_with({{.match = "/queries/run/", .action = FaultAction::Cut, .after_bytes = bytes},
                           {.match = "/queries/run/", .action = FaultAction::Truncate, .after_bytes = bytes}})
                    .starts_with("2024-05-"));
  }
  expect_all_once();
}

TEST_F(LookerFaults, of_jobs_whose_answers_are_lost_or_whose_ids_are_taken_lose_and_double_nothing) {
  begin(4);
  const auto job_fault = [&](const std::string& json) {
    const auto sent =
        http_->send({.method = "POST", .url = sandbox_->url() + "/_bigquery/fault", .body = json});
    ASSERT_TRUE(sent.ok() && sent->status < 300);
  };
  const std::string begins_job = "/v2/projects/sandbox/jobs";
  // The load job is done, and so is the publication, but nobody is told.
  EXPECT_TRUE(load_with({{.method = "PUT", .match = "/upload", .action = FaultAction::Lose},
                         {.method = "POST", .match = begins_job, .action = FaultAction::Lose, .times = 3},
                         {.method = "GET", .match = "/jobs/", .action = FaultAction::Lose, .times = 3}})
                  .starts_with("2024-05-01"));
  // The next attempt at a job whose beginning got no answer is told that the id is taken.
  EXPECT_TRUE(load_with({{.method = "POST", .match = begins_job, .action = FaultAction::Lose},
                         {.method = "POST",
                          .match = begins_job,
                          .action = FaultAction::Status,
                          .status = 409,
                          .reason = "duplicate"}})
                  .starts_with("2024-05-02"));
  job_fault(R"({"kind": "load", "times": 2, "reason": "backendError", "message": "Oops."})");
  job_fault(R"({"kind": "query", "match": "publish", "reason": "internalError", "message": "Oops."})");
  EXPECT_TRUE(load_with({}).starts_with("2024-05-03"));
  job_fault(R"({"kind": "load", "times": 1, "milliseconds": 30})");
  expect_all_once();
}

TEST_F(LookerFaults, of_a_login_that_ends_in_the_middle_of_an_answer_lose_and_double_nothing) {
  begin(3);
  const auto logins = count("POST /api/4.0/login");
  EXPECT_TRUE(load_with({{.match = "/queries/run/", .action = FaultAction::Cut, .after_bytes = 60},
                         {.match = "/queries/run/", .action = FaultAction::ExpireTokens}})
                  .starts_with("2024-05-01"));
  EXPECT_EQ(count("POST /api/4.0/login"), logins + 2);
  EXPECT_TRUE(
      load_with({{.match = "/queries/run/", .action = FaultAction::ExpireTokens, .times = 1, .skip = 1}})
          .starts_with("2024-05-02"));
  expect_all_once();
}

TEST_F(LookerFaults, B_10_days_that_were_missed_are_caught_up_and_one_that_failed_is_tried_again) {
  begin(4, 2);
  load_rest();
  go_to_end_of(4);
  const auto failed =
      load_with({{.match = "/queries/run/", .action = FaultAction::Status, .times = 99, .status = 502}});
  EXPECT_NE(failed.find("answered 502"), std::string::npos) << failed;
  expect_all_once();
  EXPECT_EQ(rows("SELECT COUNT(*) FROM `sandbox.usage._weir_loads`"), "4\n");
}

}  // namespace
}  // namespace weir::faults
