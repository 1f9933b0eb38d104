// SPDX-License-Identifier: Apache-2.0
// Faults and tokens, as a client on the line meets them.
#include "sandbox/sandbox.h"

#include <gtest/gtest.h>

#include "io/http_client.h"

namespace weir::sandbox {
namespace {

struct SandboxTest : testing::Test {
  io::ManualClock clock{Timestamp{1'700'000'000'000'000}};
  std::unique_ptr<Sandbox> sandbox;
  std::unique_ptr<io::CurlHttpClient> http;

  void start(Settings settings = {}) {
    settings.buckets = {"exports"};
    auto started = Sandbox::start(settings, clock);
    auto opened = io::CurlHttpClient::open();
    ASSERT_TRUE(started.ok() && opened.ok());
    sandbox = *std::move(started);
    http = *std::move(opened);
  }
  /// "200 body", or the failure's code.
  std::string ask(const std::string& method, const std::string& path, const std::string& body = {},
                  const std::string& token = {}) {
    io::HttpRequest request{.method = method, .url = sandbox->url() + path, .body = body};
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    const auto answer = http->send(request);
    return answer.ok() ? std::to_string(answer->status) + " " + answer->body.substr(0, 40)
                       : std::string(name(answer.error().code()));
  }
  std::string put(const std::string& name) {
    return ask("POST", "/upload/storage/v1/b/exports/o?uploadType=media&name=" + name, "bytes").substr(0, 11);
  }
  std::string get(const std::string& name) {
    return ask("GET", "/storage/v1/b/exports/o/" + name + "?alt=media").substr(0, 11);
  }
};

TEST_F(SandboxTest, fails_only_the_requests_that_are_meant) {
  start();
  EXPECT_EQ(put("k").substr(0, 3), "200");
  EXPECT_EQ(ask("POST", "/_fault", R"({"match": "alt=media", "action": "status", "status": 429, "skip": 1})"),
            R"(200 [{"action":"status","match":"alt=media",)");
  EXPECT_EQ(get("k"), "200 bytes");
  EXPECT_EQ(ask("GET", "/storage/v1/b/exports/o/k").substr(0, 3), "200");
  EXPECT_EQ(get("k").substr(0, 3), "429");
  EXPECT_EQ(get("k"), "200 bytes");
  EXPECT_EQ(ask("GET", "/_fault"), "200 []");
}

TEST_F(SandboxTest, resets_before_and_loses_after_a_request_is_carried_out) {
  start();
  sandbox->faults().add({.method = "POST", .action = FaultAction::Reset});
  EXPECT_EQ(put("reset"), "unavailable");
  sandbox->faults().add({.method = "POST", .action = FaultAction::Lose});
  EXPECT_EQ(put("lost"), "unavailable");
  EXPECT_EQ(get("reset").substr(0, 3), "404");
  EXPECT_EQ(get("lost"), "200 bytes");
}

TEST_F(SandboxTest, cuts_answers_and_stalls_them) {
  start();
  EXPECT_EQ(put("k").substr(0, 3), "200");
  sandbox->faults().add({.action = FaultAction::Cut, .after_bytes = 3});
  EXPECT_EQ(get("k"), "unavailable");
  sandbox->faults().add({.action = FaultAction::Stall, .milliseconds = 60'000});
  const auto stalled =
      http->send({.url = sandbox->url() + "/storage/v1/b/exports", .timeout = std::chrono::milliseconds(50)});
  EXPECT_FALSE(stalled.ok());
  sandbox->faults().clear();
  EXPECT_EQ(get("k"), "200 bytes");
}

TEST_F(SandboxTest, says_what_is_wrong_with_a_fault) {
  start();
  EXPECT_EQ(ask("POST", "/_fault", "no json").substr(0, 3), "400");
  EXPECT_EQ(parse_fault(R"({"acton": "cut"})").error().message(), "a fault has no 'acton'");
  EXPECT_EQ(parse_fault(R"({"times": -1})").error().message(), "times is no number of use");
  EXPECT_EQ(parse_fault(R"({"action": "explode"})").error().message(),
            "action is 'explode': it must be status, reset, lose, stall, cut, truncate, looker_error, "
            "expire_tokens, inner_error or keep_alive");
  EXPECT_EQ(ask("GET", "/_fault"), "200 []");
}

TEST_F(SandboxTest, forgets_tokens_when_their_time_is_over) {
  start({.token_check = TokenCheck::On, .token_seconds = 60});
  const std::string form = "grant_type=refresh_token&refresh_token=sandbox-refresh-token";
  const auto answer = http->send({.method = "POST", .url = sandbox->url() + "/token", .body = form});
  ASSERT_TRUE(answer.ok());
  const std::size_t start_of_token = answer->body.find("ya29.");
  const std::string token =
      answer->body.substr(start_of_token, answer->body.find('"', start_of_token) - start_of_token);
  EXPECT_EQ(ask("GET", "/storage/v1/b/exports", "", token).substr(0, 3), "200");
  EXPECT_EQ(ask("GET", "/storage/v1/b/exports", "", token + "x").substr(0, 3), "401");
  EXPECT_EQ(ask("GET", "/storage/v1/b/exports").substr(0, 3), "401");
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(ask("GET", "/storage/v1/b/exports", "", token).substr(0, 3), "401");
}

TEST_F(SandboxTest, tells_metadata_only_to_who_asks_as_google_wants_it) {
  start();
  const std::string path = "/computeMetadata/v1/instance/service-accounts/default/email";
  EXPECT_EQ(ask("GET", path).substr(0, 3), "403");
  const auto answer = http->send({.url = sandbox->url() + path, .headers = {{"Metadata-Flavor", "Google"}}});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body, "weir@sandbox.iam.gserviceaccount.com");
  EXPECT_EQ(answer->header("Metadata-Flavor"), "Google");
}

TEST_F(SandboxTest, does_not_take_a_port_that_is_taken) {
  start();
  const int port = std::stoi(sandbox->url().substr(sandbox->url().rfind(':') + 1));
  const auto second = Sandbox::start({.port = port}, clock);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message().find("--port"), std::string::npos);
}

TEST_F(SandboxTest, serves_nothing_elsewhere) {
  start();
  EXPECT_EQ(ask("GET", "/").substr(0, 3), "404");
  EXPECT_EQ(ask("DELETE", "/bigquery/v2/projects/p").substr(0, 3), "404");
}

}  // namespace
}  // namespace weir::sandbox
