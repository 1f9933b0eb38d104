// SPDX-License-Identifier: Apache-2.0
// Encodings, error answers, ranges and requests, from bytes alone.
#include <gtest/gtest.h>

#include "config/node.h"
#include "io/clock.h"
#include "protocols/google/api_error.h"
#include "protocols/google/encoding.h"
#include "protocols/google/gcs_options.h"
#include "protocols/google/gcs_put.h"
#include "protocols/google/gcs_range.h"
#include "tests/support/fake_http_client.h"

namespace weir::google {
namespace {

TEST(Encoding, has_the_checksums_of_the_published_examples) {
  EXPECT_EQ(crc32c("123456789"), "4waSgw==");  // 0xE3069283
  EXPECT_EQ(crc32c(""), "AAAAAA==");
  Crc32c pieces;
  pieces.add("12345");
  pieces.add("6789");
  EXPECT_EQ(pieces.text(), "4waSgw==");
  Md5 md5;
  md5.add("hello");
  EXPECT_EQ(md5.text(), "XUFAKrxLKna5cZ2REBfFkg==");
}

TEST(Encoding, writes_base64_both_ways) {
  EXPECT_EQ(base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(base64_url("\xfb\xff"), "-_8");
  EXPECT_EQ(from_base64_url("-_8"), "\xfb\xff");
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(from_base64("YW55IGNhcm5hbCBwbGVhcw=="), "any carnal pleas");
  EXPECT_EQ(from_base64("abc"), std::nullopt);
  EXPECT_EQ(from_base64("ab!?"), std::nullopt);
  EXPECT_EQ(from_base64("===="), std::nullopt);
}

TEST(Encoding, keeps_a_slash_of_a_name_from_parting_it) {
  EXPECT_EQ(percent_encode("a/b c+é.csv"), "a%2Fb%20c%2B%C3%A9.csv");
}

std::string told(int status, const std::string& body) {
  const Error error = api_error({status, {}, body}, "storage.googleapis.com", {});
  return std::string(name(error.code())) + ": " + error.message();
}

TEST(ApiError, is_chosen_by_what_the_caller_should_do) {
  const auto body = [](const std::string& reason) {
    return R"({"error": {"code": 0, "message": "Why.", "errors": [{"reason": ")" + reason + R"("}]}})";
  };
  EXPECT_EQ(told(403, body("forbidden")),
            "permission_denied: storage.googleapis.com answered 403: Why. (forbidden)");
  EXPECT_EQ(told(403, body("userRateLimitExceeded")).substr(0, 12), "rate_limited");
  EXPECT_EQ(told(412, body("conditionNotMet")).substr(0, 8), "conflict");
  EXPECT_EQ(told(404, body("notFound")).substr(0, 9), "not_found");
  EXPECT_EQ(told(408, body("")).substr(0, 11), "unavailable");
  EXPECT_EQ(told(400, body("invalid")).substr(0, 14), "invalid_config");
  EXPECT_EQ(told(400, body("backendError")).substr(0, 11), "unavailable");
}

TEST(ApiError, tells_what_to_do_about_a_bucket_whose_requester_pays) {
  EXPECT_EQ(
      told(400, R"({"error": {"message": "Bucket is requester pays bucket but no user project provided.",
                                    "errors": [{"reason": "required"}]}})"),
      "invalid_config: storage.googleapis.com answered 400: Bucket is requester pays bucket but no user "
      "project provided. (required); set user_project to the project that pays for the requests");
}

TEST(ApiError, sends_again_what_was_damaged_on_its_way) {
  EXPECT_EQ(told(400, R"({"error": {"message": "Provided CRC32C \"a\" doesn't match calculated CRC32C \"b\".",
                                    "errors": [{"reason": "invalid"}]}})")
                .substr(0, 11),
            "unavailable");
}

TEST(ApiError, makes_do_with_text_and_with_nothing) {
  EXPECT_EQ(told(404, "No such object: b/k"),
            "not_found: storage.googleapis.com answered 404: No such object: b/k");
  EXPECT_EQ(told(500, ""), "unavailable: storage.googleapis.com answered 500");
  EXPECT_EQ(told(400, R"({"error": [1, {"x": "\ud800"}]})").substr(0, 14), "invalid_config");
}

std::string range(int status, const std::string& content_range, const std::string& body, io::ByteRange wanted,
                  const std::string& hash = {}) {
  io::HttpResponse answer{status, {}, body};
  if (!content_range.empty()) answer.headers.push_back({"content-range", content_range});
  if (!hash.empty()) answer.headers.push_back({"x-goog-hash", hash});
  const auto bytes = bytes_of_range(std::move(answer), wanted);
  return bytes.ok() ? "'" + *bytes + "'" : std::string(name(bytes.error().code()));
}

TEST(BytesOfRange, believes_no_answer_that_does_not_fit_the_question) {
  EXPECT_EQ(range(206, "bytes 2-4/9", "cde", {2, 3}), "'cde'");
  EXPECT_EQ(range(206, "bytes 7-8/9", "hi", {7, 100}), "'hi'");
  EXPECT_EQ(range(206, "bytes 2-4/9", "cd", {2, 3}), "unavailable");
  EXPECT_EQ(range(206, "bytes 2-3/9", "cd", {2, 3}), "unavailable");
  EXPECT_EQ(range(206, "bytes 0-2/9", "abc", {2, 3}), "data_mismatch");
  EXPECT_EQ(range(206, "", "cde", {2, 3}), "data_mismatch");
  EXPECT_EQ(range(206, "bytes 2-4/*", "cde", {2, 3}), "data_mismatch");
  EXPECT_EQ(range(204, "", "", {2, 3}), "data_mismatch");
}

TEST(BytesOfRange, cuts_the_range_out_of_a_whole_object) {
  EXPECT_EQ(range(200, "", "abcdefghi", {2, 3}), "'cde'");
  EXPECT_EQ(range(200, "", "abc", {5, 3}), "''");
  EXPECT_EQ(range(416, "bytes */9", "Range not satisfiable", {20, 3}), "''");
}

TEST(BytesOfRange, compares_the_checksum_when_the_whole_object_came) {
  EXPECT_EQ(range(206, "bytes 0-8/9", "123456789", {0, 9}, "crc32c=4waSgw==,md5=x"), "'123456789'");
  EXPECT_EQ(range(206, "bytes 0-8/9", "123456780", {0, 9}, "md5=x, crc32c=4waSgw=="), "unavailable");
  EXPECT_EQ(range(200, "", "123456780", {0, 9}, "crc32c=4waSgw=="), "unavailable");
  EXPECT_EQ(range(206, "bytes 0-2/9", "123", {0, 3}, "crc32c=4waSgw=="), "'123'");
}

TEST(PutRequest, finds_a_boundary_that_the_bytes_do_not_hold) {
  const std::string bytes = "--weir-part-0-of-an-upload--";
  const auto request = put_request({"b", "http://h"}, "k", bytes, {});
  EXPECT_EQ(request.headers.front().value, "multipart/related; boundary=weir-part-1-of-an-upload");
  EXPECT_NE(request.body.find("\r\n\r\n" + bytes + "\r\n--weir-part-1-of-an-upload--"), std::string::npos);
}

std::string options_read(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto node = config::parse_yaml(yaml, "weir.yaml", diagnostics);
  (void)gcs_spec().read(*node, diagnostics);
  return diagnostics.empty() ? "fine" : diagnostics.sorted().front().to_string();
}

TEST(GcsOptions, are_checked_where_they_stand) {
  EXPECT_EQ(options_read("{bucket: b, credentials: 'env:KEY', user_project: p, part_size: 8 MiB}"), "fine");
  EXPECT_EQ(options_read("{bucket: b, part_size: 100 KiB}"),
            "weir.yaml:1:24: part_size is 100 KiB: it must be a multiple of 256 KiB, at most 64 MiB");
  EXPECT_NE(options_read("{access: anonymous}").find("bucket"), std::string::npos);
}

struct OpenBucket : testing::Test {
  support::FakeHttpClient http;
  io::ManualClock clock{Timestamp{1'700'000'000'000'000}};
  io::RecordingSleeper sleeper;
  config::Diagnostics diagnostics;

  /// The address that is asked first.
  std::string asked(const GcsOptions& options, const std::map<std::string, std::string>& environment) {
    const auto store =
        open_bucket(options, io::FixedEnvironment(environment), {http, clock, sleeper}, diagnostics);
    if (!store.ok()) return store.error().to_string();
    (void)(*store)->remove("a/b");
    return http.requests().empty() ? "" : http.requests().front().url;
  }
};

TEST_F(OpenBucket, asks_google_unless_told_otherwise) {
  EXPECT_EQ(asked({.bucket = "b", .access = GcsAccess::Anonymous}, {}),
            "https://storage.googleapis.com/storage/v1/b/b/o/a%2Fb");
}

TEST_F(OpenBucket, asks_the_emulator_that_the_environment_names_without_a_token) {
  EXPECT_EQ(asked({.bucket = "b"}, {{"STORAGE_EMULATOR_HOST", "127.0.0.1:9"}}),
            "http://127.0.0.1:9/storage/v1/b/b/o/a%2Fb");
}

TEST_F(OpenBucket, names_the_project_that_pays) {
  EXPECT_EQ(
      asked({.bucket = "b", .access = GcsAccess::Anonymous, .endpoint = "http://h/", .user_project = "p"},
            {}),
      "http://h/storage/v1/b/b/o/a%2Fb?userProject=p");
}

TEST_F(OpenBucket, fails_when_the_key_is_missing) {
  GcsOptions options{.bucket = "b"};
  options.credentials = {config::SecretPlace::Environment, "NO_KEY", {}};
  EXPECT_NE(asked(options, {}).find("NO_KEY"), std::string::npos);
}

}  // namespace
}  // namespace weir::google
