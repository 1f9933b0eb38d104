// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/instance.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "protocols/looker/ini_file.h"

namespace weir::looker {
namespace {

std::string url(std::string_view text) {
  const auto normal = normal_base_url(text);
  return normal.ok() ? *normal : std::string(name(normal.error().code()));
}

TEST(BaseUrl, loses_what_people_paste_behind_it) {
  EXPECT_EQ(url("https://looker.example.com/"), "https://looker.example.com");
  EXPECT_EQ(url(" https://looker.example.com:19999/api/4.0/ "), "https://looker.example.com:19999");
  EXPECT_EQ(url("https://looker.example.com/api"), "https://looker.example.com");
}

TEST(BaseUrl, gets_no_port_that_it_does_not_have) {
  EXPECT_EQ(url("https://looker.example.com"), "https://looker.example.com");
}

TEST(BaseUrl, is_secret_unless_the_instance_is_on_this_machine) {
  EXPECT_EQ(url("http://looker.example.com"), "invalid_config");
  EXPECT_EQ(url("http://127.evil.example.com@looker.example.com"), "invalid_config");
  EXPECT_EQ(url("http://127.0.0.1:8086"), "http://127.0.0.1:8086");
  EXPECT_EQ(url("http://[::1]:8086"), "http://[::1]:8086");
  EXPECT_EQ(url("http://localhost"), "http://localhost");
  EXPECT_EQ(url("looker.example.com"), "invalid_config");
  EXPECT_EQ(url("https://"), "invalid_config");
}

constexpr std::string_view kIni = R"(; of the team
[Looker]
base_url = https://a.example.com:19999
client_id: "id of a"
client_secret='50%off=yes'
verify_ssl=True
timeout =
[Other]
base_url=https://b.example.com
)";

TEST(LookerIni, is_read_as_lookers_own_clients_do) {
  const auto first = read_ini(kIni, "", "looker.ini");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, (IniSection{{"base_url", "https://a.example.com:19999"},
                                {"client_id", "id of a"},
                                {"client_secret", "50%off=yes"},
                                {"verify_ssl", "True"}}));
  EXPECT_EQ(read_ini(kIni, "Other", "looker.ini")->at("base_url"), "https://b.example.com");
}

TEST(LookerIni, says_what_is_wrong_with_it) {
  EXPECT_EQ(read_ini(kIni, "Othre", "x.ini").error().message(),
            "x.ini has no section [Othre] (did you mean [Other]?); it has: Looker, Other");
  EXPECT_EQ(read_ini("[a]\nnonsense\n", "", "x.ini").error().message(),
            "x.ini, line 2: expected `key = value` or [section]");
  EXPECT_TRUE(*read_ini_flag("Y", "verify_ssl"));
  EXPECT_FALSE(*read_ini_flag("0", "verify_ssl"));
  EXPECT_EQ(read_ini_flag("maybe", "verify_ssl").error().message(),
            "verify_ssl is 'maybe'; it must be true or false");
}

class InstanceTest : public testing::Test {
 protected:
  InstanceTest() { std::filesystem::create_directories(folder_); }
  ~InstanceTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) { std::ofstream(folder_ + "/" + name) << text; }
  Result<Instance> find(const LookerOptions& options, std::map<std::string, std::string> variables = {}) {
    config::Diagnostics diagnostics;
    return find_instance(options, io::FixedEnvironment(std::move(variables)), folder_, diagnostics);
  }

  std::string folder_ =
      testing::TempDir() + "looker_" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(InstanceTest, prefers_the_connection_then_variables_then_the_file) {
  write("looker.ini", kIni);
  EXPECT_EQ(find({})->base_url, "https://a.example.com:19999");
  const std::map<std::string, std::string> variables = {
      {"LOOKERSDK_BASE_URL", "https://v.example.com"}, {"LOOKERSDK_CLIENT_ID", ""}, {"S", "secret of c"}};
  const auto some = find({}, variables);
  EXPECT_EQ(some->base_url, "https://v.example.com");
  EXPECT_EQ(some->client_id, "id of a");
  EXPECT_EQ(some->client_secret.reveal(), "50%off=yes");
  LookerOptions options;
  options.base_url = "https://c.example.com/";
  options.client_secret.name = "S";
  const auto own = find(options, variables);
  EXPECT_EQ(own->base_url, "https://c.example.com");
  EXPECT_EQ(own->client_secret.reveal(), "secret of c");
}

TEST_F(InstanceTest, names_all_that_is_missing_at_once) {
  const auto found = find({}, {{"LOOKERSDK_CLIENT_ID", "a"}});
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(
      found.error().message(),
      "the Looker instance is not fully known: base_url (LOOKERSDK_BASE_URL), client_secret "
      "(LOOKERSDK_CLIENT_SECRET) are missing; give them in the connection, as variables or in looker.ini");
}

TEST_F(InstanceTest, misses_only_a_file_that_was_named) {
  LookerOptions options;
  options.ini = "production.ini";
  const auto found = find(options);
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message().find("production.ini cannot be read"), std::string::npos);
}

const std::map<std::string, std::string> kLogin = {{"LOOKERSDK_BASE_URL", "https://a.example.com"},
                                                   {"LOOKERSDK_CLIENT_ID", "id"},
                                                   {"LOOKERSDK_CLIENT_SECRET", "secret"}};

TEST_F(InstanceTest, B_9_certificates_are_checked_unless_somebody_says_otherwise) {
  EXPECT_EQ(find({}, kLogin)->certificate, io::CertificateCheck::Required);
  auto variables = kLogin;
  variables["LOOKERSDK_VERIFY_SSL"] = "false";
  EXPECT_EQ(find({}, variables)->certificate, io::CertificateCheck::Skipped);
  LookerOptions options;
  options.verify_ssl = true;
  EXPECT_EQ(find(options, variables)->certificate, io::CertificateCheck::Required);
  variables["LOOKERSDK_VERIFY_SSL"] = "perhaps";
  EXPECT_FALSE(find({}, variables).ok());
}

TEST_F(InstanceTest, waits_as_long_as_is_said) {
  auto variables = kLogin;
  EXPECT_EQ(find({}, variables)->timeout.count(), 120);
  variables["LOOKERSDK_TIMEOUT"] = "300";
  EXPECT_EQ(find({}, variables)->timeout.count(), 300);
  variables["LOOKERSDK_TIMEOUT"] = "5 minutes";
  EXPECT_FALSE(find({}, variables).ok());
  LookerOptions options;
  options.timeout = config::Duration{std::chrono::minutes(10)};
  EXPECT_EQ(find(options, variables)->timeout.count(), 600);
}

}  // namespace
}  // namespace weir::looker
