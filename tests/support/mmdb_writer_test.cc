// SPDX-License-Identifier: Apache-2.0
#include "tests/support/mmdb_writer.h"

#include <gtest/gtest.h>
#include <maxminddb.h>
#include <unistd.h>

#include <fstream>

namespace weir::support {
namespace {

using V = MmdbValue;

/// A file of the test, opened with the reader that the product uses.
class Reader {
 public:
  explicit Reader(const MmdbWriter& writer)
      : path_(testing::TempDir() + "mmdb_writer_" + std::to_string(getpid()) + ".mmdb") {
    const auto written = writer.write(path_);
    EXPECT_TRUE(written.ok());
    status_ = MMDB_open(path_.c_str(), MMDB_MODE_MMAP, &database_);
    EXPECT_EQ(status_, MMDB_SUCCESS) << MMDB_strerror(status_);
  }
  ~Reader() {
    if (status_ == MMDB_SUCCESS) MMDB_close(&database_);
    std::filesystem::remove(path_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  int status() const { return status_; }
  const MMDB_metadata_s& metadata() const { return database_.metadata; }

  template <typename... Path>
  std::string text(const char* address, Path... path) {
    MMDB_entry_data_s data = value(address, path...);
    if (!data.has_data) return "nothing";
    return data.type == MMDB_DATA_TYPE_UTF8_STRING ? std::string(data.utf8_string, data.data_size)
                                                   : "not a text";
  }

  template <typename... Path>
  MMDB_entry_data_s value(const char* address, Path... path) {
    int gai_error = 0;
    int error = 0;
    if (status_ != MMDB_SUCCESS) return {};
    MMDB_lookup_result_s found = MMDB_lookup_string(&database_, address, &gai_error, &error);
    EXPECT_EQ(error, MMDB_SUCCESS) << MMDB_strerror(error);
    MMDB_entry_data_s data{};
    if (found.found_entry)
      (void)MMDB_get_value(&found.entry, &data, path..., static_cast<const char*>(nullptr));
    return data;
  }

 private:
  std::string path_;
  MMDB_s database_{};
  int status_;
};

V city(const std::string& name) {
  return V::map({{"city", V::map({{"names", V::map({{"en", V::text(name)}})}})}});
}

void must(Result<void> result) { ASSERT_TRUE(result.ok()) << result.error().to_string(); }

class RecordSize : public testing::TestWithParam<int> {};

TEST_P(RecordSize, finds_both_families_in_one_tree) {
  MmdbWriter writer({.database_type = "Test-City", .record_size = GetParam(), .build_epoch = 1700000000});
  must(writer.add("8.8.8.0/24", city("Mountain View")));
  must(writer.add("2a00:1450::/32", city("Dublin")));
  Reader reader(writer);
  ASSERT_EQ(reader.status(), MMDB_SUCCESS) << MMDB_strerror(reader.status());
  EXPECT_EQ(reader.text("8.8.8.8", "city", "names", "en"), "Mountain View");
  EXPECT_EQ(reader.text("2a00:1450:4001::1", "city", "names", "en"), "Dublin");
  EXPECT_EQ(reader.text("8.8.9.1", "city", "names", "en"), "nothing");
  EXPECT_STREQ(reader.metadata().database_type, "Test-City");
  EXPECT_EQ(reader.metadata().build_epoch, 1700000000U);
  EXPECT_EQ(reader.metadata().record_size, GetParam());
}

TEST_P(RecordSize, survives_thousands_of_networks) {
  MmdbWriter writer({.database_type = "Test", .record_size = GetParam()});
  for (int i = 0; i < 5000; ++i) {
    must(writer.add(fmt::format("{}.{}.{}.0/24", 1 + i / 2500, i / 50 % 256, i % 50),
                    city(fmt::format("City {}", i))));
  }
  Reader reader(writer);
  ASSERT_EQ(reader.status(), MMDB_SUCCESS);
  EXPECT_EQ(reader.text("1.0.0.1", "city", "names", "en"), "City 0");
  EXPECT_EQ(reader.text("2.99.49.255", "city", "names", "en"), "City 4999");
}

INSTANTIATE_TEST_SUITE_P(Bits, RecordSize, testing::Values(24, 28, 32));

TEST(MmdbWriter, keeps_every_type) {
  MmdbWriter writer({.database_type = "Test"});
  must(writer.add("1.1.1.1", V::map({{"double", V::number(-123.1193)},
                                     {"float", V::small_number(49.25F)},
                                     {"uint16", V::uint16(1000)},
                                     {"uint32", V::uint32(4000000000U)},
                                     {"uint64", V::uint64(1ULL << 40)},
                                     {"yes", V::boolean(true)},
                                     {"no", V::boolean(false)},
                                     {"long", V::text(std::string(70000, 'x'))},
                                     {"list", V::array({V::text("first"), V::uint16(0)})}})));
  Reader reader(writer);
  EXPECT_EQ(reader.value("1.1.1.1", "double").double_value, -123.1193);
  EXPECT_EQ(reader.value("1.1.1.1", "float").float_value, 49.25F);
  EXPECT_EQ(reader.value("1.1.1.1", "uint16").uint16, 1000);
  EXPECT_EQ(reader.value("1.1.1.1", "uint32").uint32, 4000000000U);
  EXPECT_EQ(reader.value("1.1.1.1", "uint64").uint64, 1ULL << 40);
  EXPECT_TRUE(reader.value("1.1.1.1", "yes").boolean);
  EXPECT_EQ(reader.value("1.1.1.1", "no").type, static_cast<std::uint32_t>(MMDB_DATA_TYPE_BOOLEAN));
  EXPECT_FALSE(reader.value("1.1.1.1", "no").boolean);
  EXPECT_TRUE(reader.text("1.1.1.1", "long") == std::string(70000, 'x'));
  EXPECT_EQ(reader.text("1.1.1.1", "list", "0"), "first");
}

TEST(MmdbWriter, lets_the_longest_prefix_win_in_any_order) {
  MmdbWriter writer({.database_type = "Test"});
  must(writer.add("10.1.2.0/24", city("inner")));
  must(writer.add("10.0.0.0/8", city("outer")));
  must(writer.add("10.1.0.0/16", city("middle")));
  Reader reader(writer);
  EXPECT_EQ(reader.text("10.1.2.3", "city", "names", "en"), "inner");
  EXPECT_EQ(reader.text("10.1.3.3", "city", "names", "en"), "middle");
  EXPECT_EQ(reader.text("10.2.0.1", "city", "names", "en"), "outer");
}

TEST(MmdbWriter, stores_equal_values_once) {
  MmdbWriter one({.database_type = "Test"});
  must(one.add("1.0.0.0/24", city("A rather long name of a city")));
  MmdbWriter two({.database_type = "Test"});
  must(two.add("1.0.0.0/24", city("A rather long name of a city")));
  must(two.add("1.0.1.0/24", city("A rather long name of a city")));
  EXPECT_LT((*two.bytes()).size(), (*one.bytes()).size() + 10);
}

TEST(MmdbWriter, writes_files_of_the_old_family_alone) {
  MmdbWriter writer({.database_type = "Test", .ip_version = 4});
  must(writer.add("8.8.8.0/24", city("Mountain View")));
  EXPECT_FALSE(writer.add("2a00::/16", city("Dublin")).ok());
  Reader reader(writer);
  EXPECT_EQ(reader.text("8.8.8.8", "city", "names", "en"), "Mountain View");
}

TEST(MmdbWriter, refuses_what_is_not_a_network) {
  MmdbWriter writer({.database_type = "Test"});
  for (const char* network : {"", "8.8.8", "8.8.8.0/33", "8.8.8.0/x", "2a00::/129", "8.8.8.0/"}) {
    EXPECT_FALSE(writer.add(network, V::text("x")).ok()) << network;
  }
  EXPECT_FALSE(MmdbWriter({.database_type = "Test", .record_size = 20}).bytes().ok());
}

}  // namespace
}  // namespace weir::support
