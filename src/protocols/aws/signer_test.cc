// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/signer.h"

#include <gtest/gtest.h>

#include "protocols/aws/digest.h"
#include "protocols/aws/encoding.h"

namespace weir::aws {
namespace {

const Timestamp kTime = *parse_timestamp("2024-03-07T09:15:02Z");
const Credentials kCredentials{"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), Secret(),
                               std::nullopt};

std::string authorization(const io::HttpRequest& request) {
  for (const auto& header : request.headers) {
    if (header.name == "Authorization") return header.value;
  }
  return "";
}

std::string hash_of(const io::HttpRequest& request, const std::string& payload_hash) {
  return hex(sha256(canonical_request(request, payload_hash).text));
}

TEST(Signer, signs_a_listing) {
  const Scope scope{"ca-central-1", "s3"};
  const std::string query =
      canonical_query({{"prefix", "in/café & co/"}, {"max-keys", "2"}, {"list-type", "2"}});
  EXPECT_EQ(query, "list-type=2&max-keys=2&prefix=in%2Fcaf%C3%A9%20%26%20co%2F");
  io::HttpRequest request{.url = "https://acme-data.s3.ca-central-1.amazonaws.com/?" + query};
  const std::string payload = hex(sha256(""));
  sign(request, {kCredentials, scope, kTime, payload});
  EXPECT_EQ(hash_of(request, payload), "366cf7a96a3e158e95e600cc13fbd6da1e44b96285039fc2e245e08f265c4663");
  EXPECT_EQ(hex(signing_key(kCredentials, scope, "20240307").reveal()),
            "f8a0fee772403f9ad607228dc4f3066fe8b0e38fd2871253bee715d7f2704f14");
  EXPECT_EQ(authorization(request),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240307/ca-central-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            "Signature=66cc85fac6e8e5430587136bf553029e134fb4ac09feb4576257e78ab133f92d");
}

TEST(Signer, signs_a_put_with_a_token_and_a_difficult_key) {
  Credentials credentials = kCredentials;
  credentials.session_token = Secret("FwoGZXIvTOKEN/+=");
  io::HttpRequest request{.method = "PUT",
                          .url = "https://acme-data.s3.ca-central-1.amazonaws.com/" +
                                 percent_encode("batch/a b+c=d/é.csv", Slash::Keep),
                          .headers = {{"Content-Type", "text/csv"}, {"If-None-Match", "*"}},
                          .body = "id|name\n1|Zoë\n"};
  const std::string payload = hex(sha256(request.body));
  EXPECT_EQ(payload, "b0559a5628bac141d2e2449405311c8a4584374b8f304f44b2aab3c04331868b");
  sign(request, {credentials, {"ca-central-1", "s3"}, kTime, payload});
  EXPECT_EQ(hash_of(request, payload), "8ac4f5a82744f8877f90fbff0d35a1ecb8510ca10d4a0648a361167a24bd5e24");
  EXPECT_NE(authorization(request).find("SignedHeaders=content-type;host;if-none-match;x-amz-content-sha256;"
                                        "x-amz-date;x-amz-security-token"),
            std::string::npos);
  EXPECT_NE(authorization(request).find(
                "Signature=c597c7a614590045c1af734b08093649d285d06e0147df7f3a460bf93fa18ba9"),
            std::string::npos);
}

TEST(Signer, signs_a_part_in_path_style) {
  io::HttpRequest request{.method = "PUT",
                          .url = "http://127.0.0.1:9000/acme-data/k?" +
                                 canonical_query({{"uploadId", "a/b+c="}, {"partNumber", "1"}})};
  sign(request, {kCredentials, {"us-east-1", "s3"}, kTime, "UNSIGNED-PAYLOAD"});
  EXPECT_EQ(hash_of(request, "UNSIGNED-PAYLOAD"),
            "43a4e65f2c5273519381410d366797fe38fdd177c992073e1df927323ae6e077");
  EXPECT_NE(authorization(request).find(
                "Signature=cb30f439eb6ab48812cd5368557cc1cf8bc25eb5dc3da5f697bf1f6cbef24430"),
            std::string::npos);
}

TEST(Signer, replaces_an_older_signature) {
  io::HttpRequest request{.url = "https://h/"};
  Credentials token = kCredentials;
  token.session_token = Secret("t");
  sign(request, {token, {"r", "s3"}, kTime, "UNSIGNED-PAYLOAD"});
  sign(request, {kCredentials, {"us-east-1", "s3"}, kTime, "UNSIGNED-PAYLOAD"});
  io::HttpRequest fresh{.url = "https://h/"};
  sign(fresh, {kCredentials, {"us-east-1", "s3"}, kTime, "UNSIGNED-PAYLOAD"});
  ASSERT_EQ(request.headers.size(), fresh.headers.size());
  EXPECT_EQ(authorization(request), authorization(fresh));
}

TEST(Signer, folds_blanks_and_leaves_the_usual_port_out) {
  const io::HttpRequest request{.url = "https://h:443", .headers = {{"X-Amz-Meta-A", "  a   b  "}}};
  EXPECT_EQ(canonical_request(request, "p").text,
            "GET\n/\n\nhost:h\nx-amz-meta-a:a b\n\nhost;x-amz-meta-a\np");
}

TEST(Encoding, decodes_what_listings_hold) {
  EXPECT_EQ(decode_form("in%2Fa+b%2B%C3%A9"), "in/a b+é");
  EXPECT_EQ(decode_form("a%2"), std::nullopt);
  EXPECT_EQ(decode_form("%zz"), std::nullopt);
}

TEST(Encoding, reads_http_dates) {
  EXPECT_EQ(to_string(*parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT")), "1994-11-06T08:49:37Z");
  EXPECT_EQ(parse_http_date("1994-11-06T08:49:37Z"), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 31 Feb 1994 08:49:37 GMT"), std::nullopt);
}

}  // namespace
}  // namespace weir::aws
