// SPDX-License-Identifier: Apache-2.0
// What becomes of objects when the line, the server or the token fails.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "protocols/google/testing.h"

namespace weir::google {
namespace {

using sandbox::Fault;
using sandbox::FaultAction;

const std::string kLarge = [] {
  std::string bytes;
  for (int i = 0; bytes.size() < 2 * TestBucket::kPart + 1000; ++i) bytes += std::to_string(i) + ",";
  return bytes;
}();

const io::PutOptions kAbsent{.precondition = {io::Precondition::Kind::Absent, ""}};

Result<io::ObjectInfo> upload(io::ObjectStore& store, const std::string& key, const std::string& bytes,
                              const io::PutOptions& options = {}) {
  auto upload = TRY(store.upload(key, options));
  TRY(upload->write(bytes));
  return upload->finish();
}

/// All bytes of an object as a stranger sees them.
std::string content(TestBucket& bucket, const std::string& key) {
  const auto bytes = bucket.store().read(key, {0, 16U << 20U}, "");
  return bytes.ok() ? *bytes : bytes.error().to_string();
}

TEST(GcsObjectStore, repeats_after_a_server_error_and_a_reset) {
  TestBucket bucket;
  bucket.fault({.action = FaultAction::Status, .times = 2, .status = 503});
  bucket.fault({.action = FaultAction::Reset});
  EXPECT_EQ(outcome(bucket.store().put("k", "bytes", {})), "ok");
  EXPECT_EQ(content(bucket, "k"), "bytes");
  EXPECT_EQ(bucket.count("/upload"), 4U);
}

TEST(GcsObjectStore, waits_as_long_as_the_server_says) {
  TestBucket bucket;
  bucket.fault(
      {.action = FaultAction::Status, .status = 429, .reason = "rateLimitExceeded", .retry_after = 7});
  EXPECT_EQ(outcome(bucket.store().put("k", "bytes", {})), "ok");
  EXPECT_EQ(bucket.sleeper().waits(), std::vector<std::chrono::milliseconds>{std::chrono::seconds(7)});
}

TEST(GcsObjectStore, takes_a_used_up_rate_for_what_it_is_and_not_for_a_missing_right) {
  TestBucket bucket;
  bucket.fault({.action = FaultAction::Status, .status = 403, .reason = "rateLimitExceeded"});
  EXPECT_EQ(outcome(bucket.store().list("", "")), "ok");
}

TEST(GcsObjectStore, gives_up_on_a_server_that_stays_away) {
  TestBucket bucket;
  bucket.fault({.action = FaultAction::Status, .times = 1000, .status = 503});
  EXPECT_EQ(outcome(bucket.store().head("k")), "unavailable");
  EXPECT_EQ(bucket.count("GET"), 8U);
}

TEST(GcsObjectStore, knows_within_seconds_that_a_server_cannot_be_reached) {
  TestBucket bucket;
  const Fault away{.action = FaultAction::Reset, .times = 1000};
  bucket.fault(away);
  EXPECT_EQ(outcome(bucket.store().head("k")), "unavailable");
  EXPECT_EQ(bucket.count("GET"), 4U);
  bucket.server().faults().clear();
  EXPECT_EQ(outcome(bucket.store().list("", "")), "ok");
  bucket.fault(away);
  EXPECT_EQ(outcome(bucket.store().head("k")), "unavailable");
  EXPECT_GE(bucket.count("GET"), 4U + 1U + 8U) << "one that has answered is waited for";
}

TEST(GcsObjectStore, knows_its_own_conditional_write_when_the_answer_was_lost) {
  TestBucket bucket;
  bucket.fault({.match = "/upload", .action = FaultAction::Lose});
  bucket.fault({.match = "/upload", .action = FaultAction::Lose});
  const auto written = bucket.store().put("k", "bytes", kAbsent);
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  EXPECT_EQ(written->version, bucket.store().head("k")->version);
  EXPECT_EQ(outcome(bucket.store().put("k", "bytes", kAbsent)), "conflict");
}

TEST(GcsObjectStore, does_not_take_the_object_of_another_for_its_own) {
  TestBucket bucket;
  ASSERT_TRUE(bucket.store().put("k", "other", {}).ok());
  bucket.fault({.match = "/upload", .action = FaultAction::Reset});
  EXPECT_EQ(outcome(bucket.store().put("k", "mine!", kAbsent)), "conflict");
  EXPECT_EQ(content(bucket, "k"), "other");
}

TEST(GcsObjectStore, reads_again_what_was_cut_off) {
  TestBucket bucket;
  ASSERT_TRUE(bucket.store().put("k", kLarge, {}).ok());
  bucket.fault({.match = "alt=media", .action = FaultAction::Cut, .times = 2, .after_bytes = 1000});
  EXPECT_TRUE(content(bucket, "k") == kLarge);
  EXPECT_EQ(bucket.count("alt=media"), 3U);
}

TEST(GcsUpload, goes_on_where_the_connection_was_cut) {
  TestBucket bucket;
  // 300,000 bytes arrive and one grain of 262,144 is kept. The HTTP client tries once more by itself,
  // because the connection was a kept one; then the server is asked and the rest of the part sent.
  bucket.fault({.method = "PUT", .action = FaultAction::Reset, .times = 2, .after_bytes = 300'000});
  const auto written = upload(bucket.store(), "k", kLarge);
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  EXPECT_TRUE(content(bucket, "k") == kLarge);
  EXPECT_EQ(bucket.count("upload_id"), 5U);  // cut, cut, question, a part from there on, the rest
}

TEST(GcsUpload, survives_the_loss_of_any_answer) {
  for (const int lost : {0, 1, 2, 3}) {
    TestBucket bucket;
    bucket.fault({.match = "/upload", .action = FaultAction::Lose, .times = 2, .skip = lost});
    const auto written = upload(bucket.store(), "k", kLarge, kAbsent);
    ASSERT_TRUE(written.ok()) << lost << written.error().to_string();
    EXPECT_TRUE(content(bucket, "k") == kLarge) << lost;
    EXPECT_EQ(written->version, bucket.store().head("k")->version);
  }
}

TEST(GcsUpload, survives_errors_of_every_part) {
  TestBucket bucket;
  for (int part = 0; part < 4; ++part) {
    bucket.fault({.match = "/upload", .action = FaultAction::Status, .skip = part, .status = 500 + part});
  }
  EXPECT_EQ(outcome(upload(bucket.store(), "k", kLarge)), "ok");
  EXPECT_TRUE(content(bucket, "k") == kLarge);
}

TEST(GcsUpload, ends_when_the_server_has_forgotten_it) {
  TestBucket bucket;
  bucket.fault({.method = "PUT", .action = FaultAction::Status, .skip = 1, .status = 410});
  const auto written = upload(bucket.store(), "k", kLarge);
  ASSERT_EQ(outcome(written), "conflict");
  EXPECT_NE(written.error().to_string().find("gs://exports/k"), std::string::npos);
  EXPECT_EQ(outcome(bucket.store().head("k")), "not_found");
}

TEST(GcsUpload, gives_up_on_a_server_that_stays_away_and_leaves_nothing) {
  TestBucket bucket;
  bucket.fault({.method = "PUT", .action = FaultAction::Status, .times = 1000, .status = 503});
  const auto written = upload(bucket.store(), "k", kLarge);
  EXPECT_EQ(outcome(written), "unavailable");
  EXPECT_EQ(written.error().to_string().find("upload_id"), std::string::npos)
      << "a session's URL is a secret";
  EXPECT_EQ(bucket.server().open_uploads(), 0U);
}

TEST(GcsObjectStore, goes_on_with_a_copy_whose_answer_was_lost) {
  TestBucket bucket({.rewrite_step = 1U << 19U});
  ASSERT_TRUE(bucket.store().put("from", kLarge, {}).ok());
  bucket.fault({.match = "rewriteToken", .action = FaultAction::Lose, .times = 2});
  EXPECT_EQ(outcome(bucket.store().copy("from", "to")), "ok");
  EXPECT_TRUE(content(bucket, "to") == kLarge);
}

TEST(GcsObjectStore, removes_once_although_the_answer_was_lost) {
  TestBucket bucket;
  ASSERT_TRUE(bucket.store().put("k", "x", {}).ok());
  bucket.fault({.method = "DELETE", .action = FaultAction::Lose});
  EXPECT_EQ(outcome(bucket.store().remove("k")), "ok");
  EXPECT_EQ(outcome(bucket.store().head("k")), "not_found");
}

struct GcsTokens : testing::Test {
  TestBucket bucket{{.token_check = sandbox::TokenCheck::On, .token_seconds = 3599}};
};

TEST_F(GcsTokens, serve_many_requests_until_they_are_about_to_expire) {
  const auto store = bucket.as(bucket.service_account());
  EXPECT_EQ(outcome(store->put("k", "x", {})), "ok");
  bucket.clock().advance(std::chrono::minutes(50));
  EXPECT_EQ(outcome(store->head("k")), "ok");
  EXPECT_EQ(bucket.count("/token"), 1U);
  bucket.clock().advance(std::chrono::minutes(6));
  EXPECT_EQ(outcome(store->head("k")), "ok");
  EXPECT_EQ(bucket.count("/token"), 2U);
  EXPECT_EQ(bucket.count(" 401"), 0U);
}

TEST_F(GcsTokens, are_renewed_once_when_they_are_refused) {
  const auto store = bucket.as(bucket.service_account());
  bucket.fault({.match = "/storage", .action = FaultAction::Status, .status = 401, .reason = "authError"});
  EXPECT_EQ(outcome(store->list("", "")), "ok");
  EXPECT_EQ(bucket.count("/token"), 2U);
  bucket.fault({.match = "/storage", .action = FaultAction::Status, .times = 2, .status = 401});
  EXPECT_EQ(outcome(store->list("", "")), "unauthenticated");
}

TEST_F(GcsTokens, outlive_a_token_server_that_is_away_for_a_while) {
  const auto store = bucket.as(bucket.service_account());
  ASSERT_EQ(outcome(store->list("", "")), "ok");
  bucket.clock().advance(std::chrono::minutes(57));
  bucket.fault({.match = "/token", .action = FaultAction::Status, .times = 1, .status = 503});
  EXPECT_EQ(outcome(store->list("", "")), "ok");
  bucket.clock().advance(std::chrono::minutes(5));
  bucket.fault({.match = "/token", .action = FaultAction::Status, .times = 2, .status = 503});
  EXPECT_EQ(outcome(store->list("", "")), "ok");
}

TEST_F(GcsTokens, come_from_a_login_and_from_the_machine_as_well) {
  EXPECT_EQ(outcome(bucket.as(bucket.login("sandbox-refresh-token"))->list("", "")), "ok");
  const std::string host = bucket.server().url().substr(std::string("http://").size());
  EXPECT_EQ(outcome(bucket.as(MachineAccount{host})->list("", "")), "ok");
  EXPECT_EQ(outcome(bucket.as(Anonymous{})->list("", "")), "unauthenticated");
}

TEST_F(GcsTokens, are_refused_to_a_revoked_login_with_words_that_help) {
  const auto listed = bucket.as(bucket.login("revoked"))->list("", "");
  ASSERT_EQ(outcome(listed), "permission_denied");
  EXPECT_NE(listed.error().to_string().find("expired or revoked"), std::string::npos);
  EXPECT_EQ(listed.error().to_string().find("secret"), std::string::npos);
  EXPECT_EQ(bucket.count("/token"), 1U);
}

TEST_F(GcsTokens, are_refused_to_another_key) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* pem = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &pem);
  auto account = std::get<ServiceAccount>(bucket.service_account());
  account.private_key = Secret(std::string(pem, static_cast<std::size_t>(size)));
  const auto listed = bucket.as(account)->list("", "");
  ASSERT_EQ(outcome(listed), "permission_denied");
  EXPECT_NE(listed.error().to_string().find("Invalid JWT Signature"), std::string::npos);
  EXPECT_NE(listed.error().to_string().find("weir@sandbox"), std::string::npos);
}

TEST_F(GcsTokens, are_not_asked_for_with_a_broken_key) {
  auto account = std::get<ServiceAccount>(bucket.service_account());
  account.private_key = Secret("-----BEGIN PRIVATE KEY-----\nhunter2\n");
  const auto listed = bucket.as(account)->list("", "");
  EXPECT_EQ(outcome(listed), "invalid_config");
  EXPECT_EQ(listed.error().to_string().find("hunter2"), std::string::npos);
}

TEST_F(GcsTokens, that_a_machine_cannot_give_are_explained) {
  const auto listed = bucket.as(MachineAccount{"127.0.0.1:1"})->list("", "");
  ASSERT_EQ(outcome(listed), "invalid_config");
  EXPECT_NE(listed.error().to_string().find("GOOGLE_APPLICATION_CREDENTIALS"), std::string::npos);
}

}  // namespace
}  // namespace weir::google
