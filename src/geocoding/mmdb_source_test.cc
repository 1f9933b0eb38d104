// SPDX-License-Identifier: Apache-2.0
#include "geocoding/mmdb_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/support/mmdb_writer.h"

namespace weir::geocoding {
namespace {

using V = support::MmdbValue;

V name(const char* text) {
  return V::map({{"names", V::map({{"en", V::text(text)}, {"de", V::text("?")}})}});
}

V vancouver() {
  return V::map(
      {{"city", name("Vancouver")},
       {"continent",
        V::map({{"code", V::text("NA")}, {"names", V::map({{"en", V::text("North America")}})}})},
       {"country", V::map({{"iso_code", V::text("CA")}, {"names", V::map({{"en", V::text("Canada")}})}})},
       {"location", V::map({{"latitude", V::number(49.2497)},
                            {"longitude", V::number(-123.1193)},
                            {"accuracy_radius", V::uint16(20)},
                            {"time_zone", V::text("America/Vancouver")}})},
       {"postal", V::map({{"code", V::text("V5K")}})},
       {"subdivisions", V::array({V::map({{"iso_code", V::text("BC")},
                                          {"names", V::map({{"en", V::text("British Columbia")}})}})})},
       {"traits", V::map({{"is_anycast", V::boolean(true)}})}});
}

class MmdbSourceTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& type, const std::vector<std::pair<std::string, V>>& networks,
                              int record_size = 24, int ip_version = 6) {
    support::MmdbWriter writer({.database_type = type,
                                .record_size = record_size,
                                .ip_version = ip_version,
                                .build_epoch = 1'700'000'000});
    for (const auto& [network, value] : networks) EXPECT_TRUE(writer.add(network, value).ok());
    const auto path = folder_ / (std::to_string(++files_) + ".mmdb");
    EXPECT_TRUE(writer.write(path).ok());
    return path;
  }

  static std::unique_ptr<MmdbSource> open(const std::vector<std::filesystem::path>& files) {
    auto source = MmdbSource::open(files);
    EXPECT_TRUE(source.ok()) << (source.ok() ? "" : source.error().to_string());
    return source.ok() ? *std::move(source) : nullptr;
  }

  static Resolution ask(MmdbSource& source, std::string_view address) {
    std::vector<Resolution> out;
    source.resolve(std::vector{*Address::parse(address)}, out);
    return out.at(0);
  }

  std::filesystem::path folder_ = testing::TempDir() + "mmdb_source_" + std::to_string(getpid());
  int files_ = 0;
};

TEST_F(MmdbSourceTest, reads_the_nested_layout) {
  for (const int record_size : {24, 28, 32}) {
    const auto source = open({write("GeoLite2-City", {{"24.80.0.0/16", vancouver()}}, record_size)});
    const Resolution record = ask(*source, "24.80.1.2");
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(full_location(*record), "Vancouver, British Columbia, CA");
    EXPECT_EQ(record->country_name, "Canada");
    EXPECT_EQ(record->continent_code, "NA");
    EXPECT_EQ(record->location, "49.2497,-123.1193");
    EXPECT_EQ(record->latitude, 49.2497);
    EXPECT_EQ(record->timezone, "America/Vancouver");
    EXPECT_EQ(record->postal, "V5K");
    EXPECT_EQ(record->region_code, "BC");
    EXPECT_EQ(record->is_eu, false);
    EXPECT_TRUE(record->is_anycast);
    EXPECT_EQ(record->source_version, "GeoLite2-City 2023-11-14");
  }
}

TEST_F(MmdbSourceTest, reads_the_flat_layout_with_coordinates_as_texts) {
  const auto source = open({write("ipinfo standard_location.mmdb",
                                  {{"24.80.0.0/16", V::map({{"city", V::text("Vancouver")},
                                                            {"region", V::text("British Columbia")},
                                                            {"country", V::text("CA")},
                                                            {"lat", V::text("49.2497")},
                                                            {"lng", V::text("-123.1193")},
                                                            {"postal_code", V::text("V5K")},
                                                            {"timezone", V::text("America/Vancouver")}})}})});
  const Resolution record = ask(*source, "24.80.1.2");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(full_location(*record), "Vancouver, British Columbia, CA");
  EXPECT_EQ(record->location, "49.2497,-123.1193");
  EXPECT_EQ(record->longitude, -123.1193);
  EXPECT_EQ(record->country_name, "Canada");
}

TEST_F(MmdbSourceTest, knows_that_country_is_a_name_beside_a_country_code) {
  const auto source =
      open({write("ipinfo_lite.mmdb", {{"24.80.0.0/16", V::map({{"country", V::text("Canada")},
                                                                {"country_code", V::text("CA")},
                                                                {"continent", V::text("North America")},
                                                                {"continent_code", V::text("NA")},
                                                                {"asn", V::text("AS64500")},
                                                                {"as_name", V::text("Example Inc")},
                                                                {"as_domain", V::text("example.net")}})}})});
  const Resolution record = ask(*source, "24.80.1.2");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->country_code + " " + record->country_name + " " + record->continent_code, "CA Canada NA");
  EXPECT_EQ(record->asn + " " + record->as_name + " " + record->as_domain, "AS64500 Example Inc example.net");
}

TEST_F(MmdbSourceTest, decides_by_the_entry_when_the_type_says_nothing) {
  const auto source =
      open({write("my-own-file", {{"24.80.0.0/16", vancouver()},
                                  {"24.81.0.0/16", V::map({{"country_code", V::text("DE")},
                                                           {"latitude", V::small_number(52.52F)},
                                                           {"longitude", V::small_number(13.405F)}})},
                                  {"24.82.0.0/16", V::map({{"asn", V::uint32(64500)}})}})});
  EXPECT_EQ(ask(*source, "24.80.0.1")->city, "Vancouver");
  EXPECT_EQ(ask(*source, "24.81.0.1")->country_name, "Germany");
  EXPECT_EQ(ask(*source, "24.81.0.1")->location, "52.52,13.405");
  EXPECT_EQ(ask(*source, "24.82.0.1")->asn, "AS64500");
}

TEST_F(MmdbSourceTest, combines_files_and_lets_the_first_one_win) {
  const auto city = write("GeoLite2-City", {{"24.80.0.0/16", vancouver()}});
  const auto asn = write(
      "GeoLite2-ASN", {{"24.0.0.0/8", V::map({{"autonomous_system_number", V::uint32(64500)},
                                              {"autonomous_system_organization", V::text("Example Inc")}})}});
  const auto owner = write("ipinfo asn.mmdb", {{"24.0.0.0/8", V::map({{"asn", V::text("AS64501")},
                                                                      {"country", V::text("US")},
                                                                      {"route", V::text("24.0.0.0/8")},
                                                                      {"domain", V::text("example.net")}})}});
  const auto source = open({city, asn, owner});
  const Resolution record = ask(*source, "24.80.1.2");
  EXPECT_EQ(record->city + " " + record->asn + " " + record->as_name + " " + record->as_domain,
            "Vancouver AS64500 Example Inc example.net");
  EXPECT_EQ(ask(*source, "24.1.1.1")->asn, "AS64500");
  EXPECT_EQ(ask(*source, "24.1.1.1")->country_code, "") << "the country of a network's owner is no location";
  EXPECT_EQ(source->version(),
            "GeoLite2-City 2023-11-14 + GeoLite2-ASN 2023-11-14 + ipinfo asn.mmdb 2023-11-14");
}

TEST_F(MmdbSourceTest, falls_back_to_the_country_of_registration) {
  const auto source = open(
      {write("GeoLite2-Country",
             {{"24.80.0.0/16", V::map({{"registered_country", V::map({{"iso_code", V::text("FR")}})}})}})});
  EXPECT_EQ(ask(*source, "24.80.1.2")->country_name, "France");
}

TEST_F(MmdbSourceTest, leaves_an_address_that_is_not_in_the_file_without_an_answer) {
  const auto source = open({write("GeoLite2-City", {{"24.80.0.0/16", vancouver()}})});
  EXPECT_EQ(ask(*source, "24.81.0.1"), std::nullopt);
  EXPECT_EQ(ask(*source, "2a00::1"), std::nullopt);
  (void)ask(*source, "24.80.0.1");
  EXPECT_EQ(source->counts().unresolved, 2U);
  EXPECT_EQ(source->counts().looked_up, 1U);
}

TEST_F(MmdbSourceTest, takes_an_ipv6_question_to_an_ipv4_file_as_not_found) {
  const auto source = open({write("GeoLite2-City", {{"24.80.0.0/16", vancouver()}}, 24, 4)});
  EXPECT_EQ(ask(*source, "2a00:1450::1"), std::nullopt);
  EXPECT_EQ(ask(*source, "::ffff:24.80.0.1")->city, "Vancouver");
  EXPECT_TRUE(source->take_warnings().empty());
}

TEST_F(MmdbSourceTest, passes_over_fields_of_an_unexpected_type) {
  const auto source =
      open({write("GeoLite2-City", {{"24.80.0.0/16", V::map({{"city", V::text("Vancouver")},
                                                             {"country", V::array({})},
                                                             {"subdivisions", V::uint16(7)},
                                                             {"location", V::boolean(true)}})},
                                    {"24.81.0.0/16", V::text("just text")}})});
  EXPECT_EQ(ask(*source, "24.80.0.1")->city, "");
  EXPECT_EQ(ask(*source, "24.81.0.1")->city, "");
  EXPECT_TRUE(source->take_warnings().empty());
}

TEST_F(MmdbSourceTest, explains_a_file_that_cannot_be_used) {
  const auto message = [](const std::filesystem::path& path) {
    auto source = MmdbSource::open({path});
    return source.ok() ? "opened" : source.error().message();
  };
  const auto whole = write("GeoLite2-City", {{"24.80.0.0/16", vancouver()}});
  EXPECT_NE(message(folder_ / "absent.mmdb").find("there is no IP database"), std::string::npos);
  std::ofstream(folder_ / "text.mmdb") << "not a database";
  EXPECT_NE(message(folder_ / "text.mmdb").find("is no MMDB file or was cut short"), std::string::npos);
  std::ofstream(folder_ / "empty.mmdb").flush();
  EXPECT_NE(message(folder_ / "empty.mmdb").find("is no MMDB file or was cut short"), std::string::npos);
  std::ofstream(folder_ / "packed.mmdb") << "\x1F\x8B and so on";
  EXPECT_NE(message(folder_ / "packed.mmdb").find("unpack it"), std::string::npos);
  std::filesystem::resize_file(whole, std::filesystem::file_size(whole) / 2);
  EXPECT_NE(message(whole).find("download it again"), std::string::npos);
}

TEST_F(MmdbSourceTest, survives_any_damaged_byte) {
  const auto whole = write("GeoLite2-City", {{"24.80.0.0/16", vancouver()}});
  std::ifstream file(whole, std::ios::binary);
  const std::string good(std::istreambuf_iterator<char>(file), {});
  const auto damaged = folder_ / "damaged.mmdb";
  int opened = 0;
  int warned = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0xFF);
    std::filesystem::remove(damaged);
    std::ofstream(damaged, std::ios::binary) << bad;
    auto source = MmdbSource::open({damaged});
    if (!source.ok()) continue;
    ++opened;
    (void)ask(**source, "24.80.1.2");
    (void)ask(**source, "2a00::1");
    if (!(*source)->take_warnings().empty()) ++warned;
  }
  EXPECT_GT(opened, 100);
  EXPECT_GT(warned, 0);
}

TEST_F(MmdbSourceTest, serves_several_threads) {
  const auto source = open({write("GeoLite2-City", {{"24.80.0.0/16", vancouver()}})});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 200; ++k) EXPECT_EQ(ask(*source, "24.80.1.2")->city, "Vancouver");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(source->counts().looked_up, 800U);
}

}  // namespace
}  // namespace weir::geocoding
