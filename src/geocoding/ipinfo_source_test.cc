// SPDX-License-Identifier: Apache-2.0
#include "geocoding/ipinfo_source.h"

#include <gtest/gtest.h>

#include "geocoding/ipinfo_record.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/ipinfo_server.h"

namespace weir::geocoding {
namespace {

constexpr const char* kVancouver =
    R"({"ip":"24.80.1.2","hostname":"c9.example.net","city":"Vancouver","region":"British Columbia","country":"CA",
        "loc":"49.2497,-123.1193","org":"AS64500 Example Networks Inc","postal":"V5K","timezone":"America/Vancouver"})";

std::string text(const std::optional<GeoRecord>& record) {
  if (!record) return "nothing";
  return fmt::format("{}|{}|{}|{}|{}|{}", record->city, record->country_code, record->country_name,
                     record->location, record->asn, record->as_name);
}

TEST(IpinfoRecord, reads_the_classic_shape) {
  const auto record = parse_ipinfo(kVancouver);
  EXPECT_EQ(text(record), "Vancouver|CA|Canada|49.2497,-123.1193|AS64500|Example Networks Inc");
  EXPECT_EQ(record->latitude, 49.2497);
  EXPECT_EQ(record->hostname + " " + record->postal + " " + record->timezone,
            "c9.example.net V5K America/Vancouver");
}

TEST(IpinfoRecord, reads_the_lite_shape) {
  EXPECT_EQ(text(parse_ipinfo(R"({"ip":"24.80.1.2","asn":"AS64500","as_name":"Example Networks Inc",
      "as_domain":"example.net","country_code":"CA","country":"Canada","continent_code":"NA","continent":"North America"})")),
            "|CA|Canada||AS64500|Example Networks Inc");
}

TEST(IpinfoRecord, reads_the_core_shape) {
  EXPECT_EQ(text(parse_ipinfo(
                R"({"ip":"24.80.1.2","geo":{"city":"Vancouver","region":"British Columbia","region_code":"BC",
      "country":"Canada","country_code":"CA","continent":"North America","continent_code":"NA","latitude":49.2497,
      "longitude":-123.1193,"timezone":"America/Vancouver","postal_code":"V5K"},
      "as":{"asn":"AS64500","name":"Example Networks Inc","domain":"example.net","type":"isp"},"is_anycast":false})")),
            "Vancouver|CA|Canada|49.2497,-123.1193|AS64500|Example Networks Inc");
}

TEST(IpinfoRecord, reads_the_paid_as_object) {
  EXPECT_EQ(text(parse_ipinfo(
                R"({"ip":"1.2.3.4","country":"CA","asn":{"asn":"AS64500","name":"Example","route":"x"}})")),
            "|CA|Canada||AS64500|Example");
}

// Weakness E-6: a new or unusual field of the geocoder broke the load.
TEST(IpinfoRecord, E6_passes_over_unknown_fields_and_unexpected_types) {
  EXPECT_EQ(text(parse_ipinfo(
                R"({"ip":"1.2.3.4","city":"Vancouver","country":"CA","anycast":true,"moon_phase":{"a":[1]},
      "privacy":{"vpn":false},"loc":17,"org":["AS1"],"postal":null,"region":{},"readme":"https://example.org"})")),
            "Vancouver|CA|Canada|||");
}

// Weakness E-7: the field `org` was missing when an answer had none.
TEST(IpinfoRecord, E7_needs_no_field_at_all) {
  EXPECT_EQ(text(parse_ipinfo(R"({"ip":"1.2.3.4","city":"Vancouver"})")), "Vancouver|||||");
  EXPECT_TRUE(parse_ipinfo(R"({"ip":"10.1.2.3","bogon":true})")->is_bogon);
  EXPECT_EQ(text(parse_ipinfo(R"({"ip":"1.2.3.4"})")), "nothing");
}

TEST(IpinfoRecord, takes_errors_and_garbage_for_no_answer) {
  for (const char* json : {"", "null", "[]", "\"Wrong ip\"", "{", "17",
                           R"({"status":404,"error":{"title":"Wrong ip"}})", "<html></html>"}) {
    EXPECT_EQ(text(parse_ipinfo(json)), "nothing") << json;
  }
}

std::vector<Address> addresses(const std::vector<std::string>& texts) {
  std::vector<Address> list;
  for (const std::string& each : texts) list.push_back(*Address::parse(each));
  return list;
}

std::vector<Address> many(std::size_t count) {
  std::vector<Address> list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(*Address::parse(fmt::format("24.{}.{}.{}", i / 65536, i / 256 % 256, i % 256)));
  }
  return list;
}

/// A source with a fake client, a clock that stands still and a cache in memory.
struct Harness {
  explicit Harness(IpinfoSettings settings = {}) {
    settings.token = Secret("t0ken");
    reopen(std::move(settings));
  }
  void reopen(IpinfoSettings settings) {
    auto opened =
        IpinfoSource::open(std::move(settings), *GeoCache::open({}, clock, {}), http, clock, sleeper);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().to_string());
    if (opened.ok()) source = *std::move(opened);
  }
  std::vector<Resolution> resolve(const std::vector<Address>& list) {
    std::vector<Resolution> out;
    source->resolve(list, out);
    return out;
  }
  std::string story() {
    const SourceCounts counts = source->counts();
    return fmt::format("looked up {}, cached {}, unresolved {}, requests {}", counts.looked_up,
                       counts.from_cache, counts.unresolved, http.requests().size());
  }

  support::FakeHttpClient http;
  io::ManualClock clock{midnight(*parse_date("2022-01-24"))};
  io::RecordingSleeper sleeper;
  std::unique_ptr<IpinfoSource> source;
};

constexpr const char* kBatch = "https://ipinfo.io/batch";
io::HttpResponse ok(std::string body) {
  return {200, {{"Content-Type", "application/json"}}, std::move(body)};
}

TEST(IpinfoSource, keeps_the_token_out_of_the_url) {
  Harness app;
  app.http.when(kBatch).then(ok("{}"));
  (void)app.resolve(many(1));
  const io::HttpRequest request = app.http.requests().at(0);
  EXPECT_EQ(request.url.find("t0ken"), std::string::npos);
  EXPECT_EQ(request.body, R"(["24.0.0.0"])");
  std::string authorization;
  for (const io::HttpHeader& header : request.headers) {
    if (header.name == "Authorization") authorization = header.value;
  }
  EXPECT_EQ(authorization, "Bearer t0ken");
}

TEST(IpinfoSource, handles_each_key_of_a_batch_alone) {
  Harness app;
  app.http.when(kBatch).then(
      ok(R"({"24.0.0.1":"Wrong ip","24.0.0.2":{"status":404,"error":{"title":"Wrong ip"}},
      "24.0.0.4":{"ip":"24.0.0.4","country":"CA"},"stranger":{"country":"FR"}})"));
  const auto out = app.resolve(addresses({"24.0.0.1", "24.0.0.2", "24.0.0.3", "24.0.0.4"}));
  EXPECT_EQ(text(out[0]) + text(out[1]) + text(out[2]), "nothingnothingnothing");
  EXPECT_EQ(text(out[3]), "|CA|Canada|||");
  (void)app.resolve(addresses({"24.0.0.1", "24.0.0.2", "24.0.0.4"}));
  EXPECT_EQ(app.story(), "looked up 1, cached 1, unresolved 5, requests 1")
      << "errors are remembered as well";
}

TEST(IpinfoSource, stops_without_a_loop_when_the_quota_is_used_up) {
  Harness app({.batch_size = 2});
  app.http.when(kBatch)
      .then(ok(R"({"24.0.0.0":{"country":"CA"},"24.0.0.1":{"country":"FR"}})"))
      .then({429, {{"Retry-After", "86400"}}, ""});
  const auto out = app.resolve(many(10));
  EXPECT_EQ(text(out[1]), "|FR|France|||") << "what was answered before is kept";
  (void)app.resolve(addresses({"24.9.9.9"}));
  EXPECT_EQ(app.story(), "looked up 2, cached 0, unresolved 9, requests 2");
  EXPECT_TRUE(app.sleeper.waits().empty());
  const auto warnings = app.source->take_warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("the quota of ipinfo.io is used up (it asks to wait 86400 s)"),
            std::string::npos)
      << warnings[0];
}

TEST(IpinfoSource, goes_on_without_locations_when_the_token_is_refused) {
  Harness app;
  app.http.when(kBatch).then({403, {}, R"({"error":{"title":"Unknown token"}})"});
  (void)app.resolve(many(5));
  (void)app.resolve(addresses({"24.9.9.9"}));
  EXPECT_EQ(app.story(), "looked up 0, cached 0, unresolved 6, requests 1");
  const auto warnings = app.source->take_warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("refuses the token"), std::string::npos);
  EXPECT_EQ(warnings[0].find("t0ken"), std::string::npos);
}

// Weakness E-9: one failed lookup failed the partition, retries came without delay, no quota control.
TEST(IpinfoSource, E9_repeats_after_a_pause_and_lets_one_batch_fail_alone) {
  Harness app({.batch_size = 1000});
  app.http.when(kBatch)
      .then({503, {}, ""})
      .then({502, {}, ""})
      .then_fail(Error(ErrorCode::Unavailable, "ipinfo.io did not answer in time"))
      .then(ok(R"({"24.0.3.232":{"country":"CA"}})"));
  const auto out = app.resolve(many(1001));
  EXPECT_EQ(text(out[0]), "nothing");
  EXPECT_EQ(text(out[1000]), "|CA|Canada|||");
  EXPECT_EQ(app.story(), "looked up 1, cached 0, unresolved 1000, requests 4");
  EXPECT_EQ(app.sleeper.waits().size(), 2U);
  EXPECT_EQ(app.source->take_warnings().size(), 1U);
}

TEST(IpinfoSource, E9_gives_up_for_the_run_after_three_failed_batches) {
  Harness app({.batch_size = 1});
  (void)app.resolve(many(100));
  EXPECT_EQ(app.story(), "looked up 0, cached 0, unresolved 100, requests 9");
  EXPECT_EQ(app.source->take_warnings().size(), 1U);
  EXPECT_TRUE(app.source->take_warnings().empty());
}

TEST(IpinfoSource, tells_every_partition_that_its_places_stay_null_and_how_to_fill_them_in) {
  Harness app({.batch_size = 1});
  (void)app.resolve(many(100));
  const auto first = app.source->take_warnings();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_NE(first[0].find("places of some addresses stay NULL"), std::string::npos) << first[0];
  EXPECT_NE(first[0].find("--rerun to fill them in"), std::string::npos) << first[0];
  (void)app.resolve(many(1));
  const auto second = app.source->take_warnings();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(second[0].find("--rerun to fill them in"), std::string::npos) << second[0];
}

TEST(IpinfoSource, E9_spends_no_more_than_the_budget_of_the_run) {
  Harness app({.batch_size = 4, .max_lookups = 6});
  app.http.when(kBatch).then(ok("{}"));
  (void)app.resolve(many(20));
  std::string bodies;
  for (const io::HttpRequest& request : app.http.requests()) bodies += request.body;
  EXPECT_EQ(bodies, R"(["24.0.0.0","24.0.0.1","24.0.0.2","24.0.0.3"]["24.0.0.4","24.0.0.5"])");
  EXPECT_EQ(app.source->counts().quota_left, 0U);
  const auto warnings = app.source->take_warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("budget of 6 lookups of this run"), std::string::npos);
}

TEST(IpinfoSource, E9_spends_no_more_than_the_budget_of_the_month) {
  Harness app({.batch_size = 4, .max_lookups_month = 4});
  app.http.when(kBatch).then(ok("{}"));
  (void)app.resolve(many(6));
  EXPECT_EQ(app.http.requests().size(), 1U);
  app.clock.advance(std::chrono::hours(24 * 8));  // February
  (void)app.resolve(addresses({"24.9.9.9"}));
  EXPECT_EQ(app.http.requests().size(), 2U);
}

// Weakness E-10: one request was sent for each address.
TEST(IpinfoSource, E10_asks_for_a_thousand_addresses_at_once) {
  Harness app;
  app.http.when(kBatch).then(ok("{}"));
  (void)app.resolve(many(2500));
  EXPECT_EQ(app.http.requests().size(), 3U);
}

// Weakness E-11: the cache had no expiry and no date of the lookup.
TEST(IpinfoSource, E11_asks_again_when_the_answer_is_old_and_notes_its_day) {
  Harness app;
  app.http.when(kBatch)
      .then(ok(R"({"24.0.0.0":{"country":"CA"}})"))
      .then(ok(R"({"24.0.0.0":{"country":"FR"}})"));
  EXPECT_EQ(app.resolve(many(1))[0]->source_version, "ipinfo 2022-01-24");
  app.clock.advance(std::chrono::hours(24 * 29));
  EXPECT_EQ(app.resolve(many(1))[0]->source_version, "ipinfo 2022-01-24");
  app.clock.advance(std::chrono::hours(24));
  const auto fresh = app.resolve(many(1));
  EXPECT_EQ(fresh[0]->country_name + " " + fresh[0]->source_version, "France ipinfo 2022-02-23");
}

TEST(IpinfoSource, takes_a_broken_answer_for_a_failed_batch) {
  Harness app;
  app.http.when(kBatch).then(ok(R"({"24.0.0.0":{"cou)"));
  EXPECT_EQ(text(app.resolve(many(1))[0]), "nothing");
  EXPECT_NE(app.source->take_warnings().at(0).find("no JSON object"), std::string::npos);
}

TEST(IpinfoSource, refuses_settings_that_cannot_work) {
  Harness app;
  const auto message = [&](IpinfoSettings settings) {
    const auto opened = IpinfoSource::open(std::move(settings), *GeoCache::open({}, app.clock, {}), app.http,
                                           app.clock, app.sleeper);
    return opened.ok() ? "opened" : opened.error().message();
  };
  EXPECT_NE(message({}).find("batches need a token"), std::string::npos);
  EXPECT_NE(message({.token = Secret("x"), .batch_size = 1001}).find("from 1 to 1000"), std::string::npos);
  EXPECT_EQ(message({.batch_size = 1}), "opened");
}

/// The real client against a server on the loopback interface.
struct Live {
  explicit Live(support::IpinfoServer::Rules rules, IpinfoSettings settings = {})
      : server(*support::IpinfoServer::start(rules)) {
    settings.endpoint = server->endpoint() + "/";
    if (settings.token.empty()) settings.token = Secret("test-token");
    source = *IpinfoSource::open(std::move(settings), *GeoCache::open({}, clock, {}), *http, clock, sleeper);
  }
  std::string resolve(const std::vector<std::string>& texts) {
    std::vector<Resolution> out;
    source->resolve(addresses(texts), out);
    std::string all;
    for (const Resolution& each : out) all += text(each) + "; ";
    return all;
  }

  std::unique_ptr<support::IpinfoServer> server;
  std::unique_ptr<io::CurlHttpClient> http = *io::CurlHttpClient::open();
  io::ManualClock clock{midnight(*parse_date("2022-01-24"))};
  io::RecordingSleeper sleeper;
  std::unique_ptr<IpinfoSource> source;
};

TEST(IpinfoOverHttp, asks_in_batches) {
  Live app({});
  app.server->knows("24.80.1.2", kVancouver);
  app.server->knows("2a00:1450::1", R"({"country":"IE","surprise":1})");
  EXPECT_EQ(app.resolve({"24.80.1.2", "2a00:1450::1", "24.80.9.9"}),
            "Vancouver|CA|Canada|49.2497,-123.1193|AS64500|Example Networks Inc; |IE|Ireland|||; nothing; ");
  EXPECT_EQ(app.server->requests(), std::vector<std::string>{"POST /batch 3"});
}

TEST(IpinfoOverHttp, asks_for_single_addresses) {
  Live app({}, {.batch_size = 1});
  app.server->knows("2a00:1450::1", R"({"country":"IE"})");
  EXPECT_EQ(app.resolve({"2a00:1450::1", "24.80.9.9"}), "|IE|Ireland|||; nothing; ");
  EXPECT_EQ(app.server->requests(), (std::vector<std::string>{"GET /2a00:1450::1 1", "GET /24.80.9.9 1"}));
}

TEST(IpinfoOverHttp, keeps_what_came_before_the_quota_ran_out) {
  Live app({.quota = 2}, {.batch_size = 2});
  app.server->knows("24.0.0.1", R"({"country":"CA"})");
  EXPECT_EQ(app.resolve({"24.0.0.1", "24.0.0.2", "24.0.0.3"}), "|CA|Canada|||; nothing; nothing; ");
  EXPECT_EQ(app.server->requests().size(), 2U);
}

TEST(IpinfoOverHttp, survives_errors_of_the_server) {
  Live app({.failures = 2});
  app.server->knows("24.0.0.1", R"({"country":"CA"})");
  EXPECT_EQ(app.resolve({"24.0.0.1"}), "|CA|Canada|||; ");
  EXPECT_EQ(app.sleeper.waits().size(), 2U);
}

TEST(IpinfoOverHttp, checks_the_token_without_a_lookup) {
  Live good({});
  EXPECT_TRUE(good.source->check().ok());
  EXPECT_EQ(good.server->requests(), std::vector<std::string>{"GET /me 0"});
  Live bad({}, {.token = Secret("wrong")});
  const auto checked = bad.source->check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code(), ErrorCode::PermissionDenied);
  EXPECT_NE(checked.error().message().find("check ipinfo.token"), std::string::npos);
  EXPECT_EQ(bad.resolve({"24.0.0.1"}), "nothing; ");
}

}  // namespace
}  // namespace weir::geocoding
