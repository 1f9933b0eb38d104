// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/credentials.h"

#include <gtest/gtest.h>

#include "protocols/aws/testing.h"

namespace weir::aws {
namespace {

using testing::answer_of;
using testing::FakeWorld;
using testing::TemporaryFile;

const std::string kKeys = R"("AccessKeyId": "ASIA1", "SecretAccessKey": "very-secret")";

/// "AKID from the environment", or the failure.
std::string found(FakeWorld& fake, const CredentialChoice& choice = {}) {
  const World world = fake.world();
  const auto credentials = find_credentials(choice, world);
  if (!credentials.ok()) return credentials.error().to_string();
  const auto fetched = credentials->cache->get();
  if (!fetched.ok()) return fetched.error().to_string();
  return fetched->access_key_id + " from " + credentials->cache->source_name();
}

TEST(Credentials, come_from_the_configuration_first) {
  FakeWorld fake;
  fake.log_in();
  EXPECT_EQ(found(fake, {.access_key_id = "MINE", .secret_access_key = Secret("s")}),
            "MINE from the configuration");
  EXPECT_EQ(found(fake), "AKIDEXAMPLE from the environment");
  EXPECT_EQ(found(fake, {.access_key_id = "MINE"}),
            "access_key_id and secret_access_key belong together: secret_access_key is missing");
}

TEST(Credentials, of_the_environment_must_be_complete) {
  FakeWorld fake;
  fake.variables["AWS_ACCESS_KEY_ID"] = "AKID";
  EXPECT_EQ(found(fake),
            "the environment has AWS_ACCESS_KEY_ID but not AWS_SECRET_ACCESS_KEY: set both or none");
}

TEST(Credentials, come_from_a_profile_of_either_file) {
  const TemporaryFile credentials(
      "[default]\naws_access_key_id = AKID1\naws_secret_access_key=S1 # a comment\n"
      "; another\n[batch]\nAWS_ACCESS_KEY_ID=AKID2\naws_secret_access_key = S#2;\n");
  const TemporaryFile config(
      "[default]\nregion = ca-central-1\naws_access_key_id = OLD\n"
      "[profile warehouse]\naws_access_key_id = AKID3\naws_secret_access_key = S3\ns3 =\n  max_queue = 1\n"
      "[sso-session x]\nsso_region = r\n");
  FakeWorld fake;
  fake.variables["AWS_SHARED_CREDENTIALS_FILE"] = credentials.path();
  fake.variables["AWS_CONFIG_FILE"] = config.path();
  EXPECT_EQ(found(fake), "AKID1 from the profile default");
  EXPECT_EQ(found(fake, {.profile = "batch"}), "AKID2 from the profile batch");
  fake.variables["AWS_PROFILE"] = "warehouse";
  EXPECT_EQ(found(fake), "AKID3 from the profile warehouse");
  fake.variables["AWS_PROFILE"] = "missing";
  EXPECT_EQ(found(fake), "there is no AWS profile missing; there are batch, default, warehouse");
}

TEST(Credentials, of_a_profile_that_the_configuration_names_go_before_the_environment) {
  const TemporaryFile file("[batch]\naws_access_key_id = AKID2\naws_secret_access_key = S2\n[empty]\n");
  FakeWorld fake;
  fake.log_in();
  fake.variables["AWS_SHARED_CREDENTIALS_FILE"] = file.path();
  EXPECT_EQ(found(fake, {.profile = "batch"}), "AKID2 from the profile batch");
  EXPECT_EQ(found(fake, {.profile = "empty"}).substr(0, 45), "the AWS profile empty holds no credentials: a");
}

TEST(Profiles, say_where_a_line_makes_no_sense_without_showing_it) {
  Profiles profiles;
  const auto wrong = parse_profiles("[a]\nsecret-without-equals\n", ProfileFile::Credentials, "/x", profiles);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().message(), "line 2 of /x is neither a [section] nor 'key = value' inside one");
  EXPECT_FALSE(parse_profiles("k = v\n", ProfileFile::Credentials, "/x", profiles).ok());
  EXPECT_FALSE(parse_profiles("[a\n", ProfileFile::Credentials, "/x", profiles).ok());
}

TEST(Credentials, come_from_the_process_of_a_profile) {
  const TemporaryFile answer("{\"Version\": 1, " + kKeys + ", \"SessionToken\": \"t\"}");
  const TemporaryFile file("[default]\ncredential_process = cat " + answer.path() +
                           "\n[bad]\ncredential_process = exit 3\n");
  FakeWorld fake;
  fake.variables["AWS_SHARED_CREDENTIALS_FILE"] = file.path();
  EXPECT_EQ(found(fake), "ASIA1 from credential_process of the profile default");
  EXPECT_NE(found(fake, {.profile = "bad"}).find("exit status 3"), std::string::npos);
}

TEST(Credentials, of_a_role_are_asked_for_with_those_of_its_source_profile) {
  const TemporaryFile file(
      "[loader]\nrole_arn = arn:aws:iam::1:role/L\nsource_profile = base\nexternal_id = e/1\n"
      "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = S\n");
  FakeWorld fake;
  fake.variables["AWS_SHARED_CREDENTIALS_FILE"] = file.path();
  fake.variables["AWS_REGION"] = "ca-central-1";
  fake.http.answer = [](const io::HttpRequest&) {
    return answer_of(
        200,
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
        "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey>"
        "<SessionToken>tok</SessionToken><Expiration>2024-03-07T10:15:02Z</Expiration></Credentials>"
        "</AssumeRoleResult></AssumeRoleResponse>");
  };
  EXPECT_EQ(found(fake, {.profile = "loader"}),
            "ASIAROLE from the role arn:aws:iam::1:role/L (with the profile base)");
  const auto request = fake.http.requests().at(0);
  EXPECT_EQ(request.method + " " + request.url, "POST https://sts.ca-central-1.amazonaws.com/");
  EXPECT_EQ(
      request.body,
      "Action=AssumeRole&DurationSeconds=3600&ExternalId=e%2F1&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FL&"
      "RoleSessionName=weir&Version=2011-06-15");
  EXPECT_NE(testing::header(request, "Authorization").find("AKIDBASE/20240307/ca-central-1/sts/"),
            std::string::npos);
}

TEST(Credentials, of_a_refused_role_say_why) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest&) {
    return answer_of(403,
                     "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not for "
                     "you</Message></Error></ErrorResponse>");
  };
  EXPECT_EQ(found(fake, {.role_arn = "arn:r"}),
            "getting AWS credentials from the role arn:r (with the environment): the token service answered "
            "AccessDenied: not for you");
}

TEST(Credentials, of_profiles_that_lead_nowhere_say_so) {
  const TemporaryFile file(
      "[a]\nrole_arn = r\nsource_profile = b\n[b]\nrole_arn = r\nsource_profile = a\n"
      "[sso]\nsso_start_url = u\n[mfa]\nrole_arn = r\nmfa_serial = m\nsource_profile = sso\n"
      "[alone]\nrole_arn = r\n");
  FakeWorld fake;
  fake.variables["AWS_SHARED_CREDENTIALS_FILE"] = file.path();
  EXPECT_EQ(found(fake, {.profile = "a"}), "the AWS profiles b and a have each other as source_profile");
  EXPECT_NE(found(fake, {.profile = "sso"}).find("login in a browser"), std::string::npos);
  EXPECT_NE(found(fake, {.profile = "mfa"}).find("one-time password"), std::string::npos);
  EXPECT_NE(found(fake, {.profile = "alone"}).find("no source_profile"), std::string::npos);
}

TEST(Credentials, of_a_web_identity_are_asked_for_without_a_signature) {
  const TemporaryFile token("ey.token\n");
  FakeWorld fake;
  fake.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = token.path();
  EXPECT_NE(found(fake).find("not AWS_ROLE_ARN"), std::string::npos);
  fake.variables["AWS_ROLE_ARN"] = "arn:r";
  fake.variables["AWS_ROLE_SESSION_NAME"] = "pod";
  fake.http.answer = [](const io::HttpRequest&) {
    return answer_of(200,
                     "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                     "<AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>x</SecretAccessKey></Credentials>"
                     "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>");
  };
  EXPECT_EQ(found(fake), "ASIAWEB from the web identity for arn:r");
  const auto request = fake.http.requests().at(0);
  EXPECT_EQ(request.body,
            "Action=AssumeRoleWithWebIdentity&DurationSeconds=3600&RoleArn=arn%3Ar&RoleSessionName=pod&"
            "Version=2011-06-15&WebIdentityToken=ey.token");
  EXPECT_EQ(testing::header(request, "Authorization"), "");
}

TEST(Credentials, of_a_container_are_asked_for_with_its_token) {
  const TemporaryFile token("file-token\n");
  FakeWorld fake;
  fake.http.answer = [](const io::HttpRequest&) {
    return answer_of(200, "{" + kKeys + ", \"Token\": \"t\"}");
  };
  fake.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/creds";
  EXPECT_EQ(found(fake), "ASIA1 from the container");
  fake.variables.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  fake.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/creds";
  fake.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = token.path();
  EXPECT_EQ(found(fake), "ASIA1 from the container");
  EXPECT_EQ(fake.http.lines(), "GET http://169.254.170.2/v2/creds\nGET http://169.254.170.23/v1/creds\n");
  EXPECT_EQ(testing::header(fake.http.requests().at(1), "Authorization"), "file-token");
  EXPECT_EQ(fake.http.requests().at(1).proxy, io::ProxyUse::Never);
  for (const char* url : {"http://evil.example/", "http://169.254.170.2.evil.example/", "ftp://127.0.0.1/"}) {
    fake.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    EXPECT_NE(found(fake).find("use https"), std::string::npos) << url;
  }
}

/// Answers as the metadata service does.
io::HttpResponse instance(const io::HttpRequest& request) {
  if (request.method == "PUT" && request.url == "http://169.254.169.254/latest/api/token") {
    return testing::header(request, "X-aws-ec2-metadata-token-ttl-seconds") == "21600" ? answer_of(200, "tok")
                                                                                       : answer_of(400);
  }
  if (testing::header(request, "X-aws-ec2-metadata-token") != "tok") return answer_of(401);
  const std::string folder = "http://169.254.169.254/latest/meta-data/";
  if (request.url == folder + "iam/security-credentials/") return answer_of(200, "loader\n");
  if (request.url == folder + "iam/security-credentials/loader") {
    return answer_of(200, "{\"Code\": \"Success\", " + kKeys + ", \"Token\": \"t\"}");
  }
  if (request.url == folder + "placement/region") return answer_of(200, "eu-west-3");
  return answer_of(404);
}

TEST(Credentials, of_an_instance_are_the_last_resort) {
  FakeWorld fake;
  fake.http.answer = instance;
  EXPECT_EQ(found(fake), "ASIA1 from the instance metadata");
  EXPECT_EQ(fake.http.requests().at(0).timeout, std::chrono::seconds(2));
  fake.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_EQ(found(fake).substr(0, 36), "no AWS credentials are configured: s");
}

TEST(Credentials, that_are_nowhere_are_explained) {
  FakeWorld fake;
  fake.http.answer = [](const io::HttpRequest&) -> Result<io::HttpResponse> {
    return fail(ErrorCode::Unavailable, "no answer");
  };
  EXPECT_NE(
      found(fake).find("no AWS credentials are configured, and this machine has none of its own (no answer): "
                       "set access_key_id"),
      std::string::npos);
  EXPECT_EQ(fake.http.requests().size(), 1U);  // nobody waits for a machine that is none
}

TEST(Credentials, of_an_instance_bring_its_region_along) {
  FakeWorld fake;
  fake.http.answer = [](const io::HttpRequest& request) {
    if (request.url.starts_with("http://169.254.169.254/")) return instance(request);
    return answer_of(204);
  };
  ASSERT_TRUE(fake.store()->remove("k").ok());
  EXPECT_EQ(fake.http.requests().back().url, "https://acme.s3.eu-west-3.amazonaws.com/k");
}

/// Gives credentials that expire in an hour, or fails.
class Renewing final : public CredentialSource {
 public:
  explicit Renewing(const io::Clock& clock) : clock_(clock) {}
  Result<Credentials> fetch() override {
    ++fetches;
    if (is_down) return fail(ErrorCode::Unavailable, "down");
    return Credentials{"K" + std::to_string(fetches), Secret("s"), Secret("t" + std::to_string(fetches)),
                       Timestamp{clock_.now().micros + 3'600'000'000}};
  }
  std::string name() const override { return "the test"; }

  int fetches = 0;
  bool is_down = false;

 private:
  const io::Clock& clock_;
};

TEST(CredentialCache, renews_five_minutes_before_they_expire) {
  io::ManualClock clock({0});
  CredentialCache cache(std::make_unique<Renewing>(clock), clock);
  EXPECT_EQ(cache.get()->access_key_id, "K1");
  clock.advance(std::chrono::minutes(54));
  EXPECT_EQ(cache.get()->access_key_id, "K1");
  clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(cache.get()->access_key_id, "K2");
}

TEST(CredentialCache, keeps_valid_ones_while_they_cannot_be_renewed) {
  io::ManualClock clock({0});
  auto source = std::make_unique<Renewing>(clock);
  Renewing& renewing = *source;
  CredentialCache cache(std::move(source), clock);
  EXPECT_EQ(cache.get()->access_key_id, "K1");
  renewing.is_down = true;
  clock.advance(std::chrono::minutes(58));
  EXPECT_EQ(cache.get()->access_key_id, "K1");
  clock.advance(std::chrono::minutes(3));
  EXPECT_EQ(cache.get().error().code(), ErrorCode::Unavailable);
}

TEST(CredentialCache, renews_refused_ones_once_for_all_threads) {
  io::ManualClock clock({0});
  CredentialCache cache(std::make_unique<Renewing>(clock), clock);
  const Credentials first = *cache.get();
  EXPECT_EQ(cache.renew(first)->access_key_id, "K2");
  EXPECT_EQ(cache.renew(first)->access_key_id, "K2");
}

}  // namespace
}  // namespace weir::aws
