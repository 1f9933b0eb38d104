// SPDX-License-Identifier: Apache-2.0
// The API as a client sees it, without the network: what is asked, and what comes back.
#include <gtest/gtest.h>

#include "protocols/google/json_value.h"
#include "sandbox/http/faults.h"
#include "sandbox/looker/looker_service.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;

class TextBody final : public RequestBody {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  bool read(const Receiver& receiver) override {
    receiver(text_);
    return true;
  }

 private:
  std::string text_;
};

std::string text_of(Answer& answer) {
  std::string text = answer.body;
  std::string piece;
  while (answer.stream && answer.stream(piece)) {
    text += piece;
    piece.clear();
  }
  return text;
}

constexpr std::int64_t kLong = 1'000'000'000;

struct LookerTest : testing::Test {
  io::ManualClock clock{*parse_timestamp("2024-05-14T10:00:00Z")};
  std::unique_ptr<LookerService> service;
  std::string token;

  void start(const Settings& settings = {}) {
    service = std::make_unique<LookerService>(settings, clock);
    const Json login =
        google::parse_json(ask("POST", "/api/4.0/login", "client_id=sandbox&client_secret=sandbox-secret"));
    token = google::text_of(login, "access_token");
  }
  Answer answer(const std::string& method, const std::string& target, const std::string& body = {},
                const Fault* fault = nullptr) {
    const std::size_t question = target.find('?');
    Request request;
    request.method = method;
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = parse_form(target.substr(question + 1));
    request.headers["authorization"] = "token " + token;
    request.headers["content-type"] =
        body.rfind("client_id", 0) == 0 ? "application/x-www-form-urlencoded" : "application/json";
    request.fault = fault;
    TextBody text(body);
    return *service->answer(request, text);
  }
  std::string ask(const std::string& method, const std::string& target, const std::string& body = {},
                  const Fault* fault = nullptr) {
    Answer answer = this->answer(method, target, body, fault);
    return text_of(answer);
  }
  std::string run(const Json& query, const std::string& format = "json", const Fault* fault = nullptr) {
    return ask("POST", "/api/4.0/queries/run/" + format, query.dump(), fault);
  }
  std::size_t count(const Json& query) { return google::parse_json(run(query)).size(); }
};

Json history(const Json& changes = {}) {
  Json query = {{"model", "system__activity"},
                {"view", "history"},
                {"fields", {"history.id", "history.created_time"}},
                {"sorts", {"history.id"}},
                {"limit", "-1"}};
  query.update(changes.is_null() ? Json::object() : changes);
  return query;
}

/// The messages of a ValidationError, "fields: Unknown field x".
std::string problems_in(const std::string& body) {
  std::string text;
  const Json json = google::parse_json(body);
  for (const Json& error : google::member_of(json, "errors")) {
    text += google::text_of(error, "field") + ": " + google::text_of(error, "message") + "\n";
  }
  return text;
}

TEST_F(LookerTest, gives_the_same_rows_whenever_it_is_asked) {
  start();
  const Json day = history({{"filters", {{"history.created_date", "2024-04-02"}}},
                            {"fields", {"history.id", "history.slug", "history.message", "user.email"}}});
  const std::string then = run(day);
  EXPECT_GT(google::parse_json(then).size(), 40U);
  clock.advance(std::chrono::hours(24 * 30));
  start();
  EXPECT_EQ(run(day), then);
  start({.seed = 2});
  EXPECT_NE(run(day), then);
}

TEST_F(LookerTest, shows_what_has_happened_and_not_what_will) {
  start({.history_rows = 10'000, .token_seconds = kLong});
  const std::string whole_year = run(history());
  const Json rows = google::parse_json(whole_year);
  EXPECT_NEAR(static_cast<double>(rows.size()), 10'000, 100);
  EXPECT_GE(rows.front()["history.created_time"], "2023-05-15 00:00:00");
  EXPECT_LE(rows.back()["history.created_time"], "2024-05-14 10:00:00");
  const Json today = history({{"filters", {{"history.created_date", "today"}}}});
  const std::size_t before = count(today);
  clock.advance(std::chrono::hours(2));
  EXPECT_GT(count(today), before);
}

TEST_F(LookerTest, stands_still_where_it_is_told_to) {
  start({.now = parse_timestamp("2023-06-01T12:00:00Z"), .token_seconds = kLong});
  const Json last = history({{"sorts", {"history.id desc"}}, {"limit", "1"}});
  const std::string then = run(last);
  EXPECT_NE(then.find("2023-06-01 1"), std::string::npos);
  clock.advance(std::chrono::hours(5));
  EXPECT_EQ(run(last), then);
  EXPECT_EQ(ask("POST", "/_looker/now", R"({"advance_seconds": 86400})"),
            R"({"now":"2023-06-02T12:00:00Z"})");
  EXPECT_NE(run(last).find("2023-06-02 1"), std::string::npos);
}

TEST_F(LookerTest, counts_usage_up_and_remembers_the_last_time) {
  start({.token_seconds = kLong});
  const Json usage = {
      {"model", "system__activity"},
      {"view", "content_usage"},
      {"limit", "-1"},
      {"sorts", {"content_usage.id"}},
      {"fields", {"content_usage.id", "content_usage.other_count", "content_usage.last_accessed_time"}}};
  const Json before = google::parse_json(run(usage));
  clock.advance(std::chrono::hours(24));
  const Json after = google::parse_json(run(usage));
  ASSERT_EQ(before.size(), after.size());
  int changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto count_of = [](const Json& row) {
      return row["content_usage.other_count"].get<std::int64_t>();
    };
    EXPECT_GE(count_of(after[i]), count_of(before[i]));
    if (count_of(after[i]) == count_of(before[i])) continue;
    ++changed;
    EXPECT_GT(after[i]["content_usage.last_accessed_time"], "2024-05-14 10:00:00");
  }
  EXPECT_GT(changed, 50);
  EXPECT_LT(changed, static_cast<int>(before.size()));
}

TEST_F(LookerTest, forgets_is_late_and_answers_from_a_cache_when_it_is_set_up_so) {
  const Json today = history({{"filters", {{"history.created_date", "today"}}}});
  start({.history_rows = 200'000});
  const std::size_t all = count(today);
  start({.history_rows = 200'000, .cache = Cache::On});
  EXPECT_LT(count(today), all / 2);  // as of midnight
  start({.history_rows = 200'000, .late_seconds = 36'000});
  const std::size_t now = count(today);
  EXPECT_LT(now, all);
  start({.retention_days = 90});
  EXPECT_EQ(
      google::parse_json(run(history({{"limit", "1"}})))[0]["history.created_time"].get<std::string>().substr(
          0, 10),
      "2024-02-14");
}

TEST_F(LookerTest, converts_times_and_filters_into_the_zone_of_the_query) {
  start();
  ask("POST", "/_looker/rows", R"({"view": "history", "rows": [
      {"id": 1, "created_time": "2024-03-10 09:59:59"}, {"id": 2, "created_time": "2024-03-10 10:00:00"},
      {"id": 3, "created_time": "2024-11-03 08:30:00"}, {"id": 4, "created_time": "2024-11-03 09:30:00"}]})");
  const Json query = history({{"fields", {"history.id", "history.created_time", "history.created_raw"}},
                              {"query_timezone", "America/Vancouver"}});
  EXPECT_EQ(run(query),
            "[{\"history.id\":1,\"history.created_time\":\"2024-03-10 "
            "01:59:59\",\"history.created_raw\":\"2024-03-10 09:59:59\"},\n"
            "{\"history.id\":2,\"history.created_time\":\"2024-03-10 "
            "03:00:00\",\"history.created_raw\":\"2024-03-10 10:00:00\"},\n"
            "{\"history.id\":3,\"history.created_time\":\"2024-11-03 "
            "01:30:00\",\"history.created_raw\":\"2024-11-03 08:30:00\"},\n"
            "{\"history.id\":4,\"history.created_time\":\"2024-11-03 "
            "01:30:00\",\"history.created_raw\":\"2024-11-03 09:30:00\"}]");
  Json hour = query;
  hour["filters"] = {{"history.created_time", "2024-03-10 03:00 to 2024-03-10 04:00"}};
  hour["fields"] = {"history.id"};
  EXPECT_EQ(run(hour), R"([{"history.id":2}])");
}

TEST_F(LookerTest, shows_a_time_in_every_timeframe) {
  start();
  ask("POST", "/_looker/rows",
      R"({"view": "history", "rows": [{"id": 1, "created_time": "2024-05-14 09:05:03"}]})");
  const auto shown = [this](const std::string& timeframe) {
    const std::string name = "history.created_" + timeframe;
    const Json row = google::parse_json(run(history({{"fields", {"history.id", name}}})))[0];
    return row[name].dump();
  };
  EXPECT_EQ(shown("minute") + shown("hour") + shown("date"),
            R"("2024-05-14 09:05""2024-05-14 09""2024-05-14")");
  EXPECT_EQ(shown("week") + shown("month") + shown("quarter") + shown("year"),
            R"("2024-05-13""2024-05""2024-04"2024)");
  EXPECT_EQ(shown("hour_of_day") + " " + shown("day_of_month") + " " + shown("day_of_year") + " " +
                shown("week_of_year"),
            "9 14 135 20");
  EXPECT_EQ(shown("day_of_week") + shown("month_name") + shown("quarter_of_year") + shown("time_of_day"),
            R"("Tuesday""May""Q2""09:05")");
  EXPECT_EQ(shown("microsecond"), R"("2024-05-14 09:05:03.000000")");
}

TEST_F(LookerTest, groups_by_dimensions_and_filters_measures) {
  start();
  ask("POST", "/_looker/rows", R"({"view": "history", "rows": [
      {"id": 1, "status": "complete", "runtime": 1.5, "user_id": 1, "result_source": "cache"},
      {"id": 2, "status": "complete", "runtime": 2.5, "user_id": 1, "result_source": "query"},
      {"id": 3, "status": "error", "user_id": 2}, {"id": 4, "status": null, "user_id": 2}]})");
  const Json query = history({{"fields",
                               {"history.status", "history.count", "history.total_runtime",
                                "history.average_runtime", "history.cache_result_query_count", "user.count"}},
                              {"sorts", {"history.status"}}});
  EXPECT_EQ(run(query, "csv"),
            "History Status,History Count,History Total Runtime,History Average Runtime,History Cache Result "
            "Query Count,User Count\n"
            ",1,0,,0,1\ncomplete,2,4,2,1,1\nerror,1,0,,0,1\n");
  Json frequent = query;
  frequent["filters"] = {{"history.count", ">1"}};
  frequent["fields"] = {"history.status", "history.count"};
  EXPECT_EQ(run(frequent), R"([{"history.status":"complete","history.count":2}])");
  EXPECT_EQ(
      run(history(
          {{"fields", {"history.count"}}, {"sorts", Json::array()}, {"filters", {{"history.id", ">9"}}}})),
      R"([{"history.count":0}])");
  EXPECT_EQ(count(history({{"fields", {"history.user_id"}}, {"sorts", Json::array()}})), 2U);
}

TEST_F(LookerTest, sorts_as_asked_and_as_looker_likes_when_it_is_not) {
  start();
  ask("POST", "/_looker/rows", R"({"view": "history", "rows": [
      {"id": 1, "created_time": "2024-05-03 00:00:00", "runtime": 3}, {"id": 2, "created_time": "2024-05-01 00:00:00"},
      {"id": 3, "created_time": "2024-05-02 00:00:00", "runtime": 1}]})");
  const auto ids = [this](const Json& changes) {
    std::string text;
    for (const Json& row : google::parse_json(run(history(changes)))) text += row["history.id"].dump();
    return text;
  };
  EXPECT_EQ(ids({{"sorts", {"history.created_time"}}}), "231");
  EXPECT_EQ(ids({{"sorts", {"history.created_time desc"}}}), "132");
  EXPECT_EQ(ids({{"sorts", Json::array()}}), "132");
  EXPECT_EQ(ids({{"sorts", {"history.runtime"}}}), "231");
  EXPECT_EQ(ids({{"sorts", {"history.runtime desc", "history.id"}}, {"limit", 2}}), "13");
  EXPECT_EQ(ids({{"sorts", {"__UNSORTED__"}}}), "123");
}

TEST_F(LookerTest, writes_every_format) {
  start();
  ask("POST", "/_looker/rows",
      R"({"view": "history", "rows": [{"id": 1204, "message": "a \"b\",\nc", "cache": true, "runtime": 3.5}]})");
  const Json query =
      history({{"fields", {"history.id", "history.message", "history.cache", "history.runtime"}}});
  EXPECT_EQ(
      run(query),
      R"([{"history.id":1204,"history.message":"a \"b\",\nc","history.cache":"Yes","history.runtime":3.5}])");
  EXPECT_EQ(
      run(query, "json_label"),
      R"x([{"History ID":1204,"History Message":"a \"b\",\nc","History Cache (Yes / No)":"Yes","History Runtime":3.5}])x");
  EXPECT_EQ(run(query, "csv"),
            "History ID,History Message,History Cache (Yes / No),History Runtime\n1204,\"a "
            "\"\"b\"\",\nc\",Yes,3.5\n");
  EXPECT_EQ(
      run(query, "txt"),
      "History ID\tHistory Message\tHistory Cache (Yes / No)\tHistory Runtime\n1204\ta \"b\", c\tYes\t3.5\n");
  const Json bi = google::parse_json(run(query, "json_bi"));
  EXPECT_EQ(bi["rows"][0]["history.cache"].dump(), R"({"value":true})");
  EXPECT_EQ(bi["metadata"]["fields"]["dimensions"].size(), 4U);
  EXPECT_EQ(google::parse_json(run(query, "json_detail"))["data"][0]["history.id"].dump(),
            R"({"rendered":"1204","value":1204})");
  EXPECT_NE(run(query, "sql").find("FROM history"), std::string::npos);
  EXPECT_EQ(problems_in(run(query, "xlsx")),
            "result_format: The sandbox does not serve the result format xlsx\n");
  EXPECT_EQ(ask("POST", "/api/4.0/queries/run/csv?apply_formatting=true&limit=1", query.dump()),
            "History ID,History Message,History Cache (Yes / No),History Runtime\n\"1,204\",\"a "
            "\"\"b\"\",\nc\",Yes,3.50\n");
}

TEST_F(LookerTest, tells_what_is_wrong_with_a_query) {
  start();
  EXPECT_EQ(problems_in(run(history({{"fields", {"history.nope", "orders.id"}}, {"limit", "0"}}))),
            "limit: limit must be a whole number above 0, or -1\nfields: Unknown field history.nope\nfields: "
            "Unknown field orders.id\n");
  EXPECT_EQ(problems_in(run(history({{"sorts", {"history.nope", "history.id sideways"}}}))),
            "sorts: Unknown field history.nope\nsorts: 'history.id sideways' is no sort\n");
  EXPECT_EQ(problems_in(run(history({{"pivots", {"history.status"}}}))),
            "pivots: The sandbox does not compute pivots\n");
  EXPECT_EQ(problems_in(run({{"fields", Json::array()}})),
            "model: This field is required.\nview: This field is required.\n");
  EXPECT_EQ(answer("POST", "/api/4.0/queries/run/json", "{").status, 400);
  EXPECT_EQ(answer("POST", "/api/4.0/queries/run/json", history({{"view", "nope"}}).dump()).status, 404);
  start({.unknown_field = UnknownField::ErrorRow});
  EXPECT_EQ(run(history({{"fields", {"history.nope"}}})),
            R"([{"looker_error":"Unknown field history.nope"}])");
}

TEST_F(LookerTest, puts_error_rows_where_they_are_ordered) {
  start();
  ask("POST", "/_looker/rows", R"({"view": "history", "rows": [{"id": 1}, {"id": 2}, {"id": 3}]})");
  const Json query = history({{"fields", {"history.id"}}});
  Fault fault{.action = FaultAction::LookerError, .message = "SQL Error: x"};
  EXPECT_EQ(run(query, "json", &fault), R"([{"looker_error":"SQL Error: x"}])");
  EXPECT_EQ(run(query, "csv", &fault), "SQL Error: x\n");
  fault.after_rows = 2;
  EXPECT_EQ(run(query, "json", &fault),
            "[{\"history.id\":1},\n{\"history.id\":2},\n{\"looker_error\":\"SQL Error: x\"}]");
  EXPECT_EQ(google::parse_json(run(query, "json_detail", &fault))["errors"][0]["message_details"],
            "SQL Error: x");
  fault.after_rows = 99;
  EXPECT_EQ(google::parse_json(run(query, "json_bi", &fault))["rows"].size(), 4U);
}

TEST_F(LookerTest, lets_in_who_has_a_token_that_is_still_good) {
  start({.token_seconds = 60});
  EXPECT_EQ(answer("GET", "/api/4.0/session").status, 200);
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(answer("GET", "/api/4.0/session").status, 401);
  start();
  const Fault fault{.action = FaultAction::ExpireTokens};
  EXPECT_EQ(answer("GET", "/api/4.0/session", "", &fault).status, 401);
  EXPECT_EQ(answer("GET", "/api/4.0/session").status, 401);
  EXPECT_EQ(answer("POST", "/api/4.0/login", "client_id=sandbox&client_secret=x").status, 404);
  EXPECT_EQ(answer("POST", "/api/4.0/login?client_id=sandbox&client_secret=sandbox-secret").status, 404);
  start();
  EXPECT_EQ(answer("DELETE", "/api/4.0/logout").status, 204);
  EXPECT_EQ(ask("GET", "/_looker/sessions"), R"({"open":0})");
}

TEST_F(LookerTest, refuses_more_queries_at_a_time_than_it_may_carry_out) {
  start({.concurrency = 1});
  const std::string query = history().dump();
  Answer first = answer("POST", "/api/4.0/queries/run/json", query);
  EXPECT_EQ(answer("POST", "/api/4.0/queries/run/json", query).status, 429);
  text_of(first);
  EXPECT_EQ(answer("POST", "/api/4.0/queries/run/json", query).status, 200);
}

TEST_F(LookerTest, runs_queries_that_stand_in_a_url) {
  start();
  const std::string rows = ask("GET",
                               "/api/4.0/queries/models/system__activity/views/user/run/"
                               "csv?fields=user.id,role.name&f%5Buser.id%5D=%3C3&sorts=user.id&limit=9");
  EXPECT_EQ(rows.substr(0, rows.find('\n', 18)), "User ID,Role Name\n1,Admin");
}

TEST_F(LookerTest, joins_what_is_finer_than_the_explore_when_it_is_asked_for) {
  start();
  Json plans = {{"model", "system__activity"},
                {"view", "scheduled_plan"},
                {"limit", "-1"},
                {"fields", {"scheduled_plan.id"}}};
  EXPECT_EQ(count(plans), 45U);
  plans["fields"] = {"scheduled_plan.id", "scheduled_job.id", "scheduled_job.status"};
  EXPECT_GT(count(plans), 10'000U);
  plans["filters"] = {{"scheduled_plan.id", "3"}};
  EXPECT_LT(count(plans), 1'000U);
}

}  // namespace
}  // namespace weir::sandbox::looker
