// SPDX-License-Identifier: Apache-2.0
// What a real server of one region and one clock cannot show.
#include "protocols/aws/s3_client.h"

#include <gtest/gtest.h>

#include "protocols/aws/testing.h"

namespace weir::aws {
namespace {

using testing::answer_of;
using testing::error_of;
using testing::FakeWorld;
using testing::header;

TEST(S3Address, puts_the_bucket_where_it_belongs) {
  const auto url = [](const std::string& bucket, const std::string& endpoint, Addressing addressing) {
    const auto address = S3Address::make(bucket, endpoint, addressing);
    return address.ok() ? address->url("ca-central-1", "in/a b?.csv", {}) : address.error().message();
  };
  EXPECT_EQ(url("acme", "", Addressing::Automatic),
            "https://acme.s3.ca-central-1.amazonaws.com/in/a%20b%3F.csv");
  EXPECT_EQ(url("acme", "", Addressing::Path), "https://s3.ca-central-1.amazonaws.com/acme/in/a%20b%3F.csv");
  EXPECT_EQ(url("acme.data", "", Addressing::Automatic),
            "https://s3.ca-central-1.amazonaws.com/acme.data/in/a%20b%3F.csv");
  EXPECT_EQ(url("Acme", "", Addressing::Automatic).substr(0, 46),
            "https://s3.ca-central-1.amazonaws.com/Acme/in/");
  EXPECT_EQ(url("acme", "http://127.0.0.1:9000/", Addressing::Automatic),
            "http://127.0.0.1:9000/acme/in/a%20b%3F.csv");
  EXPECT_EQ(url("acme", "https://o.example", Addressing::VirtualHosted),
            "https://acme.o.example/in/a%20b%3F.csv");
  EXPECT_NE(url("s3://acme", "", Addressing::Automatic).find("without s3://"), std::string::npos);
  EXPECT_NE(url("acme", "o.example", Addressing::Automatic).find("must be an address"), std::string::npos);
  EXPECT_EQ(S3Address::make("acme", "", Addressing::Automatic)->url("cn-north-1", "", {{"uploads", ""}}),
            "https://acme.s3.cn-north-1.amazonaws.com.cn/?uploads=");
}

TEST(S3Client, goes_to_the_region_that_the_bucket_names_and_remembers_it) {
  for (const int status : {301, 307, 400}) {
    FakeWorld fake;
    fake.log_in();
    fake.http.answer = [status](const io::HttpRequest& request) {
      if (request.url.find("eu-west-3") != std::string::npos) return answer_of(204);
      if (status != 400) return answer_of(status, "", {{"x-amz-bucket-region", "eu-west-3"}});
      return answer_of(400,
                       "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>");
    };
    const auto store = fake.store({.region = "us-east-2"});
    EXPECT_TRUE(store->remove("k").ok());
    EXPECT_TRUE(store->remove("k").ok());
    EXPECT_EQ(fake.http.lines(),
              "DELETE https://acme.s3.us-east-2.amazonaws.com/k\n"
              "DELETE https://acme.s3.eu-west-3.amazonaws.com/k\n"
              "DELETE https://acme.s3.eu-west-3.amazonaws.com/k\n");
    EXPECT_NE(header(fake.http.requests().at(1), "Authorization").find("/eu-west-3/s3/"), std::string::npos);
    EXPECT_TRUE(fake.sleeper.waits().empty());
  }
}

TEST(S3Client, is_not_sent_round_in_circles) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest& request) {
    const bool is_one = request.url.find("us-east-1") != std::string::npos;
    return answer_of(301, "", {{"x-amz-bucket-region", is_one ? "us-west-1" : "us-east-1"}});
  };
  const auto removed = fake.store()->remove("k");
  ASSERT_FALSE(removed.ok());
  EXPECT_NE(removed.error().to_string().find("set region"), std::string::npos);
  EXPECT_EQ(fake.http.requests().size(), 2U);
}

TEST(S3Client, backs_off_when_told_to_slow_down) {
  FakeWorld fake;
  fake.log_in();
  int left = 3;
  fake.http.answer = [&left](const io::HttpRequest&) {
    return left-- > 0 ? error_of(503, "SlowDown") : answer_of(204);
  };
  EXPECT_TRUE(fake.store()->remove("k").ok());
  const auto waits = fake.sleeper.waits();
  ASSERT_EQ(waits.size(), 3U);
  EXPECT_GE(waits[0].count(), 50);
  EXPECT_GE(waits[2].count(), 200);
}

TEST(S3Client, gives_up_after_a_while_and_says_what_the_server_said) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest&) { return error_of(503, "SlowDown"); };
  const auto removed = fake.store()->remove("a b");
  ASSERT_FALSE(removed.ok());
  EXPECT_EQ(removed.error().code(), ErrorCode::RateLimited);
  EXPECT_EQ(removed.error().to_string(), "removing s3://acme/a b: S3 answered SlowDown: words about it");
  EXPECT_EQ(fake.http.requests().size(), 8U);
}

TEST(S3Client, repeats_what_may_get_better_and_nothing_else) {
  const auto requests_for = [](int status, const std::string& code) {
    FakeWorld fake;
    fake.log_in();
    fake.http.answer = [&](const io::HttpRequest&) { return error_of(status, code); };
    (void)fake.store()->remove("k");
    return fake.http.requests().size();
  };
  for (const auto& [status, code] :
       std::vector<std::pair<int, std::string>>{{500, "InternalError"},
                                                {503, "ServiceUnavailable"},
                                                {502, ""},
                                                {429, "TooManyRequestsException"},
                                                {400, "RequestTimeout"},
                                                {400, "ThrottlingException"},
                                                {409, "OperationAborted"},
                                                {409, "ConditionalRequestConflict"}}) {
    EXPECT_EQ(requests_for(status, code), 8U) << code;
  }
  for (const auto& [status, code] : std::vector<std::pair<int, std::string>>{{403, "AccessDenied"},
                                                                             {404, "NoSuchBucket"},
                                                                             {403, "InvalidAccessKeyId"},
                                                                             {400, "EntityTooLarge"},
                                                                             {405, "MethodNotAllowed"},
                                                                             {501, "NotImplemented"}}) {
    EXPECT_EQ(requests_for(status, code), 1U) << code;
  }
}

TEST(S3Client, renews_expired_credentials_once) {
  FakeWorld fake;
  fake.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  int handed_out = 0;
  fake.http.answer = [&handed_out](const io::HttpRequest& request) {
    if (request.url == "http://169.254.170.2/c") {
      const std::string number = std::to_string(++handed_out);
      return answer_of(200, R"({"AccessKeyId": "K)" + number + R"(", "SecretAccessKey": "s", "Token": "t)" +
                                number + "\"}");
    }
    return header(request, "X-Amz-Security-Token") == "t2" ? answer_of(204) : error_of(400, "ExpiredToken");
  };
  EXPECT_TRUE(fake.store({.region = "us-east-1"})->remove("k").ok());
  EXPECT_EQ(handed_out, 2);
  EXPECT_TRUE(fake.sleeper.waits().empty());
}

TEST(S3Client, renews_expired_credentials_when_a_head_cannot_say_why_it_failed) {
  FakeWorld fake;
  fake.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  int handed_out = 0;
  fake.http.answer = [&handed_out](const io::HttpRequest& request) {
    if (request.url == "http://169.254.170.2/c") {
      return answer_of(200, R"({"AccessKeyId": "K", "SecretAccessKey": "s", "Token": "t)" +
                                std::to_string(++handed_out) + "\"}");
    }
    return header(request, "X-Amz-Security-Token") == "t2"
               ? answer_of(200, "", {{"ETag", "\"e\""}, {"Content-Length", "7"}})
               : answer_of(400);
  };
  const auto seen = fake.store({.region = "us-east-1"})->head("k");
  ASSERT_TRUE(seen.ok()) << seen.error().to_string();
  EXPECT_EQ(seen->size, 7U);
}

TEST(S3Client, says_that_fixed_credentials_have_expired) {
  FakeWorld fake;
  fake.log_in();
  fake.variables["AWS_SESSION_TOKEN"] = "tok";
  fake.http.answer = [](const io::HttpRequest&) { return error_of(400, "ExpiredToken"); };
  const auto removed = fake.store()->remove("k");
  ASSERT_FALSE(removed.ok());
  EXPECT_EQ(removed.error().code(), ErrorCode::Unauthenticated);
  EXPECT_NE(removed.error().to_string().find("get new temporary credentials"), std::string::npos);
  EXPECT_EQ(fake.http.requests().size(), 2U);
}

TEST(S3Client, follows_the_clock_of_the_server_when_its_own_is_wrong) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest& request) {
    if (header(request, "X-Amz-Date") == "20240307T111502Z") return answer_of(204);
    io::HttpResponse refused = error_of(403, "RequestTimeTooSkewed");
    refused.headers.push_back({"Date", "Thu, 07 Mar 2024 11:15:02 GMT"});
    return refused;
  };
  const auto store = fake.store();
  EXPECT_TRUE(store->remove("k").ok());
  EXPECT_TRUE(store->remove("k").ok());
  EXPECT_EQ(fake.http.requests().size(), 3U);
}

TEST(S3Client, fixes_the_clock_only_once) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest&) {
    io::HttpResponse refused = error_of(403, "RequestTimeTooSkewed");
    refused.headers.push_back({"Date", "Thu, 07 Mar 2024 11:15:02 GMT"});
    return refused;
  };
  const auto removed = fake.store()->remove("k");
  ASSERT_FALSE(removed.ok());
  EXPECT_NE(removed.error().to_string().find("set the clock"), std::string::npos);
  EXPECT_EQ(fake.http.requests().size(), 2U);
}

TEST(S3Client, asks_again_when_an_answer_is_cut_short) {
  FakeWorld fake;
  fake.log_in();
  int given = 0;
  fake.http.answer = [&given](const io::HttpRequest&) {
    return answer_of(206, ++given == 1 ? "hel" : "hello", {{"Content-Length", "5"}});
  };
  EXPECT_EQ(*fake.store()->read("k", {0, 5}, ""), "hello");
}

TEST(S3Client, takes_an_object_that_speaks_of_errors_for_an_object) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest&) {
    return answer_of(206, "<Error><Code>InternalError</Code></Error>");
  };
  EXPECT_EQ(*fake.store()->read("k", {0, 50}, ""), "<Error><Code>InternalError</Code></Error>");
}

TEST(S3Client, keeps_secrets_out_of_every_message) {
  FakeWorld fake;
  fake.log_in();
  fake.variables["AWS_SESSION_TOKEN"] = "hidden-token";
  for (const int status : {400, 403, 404, 500}) {
    fake.http.answer = [status](const io::HttpRequest& request) {
      // S3 sends back what was to be signed.
      return answer_of(status, "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message><StringToSign>" +
                                   header(request, "X-Amz-Security-Token") + "</StringToSign></Error>");
    };
    const auto listed = fake.store()->list("", "");
    ASSERT_FALSE(listed.ok());
    EXPECT_EQ(listed.error().to_string().find("hidden-token"), std::string::npos);
    EXPECT_EQ(listed.error().to_string().find("wJalrXUtnFEMI"), std::string::npos);
  }
}

TEST(S3Client, finds_region_and_endpoint_in_the_documented_places) {
  const auto url_with = [](const std::map<std::string, std::string>& variables, const S3Options& options) {
    FakeWorld fake;
    fake.log_in();
    fake.variables.insert(variables.begin(), variables.end());
    fake.http.answer = [](const io::HttpRequest&) { return answer_of(204); };
    (void)fake.store(options)->remove("k");
    return fake.http.requests().at(0).url;
  };
  const testing::TemporaryFile config("[default]\nregion = eu-north-1\nendpoint_url = https://p.example\n");
  const std::map<std::string, std::string> profile = {{"AWS_CONFIG_FILE", config.path()}};
  EXPECT_EQ(url_with({}, {}), "https://acme.s3.us-east-1.amazonaws.com/k");
  EXPECT_EQ(url_with({{"AWS_DEFAULT_REGION", "r1"}}, {}), "https://acme.s3.r1.amazonaws.com/k");
  EXPECT_EQ(url_with({{"AWS_DEFAULT_REGION", "r1"}, {"AWS_REGION", "r2"}}, {}),
            "https://acme.s3.r2.amazonaws.com/k");
  EXPECT_EQ(url_with({{"AWS_REGION", "r2"}}, {.region = "r3"}), "https://acme.s3.r3.amazonaws.com/k");
  EXPECT_EQ(url_with(profile, {}), "https://p.example/acme/k");
  EXPECT_EQ(url_with({{"AWS_ENDPOINT_URL", "https://e.example"}}, {}), "https://e.example/acme/k");
  EXPECT_EQ(
      url_with({{"AWS_ENDPOINT_URL", "https://e.example"}, {"AWS_ENDPOINT_URL_S3", "https://s.example"}}, {}),
      "https://s.example/acme/k");
  EXPECT_EQ(url_with({{"AWS_ENDPOINT_URL", "https://e.example"}}, {.endpoint = "https://o.example"}),
            "https://o.example/acme/k");
  EXPECT_EQ(
      url_with({{"AWS_CONFIG_FILE", config.path()}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}, {}),
      "https://acme.s3.eu-north-1.amazonaws.com/k");
}

}  // namespace
}  // namespace weir::aws
