// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/session.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "protocols/looker/explore.h"
#include "tests/support/fake_http_client.h"

namespace weir::looker {
namespace {

const std::string kApi = "https://looker.example.com/api/4.0";

std::string token(const std::string& name, int seconds = 3600) {
  return fmt::format(R"({{"access_token":"{}","token_type":"Bearer","expires_in":{},"refresh_token":null}})",
                     name, seconds);
}

/// Rows as they were handed on.
struct Body final : io::BodySink {
  Result<void> take(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

class SessionTest : public testing::Test {
 protected:
  Session& session() {
    if (!session_) {
      Instance instance{"https://looker.example.com", "an id", Secret("50% & more")};
      session_ = std::make_unique<Session>(std::move(instance), World{http, clock, sleeper}, 4);
    }
    return *session_;
  }
  void end() { session_.reset(); }
  /// "POST /login | GET /alive": without the address.
  std::string requests() const {
    std::vector<std::string> all;
    for (const auto& request : http.requests())
      all.push_back(request.method + " " + request.url.substr(kApi.size()));
    return join(all, " | ");
  }
  std::string bearer(std::size_t index) const {
    const auto request = http.requests()[index];
    for (const auto& header : request.headers) {
      if (header.name == "Authorization") return header.value;
    }
    return {};
  }

  support::FakeHttpClient http;
  io::ManualClock clock{Timestamp{1'700'000'000'000'000}};
  io::RecordingSleeper sleeper;
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, logs_in_once_and_out_at_the_end) {
  http.when(kApi + "/login").then({200, {}, token("t1")});
  http.when(kApi + "/a").then({200, {}, "{}"});
  http.when(kApi + "/logout").then({204, {}, ""});
  EXPECT_TRUE(session().call({.path = "/a"}).ok());
  EXPECT_TRUE(session().call({.path = "/a"}).ok());
  end();
  EXPECT_EQ(requests(), "POST /login | GET /a | GET /a | DELETE /logout");
  EXPECT_EQ(http.requests()[0].body, "client_id=an%20id&client_secret=50%25%20%26%20more");
  EXPECT_EQ(http.requests()[0].headers[0].value, "application/x-www-form-urlencoded");
  EXPECT_EQ(bearer(1), "Bearer t1");
}

TEST_F(SessionTest, renews_a_token_before_it_expires) {
  http.when(kApi + "/login").then({200, {}, token("t1")}).then({200, {}, token("t2")});
  http.when(kApi + "/a").then({200, {}, "{}"});
  EXPECT_TRUE(session().call({.path = "/a"}).ok());
  clock.advance(std::chrono::seconds(3545));
  EXPECT_TRUE(session().call({.path = "/a"}).ok());
  EXPECT_EQ(requests(), "POST /login | GET /a | POST /login | GET /a");
  EXPECT_EQ(bearer(3), "Bearer t2");
}

TEST_F(SessionTest, logs_in_once_more_when_a_token_is_refused) {
  http.when(kApi + "/login").then({200, {}, token("t1")}).then({200, {}, token("t2")});
  http.when(kApi + "/a").then({401, {}, R"({"message":"Requires authentication."})"}).then({200, {}, "yes"});
  EXPECT_EQ(*session().call({.path = "/a"}), "yes");
  EXPECT_EQ(requests(), "POST /login | GET /a | POST /login | GET /a");
}

TEST_F(SessionTest, gives_up_when_the_new_token_is_refused_as_well) {
  http.when(kApi + "/login").then({200, {}, token("t1")});
  http.when(kApi + "/a").then({401, {}, R"({"message":"Requires authentication."})"});
  const auto answer = session().call({.path = "/a"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::Unauthenticated);
  EXPECT_EQ(requests(), "POST /login | GET /a | POST /login | GET /a");
}

TEST_F(SessionTest, says_that_a_404_at_login_is_a_wrong_secret) {
  http.when(kApi + "/login").then({404, {}, R"({"message":"Not Found","documentation_url":"x"})"});
  const auto answer = session().call({.path = "/a"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::PermissionDenied);
  EXPECT_NE(answer.error().message().find("does not accept the client_id and client_secret"),
            std::string::npos);
  EXPECT_EQ(requests(), "POST /login");
}

TEST_F(SessionTest, suspects_the_port_when_a_page_answers) {
  for (const int status : {200, 403, 404}) {
    support::FakeHttpClient other;
    other.when(kApi + "/login").then({status, {}, "<!DOCTYPE html><p>Hello"});
    Session lost({"https://looker.example.com", "a", Secret("b")}, World{other, clock, sleeper}, 1);
    const auto answer = lost.call({.path = "/a"});
    ASSERT_FALSE(answer.ok());
    EXPECT_NE(answer.error().message().find("check base_url and its port"), std::string::npos)
        << answer.error().to_string();
  }
}

TEST_F(SessionTest, waits_as_long_as_the_instance_asks_for) {
  http.when(kApi + "/login").then({200, {}, token("t1")});
  http.when(kApi + "/a")
      .then({429, {{"Retry-After", "7"}}, ""})
      .then({429, {}, ""})
      .then({502, {}, "<html>"})
      .then({200, {}, "yes"});
  EXPECT_EQ(*session().call({.path = "/a"}), "yes");
  ASSERT_EQ(sleeper.waits().size(), 3U);
  EXPECT_EQ(sleeper.waits()[0], std::chrono::seconds(7));
  EXPECT_GE(sleeper.waits()[2], std::chrono::seconds(1));
}

TEST_F(SessionTest, knows_within_seconds_that_an_instance_cannot_be_reached) {
  http.when(kApi + "/login").then_fail(Error(ErrorCode::Unavailable, "cannot connect"));
  const auto answer = session().call({.path = "/a"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().to_string(), "logging in to Looker: cannot connect");
  EXPECT_EQ(requests(), "POST /login | POST /login | POST /login | POST /login");
  std::chrono::milliseconds waited{0};
  for (const auto wait : sleeper.waits()) waited += wait;
  EXPECT_LE(waited, std::chrono::seconds(4));
}

/// One that takes connections and says nothing.
class SilentLooker final : public io::HttpClient {
 public:
  explicit SilentLooker(io::ManualClock& clock) : clock_(clock) {}
  Result<io::HttpResponse> send(const io::HttpRequest& request) override {
    clock_.advance(request.timeout);
    ++asked;
    return fail(ErrorCode::Unavailable, "no answer");
  }
  int asked = 0;

 private:
  io::ManualClock& clock_;
};

TEST_F(SessionTest, asks_nobody_again_who_was_silent) {
  SilentLooker silent(clock);
  const auto began = clock.now();
  Session lost({"https://looker.example.com", "a", Secret("b")}, World{silent, clock, sleeper}, 1);
  EXPECT_FALSE(lost.call({.path = "/a"}).ok());
  EXPECT_EQ(silent.asked, 1);
  EXPECT_LE(clock.now().micros - began.micros, std::chrono::microseconds(std::chrono::seconds(30)).count());
}

TEST_F(SessionTest, tells_every_field_that_is_wrong) {
  http.when(kApi + "/login").then({200, {}, token("t1")});
  http.when(kApi + "/a").then({422, {}, R"({"message":"Validation Failed","errors":[
    {"field":"fields","code":"invalid","message":"Unknown field history.nope"},{"field":"limit","code":null}]})"});
  EXPECT_EQ(
      session().call({.path = "/a"}).error().to_string(),
      "looker.example.com answered 422: Validation Failed: fields: Unknown field history.nope (invalid); "
      "limit");
}

TEST_F(SessionTest, asks_for_less_at_once_when_it_was_too_much) {
  http.when(kApi + "/login").then({200, {}, token("t1")});
  http.when(kApi + "/a").then({429, {}, ""}).then({503, {}, ""}).then({200, {}, "x"});
  Body body;
  EXPECT_FALSE(session().receive({.path = "/a"}, body).ok());
  EXPECT_EQ(session().limit().allowed(), 2U);
  EXPECT_FALSE(session().receive({.path = "/a"}, body).ok());
  EXPECT_EQ(session().limit().allowed(), 1U);
  EXPECT_EQ(body.text, "");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(session().receive({.path = "/a"}, body).ok());
  EXPECT_EQ(session().limit().allowed(), 2U);
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(session().receive({.path = "/a"}, body).ok());
  EXPECT_EQ(session().limit().allowed(), 4U);
}

TEST_F(SessionTest, knows_what_was_meant_by_an_unknown_explore) {
  http.when(kApi + "/login").then({200, {}, token("t1")});
  const std::string fields = "?fields=id%2Cname%2Clabel%2Cview_name%2Chas_timezone_support%2Cjoins%2Cfields";
  http.when(kApi + "/lookml_models/system__activity/explores/histroy" + fields)
      .then({404, {}, R"({"message":"Not found"})"});
  http.when(kApi + "/lookml_models/syste__activity/explores/history" + fields)
      .then({404, {}, R"({"message":"Not found"})"});
  http.when(kApi + "/lookml_models?include_internal=true&fields=name%2Clabel%2Cexplores")
      .then({200, {}, R"([{"name":"system__activity","explores":[{"name":"user"},{"name":"history"}]}])"});
  EXPECT_EQ(
      read_explore(session(), "system__activity", "histroy").error().message(),
      "the model system__activity has no explore 'histroy', did you mean 'history'?; the account can see "
      "history, user");
  EXPECT_EQ(
      read_explore(session(), "syste__activity", "history").error().message(),
      "looker.example.com has no model 'syste__activity', did you mean 'system__activity'?; the account can "
      "see system__activity");
}

}  // namespace
}  // namespace weir::looker
