// SPDX-License-Identifier: Apache-2.0
#include "geocoding/geocoder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/fake_http_client.h"
#include "tests/support/mmdb_writer.h"

namespace weir::geocoding {
namespace {

using V = support::MmdbValue;
using Texts = std::vector<std::optional<std::string>>;

V place(const std::string& city, const std::string& region, const char* country) {
  return V::map({{"city", V::text(city)},
                 {"region", V::text(region)},
                 {"country", V::text(country)},
                 {"lat", V::text("49.2497")},
                 {"lng", V::text("-123.1193")}});
}

class GeocoderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    support::MmdbWriter writer({.database_type = "ipinfo standard_location.mmdb"});
    ASSERT_TRUE(writer.add("24.80.0.0/16", place("Vancouver", "British Columbia", "CA")).ok());
    ASSERT_TRUE(writer.add("2a00:1450::/32", place("Llanfairpwllgwyngyll", "Wales", "GB")).ok());
    ASSERT_TRUE(writer.add("24.81.0.0/16", V::map({{"country", V::text("FR")}})).ok());
    ASSERT_TRUE(writer.write(folder_ / "city.mmdb").ok());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  GeocodeDependencies dependencies() {
    return {http_, clock_, sleeper_, environment_, folder_, folder_ / ".weir" / "geo-cache.db", remembered_};
  }
  std::shared_ptr<Geocoder> open(const GeocodeOptions& options) {
    auto opened = Geocoder::open(options, dependencies());
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().to_string());
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  static GeocodeOptions mmdb(std::vector<std::string> fields = standard_fields()) {
    return {.column = "remote_ip",
            .prefix = {},
            .database = {"city.mmdb"},
            .ipinfo = {},
            .fields = std::move(fields)};
  }
  static GeocodeOptions api(std::vector<std::string> fields) {
    return {.column = "remote_ip",
            .prefix = {},
            .database = {},
            .ipinfo = IpinfoOptions(),
            .fields = std::move(fields)};
  }

  /// The result as text: a line for each row, the columns separated by "|", null as "~".
  static std::string run(Geocoder& geocoder, const Texts& texts) {
    model::Batch input(model::Schema{{{"remote_ip", model::Type::Text}}});
    for (const auto& text : texts) {
      const std::size_t row = input.add_row({});
      if (text) input.set_text(0, row, *text);
    }
    model::Batch result(geocoder.schema());
    geocoder.geocode(input.view().columns[0], texts.size(), result);
    return print(result, geocoder.schema());
  }
  static std::string print(const model::Batch& batch, const model::Schema& schema) {
    const model::BatchView view = batch.view();
    std::string all;
    for (std::size_t row = 0; row < view.rows; ++row) {
      for (std::size_t column = 0; column < schema.size(); ++column) {
        const model::ColumnView& cells = view.columns[column];
        all += column == 0 ? "" : "|";
        if (cells.is_null(row)) {
          all += "~";
        } else if (cells.type == model::Type::Double) {
          all += fmt::format("{}", cells.at<double>(row));
        } else if (cells.type == model::Type::Boolean) {
          all += cells.at<std::uint8_t>(row) != 0 ? "true" : "false";
        } else {
          all += cells.text(row);
        }
      }
      all += "\n";
    }
    return all;
  }
  static std::string story(const Geocoder& geocoder) {
    const GeocodeSummary summary = geocoder.summary();
    return fmt::format("looked up {}, cached {}, bogon {}, invalid {}, unresolved {}", summary.looked_up,
                       summary.from_cache, summary.bogon, summary.invalid, summary.unresolved);
  }

  std::filesystem::path folder_ = testing::TempDir() + "geocoder_" + std::to_string(getpid());
  std::size_t remembered_ = 1000;
  support::FakeHttpClient http_;
  io::ManualClock clock_{midnight(*parse_date("2022-01-24"))};
  io::RecordingSleeper sleeper_;
  io::FixedEnvironment environment_{{{"IPINFO_TOKEN", "t0ken"}}};
};

TEST_F(GeocoderTest, adds_the_columns_of_a_request_log) {
  EXPECT_EQ(
      model::to_string(*geocode_schema(mmdb())),
      "remote_ip_city text, remote_ip_loc text, remote_ip_org text, remote_ip_hostname text, "
      "remote_ip_country_name text, remote_ip_asn text, remote_ip_country text, remote_ip_timezone text, "
      "remote_ip_latitude double, remote_ip_longitude double, remote_ip_postal text, remote_ip_region text, "
      "remote_ip_full_location text");
  auto geocoder = open(mmdb());
  EXPECT_EQ(run(*geocoder, {"24.80.1.2", "24.81.1.2"}),
            "Vancouver|49.2497,-123.1193|~|~|Canada|~|CA|~|49.2497|-123.1193|~|British Columbia|"
            "Vancouver, British Columbia, CA\n"
            "~|~|~|~|France|~|FR|~|~|~|~|~|~\n");
}

// Weakness E-7: only private addresses, or a null, crashed the partition.
TEST_F(GeocoderTest, E7_takes_private_addresses_and_nulls) {
  auto geocoder = open(mmdb({"country", "bogon", "is_eu"}));
  EXPECT_EQ(run(*geocoder, {"10.0.0.1", std::nullopt, "192.168.1.1", "::1"}),
            "~|true|~\n~|~|~\n~|true|~\n~|true|~\n");
  EXPECT_EQ(story(*geocoder), "looked up 0, cached 0, bogon 3, invalid 0, unresolved 0");
}

TEST_F(GeocoderTest, leaves_rows_without_an_address_empty_and_counts_only_strange_ones) {
  auto geocoder = open(mmdb({"country"}));
  EXPECT_EQ(run(*geocoder, {"-", "unknown", "", "proxy.example.org", "300.1.1.1", "proxy.example.org",
                            std::string(500, '1')}),
            "~\n~\n~\n~\n~\n~\n~\n");
  EXPECT_EQ(story(*geocoder), "looked up 0, cached 0, bogon 0, invalid 3, unresolved 0");
}

TEST_F(GeocoderTest, resolves_each_distinct_address_once_in_whatever_spelling) {
  auto geocoder = open(mmdb({"city"}));
  EXPECT_EQ(run(*geocoder, {"24.80.1.2", "::ffff:24.80.1.2", "24.80.1.2:443", "24.80.1.2"}),
            "Vancouver\nVancouver\nVancouver\nVancouver\n");
  (void)run(*geocoder, {"24.80.1.2", "99.1.1.1"});
  EXPECT_EQ(story(*geocoder), "looked up 1, cached 0, bogon 0, invalid 0, unresolved 1");
}

TEST_F(GeocoderTest, keeps_long_texts_whole) {
  auto geocoder = open(mmdb({"city", "full_location", "country_name"}));
  EXPECT_EQ(run(*geocoder, {"2a00:1450::1"}),
            "Llanfairpwllgwyngyll|Llanfairpwllgwyngyll, Wales, GB|United Kingdom\n");
}

TEST_F(GeocoderTest, notes_the_source_when_asked) {
  auto geocoder = open(mmdb({"source", "continent", "continent_code", "region_code"}));
  EXPECT_EQ(run(*geocoder, {"24.80.1.2"}), "ipinfo standard_location.mmdb 1970-01-01|North America|NA|~\n");
}

TEST_F(GeocoderTest, takes_another_prefix) {
  GeocodeOptions options = mmdb({"city"});
  options.prefix = "client_";
  EXPECT_EQ(model::to_string(open(options)->schema()), "client_city text");
}

TEST_F(GeocoderTest, names_the_field_that_was_probably_meant) {
  const auto opened = Geocoder::open(mmdb({"citty"}), dependencies());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::InvalidConfig);
  EXPECT_NE(opened.error().message().find("did you mean 'city'?"), std::string::npos);
  EXPECT_NE(Geocoder::open(mmdb({"city", "city"}), dependencies()).error().message().find("twice"),
            std::string::npos);
}

TEST_F(GeocoderTest, fails_to_open_without_its_database) {
  GeocodeOptions options = mmdb();
  options.database = {"city.mmdb", "asn.mmdb"};
  const auto opened = Geocoder::open(options, dependencies());
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().to_string().find((folder_ / "asn.mmdb").string()), std::string::npos);
}

TEST_F(GeocoderTest, gives_empty_columns_and_one_warning_when_nothing_is_configured) {
  auto geocoder =
      open({.column = "remote_ip", .prefix = {}, .database = {}, .ipinfo = {}, .fields = {"city", "bogon"}});
  EXPECT_EQ(run(*geocoder, {"24.80.1.2", "10.0.0.1"}), "~|~\n~|true\n");
  EXPECT_EQ(story(*geocoder), "looked up 0, cached 0, bogon 1, invalid 0, unresolved 1");
  EXPECT_EQ(geocoder->take_warnings().size(), 1U);
  EXPECT_TRUE(geocoder->take_warnings().empty());
}

TEST_F(GeocoderTest, asks_the_api_once_and_remembers_between_runs) {
  http_.when("https://ipinfo.io/batch")
      .then({200, {}, R"({"24.80.1.2":{"city":"Vancouver","country":"CA"}})"});
  EXPECT_EQ(run(*open(api({"city"})), {"24.80.1.2", "10.0.0.1", "24.80.1.2", std::nullopt}),
            "Vancouver\n~\nVancouver\n~\n");
  auto second = open(api({"city"}));
  EXPECT_EQ(run(*second, {"24.80.1.2"}), "Vancouver\n");
  EXPECT_EQ(story(*second), "looked up 0, cached 1, bogon 0, invalid 0, unresolved 0");
  ASSERT_EQ(http_.requests().size(), 1U);
  EXPECT_EQ(http_.requests()[0].body, R"(["24.80.1.2"])") << "private addresses stay at home";
}

// Weakness E-9: a failed lookup must not fail the run.
TEST_F(GeocoderTest, E9_loads_without_locations_when_the_api_is_down_and_fills_them_later) {
  auto geocoder = open(api({"city"}));
  EXPECT_EQ(run(*geocoder, {"24.80.1.2"}), "~\n");
  EXPECT_EQ(story(*geocoder), "looked up 0, cached 0, bogon 0, invalid 0, unresolved 1");
  EXPECT_EQ(geocoder->take_warnings().size(), 1U);
  http_.when("https://ipinfo.io/batch").then({200, {}, R"({"24.80.1.2":{"city":"Vancouver"}})"});
  EXPECT_EQ(run(*open(api({"city"})), {"24.80.1.2"}), "Vancouver\n");
}

TEST_F(GeocoderTest, works_without_a_place_for_the_cache) {
  std::filesystem::create_directories(folder_ / ".weir" / "geo-cache.db");
  http_.when("https://ipinfo.io/batch").then({200, {}, R"({"24.80.1.2":{"city":"Vancouver"}})"});
  auto geocoder = open(api({"city"}));
  EXPECT_EQ(run(*geocoder, {"24.80.1.2"}), "Vancouver\n");
  EXPECT_NE(geocoder->take_warnings().at(0).find("kept for this run only"), std::string::npos);
}

TEST_F(GeocoderTest, says_which_token_is_missing) {
  environment_ = io::FixedEnvironment({});
  const auto opened = Geocoder::open(api({"city"}), dependencies());
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().to_string().find("IPINFO_TOKEN"), std::string::npos);
}

TEST_F(GeocoderTest, stays_right_when_it_has_to_forget) {
  remembered_ = 10;
  auto geocoder = open(mmdb({"city"}));
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(run(*geocoder,
                  {fmt::format("24.80.1.{}", round), "24.81.1.1", "2a00:1450::1", fmt::format("x{}", round)}),
              "Vancouver\n~\nLlanfairpwllgwyngyll\n~\n");
  }
  EXPECT_EQ(geocoder->summary().invalid, 20U);
  EXPECT_GT(geocoder->summary().looked_up, 22U) << "an address that was forgotten counts again";
}

TEST_F(GeocoderTest, serves_several_threads) {
  auto geocoder = open(mmdb({"city", "full_location"}));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        EXPECT_EQ(run(*geocoder, {"24.80.1.2", fmt::format("24.80.3.{}", k), "2a00:1450::1", "10.0.0.1"}),
                  "Vancouver|Vancouver, British Columbia, CA\nVancouver|Vancouver, British Columbia, CA\n"
                  "Llanfairpwllgwyngyll|Llanfairpwllgwyngyll, Wales, GB\n~|~\n");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(story(*geocoder), "looked up 52, cached 0, bogon 1, invalid 0, unresolved 0");
}

}  // namespace
}  // namespace weir::geocoding
