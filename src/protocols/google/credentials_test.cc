// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/credentials.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace weir::google {
namespace {

constexpr const char* kAccount =
    R"({"type": "service_account", "client_email": "etl@p.iam.gserviceaccount.com", "private_key": "pem",
        "private_key_id": "k1", "project_id": "p"})";
constexpr const char* kLogin =
    R"({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"})";

struct FindCredentials : testing::Test {
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-google-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  }
  static std::string found(const std::map<std::string, std::string>& environment) {
    const auto credentials = find_credentials(io::FixedEnvironment(environment));
    return credentials.ok() ? describe(*credentials) : credentials.error().to_string();
  }

  std::filesystem::path folder;
};

TEST_F(FindCredentials, prefers_the_named_file_to_the_login_of_gcloud) {
  const std::string key = write("key.json", kAccount);
  write(".config/gcloud/application_default_credentials.json", kLogin);
  const std::string home = folder.string();
  EXPECT_EQ(found({{"HOME", home}, {"GOOGLE_APPLICATION_CREDENTIALS", key}}),
            "the service account etl@p.iam.gserviceaccount.com");
  EXPECT_EQ(found({{"HOME", home}}), "the login of gcloud");
  EXPECT_EQ(found({{"CLOUDSDK_CONFIG", home + "/.config/gcloud"}}), "the login of gcloud");
  EXPECT_EQ(found({{"HOME", home}, {"CLOUDSDK_CONFIG", home}}), "the account of this machine");
}

TEST_F(FindCredentials, never_falls_back_from_a_file_that_was_named) {
  EXPECT_EQ(
      found({{"GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json"}}),
      "following GOOGLE_APPLICATION_CREDENTIALS: the credentials file /nowhere/key.json cannot be read: "
      "No such file or directory");
}

TEST_F(FindCredentials, takes_the_place_of_the_metadata_server_from_the_environment) {
  const auto host = [](const std::map<std::string, std::string>& environment) {
    return std::get<MachineAccount>(*find_credentials(io::FixedEnvironment(environment))).host;
  };
  EXPECT_EQ(host({}), "169.254.169.254");
  EXPECT_EQ(host({{"GCE_METADATA_IP", "10.0.0.1"}}), "10.0.0.1");
  EXPECT_EQ(host({{"GCE_METADATA_IP", "10.0.0.1"}, {"GCE_METADATA_HOST", "meta:81"}}), "meta:81");
}

TEST(ParseCredentials, uses_the_token_endpoint_of_the_file_or_googles) {
  const auto plain = parse_credentials(kAccount, "key.json");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(std::get<ServiceAccount>(*plain).token_uri, "https://oauth2.googleapis.com/token");
  const auto other = parse_credentials(R"({"type": "authorized_user", "client_id": "c", "client_secret": "s",
                                           "refresh_token": "r", "token_uri": "http://here/token"})",
                                       "login");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(std::get<AuthorizedUser>(*other).token_uri, "http://here/token");
}

TEST(ParseCredentials, says_what_is_wrong_and_never_what_is_secret) {
  const auto message = [](const std::string& json) {
    const auto credentials = parse_credentials(json, "key.json");
    return credentials.ok() ? "fine" : credentials.error().to_string();
  };
  EXPECT_EQ(message("hunter2"), "key.json is no JSON object: expected the key file of a service account");
  EXPECT_EQ(message(R"({"type": "service_account", "client_email": "e", "private_key": 5})"),
            "key.json lacks 'private_key': is it the whole file that Google gave out?");
  EXPECT_EQ(message(R"({"type": "external_account"})"),
            "key.json holds credentials of the type 'external_account': weir knows service_account and "
            "authorized_user");
}

TEST(ProjectOf, is_taken_from_the_environment_before_the_key) {
  const auto account = parse_credentials(kAccount, "key.json");
  ASSERT_TRUE(account.ok());
  using Variables = std::map<std::string, std::string>;
  const io::FixedEnvironment named(Variables{{"GOOGLE_CLOUD_PROJECT", "q"}});
  const io::FixedEnvironment empty(Variables{});
  EXPECT_EQ(project_of(*account, named), "q");
  EXPECT_EQ(project_of(*account, empty), "p");
  EXPECT_EQ(project_of(Anonymous{}, empty), "");
}

}  // namespace
}  // namespace weir::google
