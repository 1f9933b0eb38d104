// SPDX-License-Identifier: Apache-2.0
#include "geocoding/bogon.h"

#include <gtest/gtest.h>

#include "geocoding/countries.h"
#include "geocoding/geo_record.h"

namespace weir::geocoding {
namespace {

bool bogon(std::string_view text) { return is_bogon(*Address::parse(text)); }

TEST(Bogon, holds_every_network_of_the_list) {
  EXPECT_EQ(bogon_networks().size(), 53U);
  for (const std::string_view network : bogon_networks()) {
    EXPECT_TRUE(bogon(network.substr(0, network.find('/')))) << network;
  }
}

TEST(Bogon, ends_where_the_networks_end) {
  const std::pair<const char*, const char*> edges[] = {{"10.255.255.255", "11.0.0.0"},
                                                       {"100.127.255.255", "100.128.0.0"},
                                                       {"172.31.255.255", "172.32.0.0"},
                                                       {"192.168.255.255", "192.169.0.0"},
                                                       {"198.19.255.255", "198.20.0.0"},
                                                       {"169.254.255.255", "169.255.0.0"},
                                                       {"192.0.0.255", "192.0.1.0"},
                                                       {"203.0.113.255", "203.0.114.0"},
                                                       {"198.51.100.255", "198.51.101.0"},
                                                       {"fdff::1", "fe00::1"},
                                                       {"febf::1", "2a00::1"},
                                                       {"2001:db8:ffff::1", "2001:db9::1"},
                                                       {"2002:c0a8:101::1", "2002:808:808::1"},
                                                       {"100::1", "100:0:0:1::1"},
                                                       {"2001:1f:ffff::", "2001:20::"}};
  for (const auto& [inside, outside] : edges) {
    EXPECT_TRUE(bogon(inside)) << inside;
    EXPECT_FALSE(bogon(outside)) << outside;
  }
}

TEST(Bogon, holds_the_starts_of_the_ipv4_networks_only) {
  for (const char* text : {"9.255.255.255", "100.63.255.255", "126.255.255.255", "172.15.255.255",
                           "192.167.255.255", "223.255.255.255", "8.8.8.8", "1.1.1.1"}) {
    EXPECT_FALSE(bogon(text)) << text;
  }
  EXPECT_TRUE(bogon("224.0.0.1"));
  EXPECT_TRUE(bogon("255.255.255.255"));
}

TEST(Bogon, sees_a_mapped_address_as_ipv4) {
  EXPECT_FALSE(bogon("::ffff:8.8.8.8"));
  EXPECT_TRUE(bogon("::ffff:10.0.0.1"));
}

TEST(Countries, are_complete_and_in_order) {
  EXPECT_EQ(countries().size(), 249U);
  for (std::size_t i = 0; i < countries().size(); ++i) {
    const Country& country = countries()[i];
    EXPECT_EQ(find_country(country.code), &country) << country.code;
    EXPECT_FALSE(continent_name(country.continent).empty()) << country.code;
  }
  EXPECT_EQ(find_country("CA")->name, "Canada");
  EXPECT_EQ(find_country("XX"), nullptr);
  EXPECT_EQ(find_country(""), nullptr);
  EXPECT_EQ(continent_name("XX"), "");
}

TEST(Countries, know_the_union_of_27) {
  EXPECT_EQ(std::count_if(countries().begin(), countries().end(),
                          [](const Country& country) { return is_in_european_union(country.code); }),
            27);
  EXPECT_TRUE(is_in_european_union("GR"));
  EXPECT_FALSE(is_in_european_union("GB"));
}

std::string organisation(std::string_view text) {
  GeoRecord record;
  set_organisation(record, text);
  return record.asn + "|" + record.as_name;
}

// Weakness E-8: an organisation without AS number was filed as the AS number.
TEST(GeoRecord, E8_splits_the_organisation_only_after_an_as_number) {
  EXPECT_EQ(organisation("AS64500 Example Networks Inc"), "AS64500|Example Networks Inc");
  EXPECT_EQ(organisation("Example Networks Inc"), "|Example Networks Inc");
  EXPECT_EQ(organisation("ASUS Computers"), "|ASUS Computers");
  EXPECT_EQ(organisation("AS64500x Example"), "|AS64500x Example");
  EXPECT_EQ(organisation("AS Example"), "|AS Example");
  EXPECT_EQ(organisation("AS64500"), "AS64500|");
  EXPECT_EQ(organisation("Example"), "|Example");
  EXPECT_EQ(organisation(""), "|");
}

TEST(GeoRecord, has_a_full_location_only_when_every_part_is_known) {
  GeoRecord record;
  record.city = "Vancouver";
  record.region = "British Columbia";
  EXPECT_EQ(full_location(record), std::nullopt);
  record.country_code = "CA";
  EXPECT_EQ(full_location(record), "Vancouver, British Columbia, CA");
  record.region.clear();
  EXPECT_EQ(full_location(record), std::nullopt);
}

TEST(GeoRecord, derives_what_follows_from_the_rest) {
  GeoRecord record;
  record.country_code = "DE";
  record.location = "52.52,13.405";
  complete(record);
  EXPECT_EQ(record.country_name, "Germany");
  EXPECT_EQ(record.continent_name, "Europe");
  EXPECT_EQ(record.is_eu, true);
  EXPECT_EQ(record.latitude, 52.52);
  EXPECT_EQ(record.longitude, 13.405);
}

TEST(GeoRecord, drops_coordinates_that_make_no_sense) {
  for (const char* location : {"x,y", "52.52", "91,0", "0,181", "52.52,", ",", "nan,0", "1,2,3"}) {
    GeoRecord record;
    record.location = location;
    complete(record);
    EXPECT_EQ(record.location, "") << location;
    EXPECT_EQ(record.latitude, std::nullopt) << location;
  }
}

}  // namespace
}  // namespace weir::geocoding
