// SPDX-License-Identifier: Apache-2.0
// Who may ask, and whether what arrives is what was sent.
#include "sandbox/s3/signature.h"

#include "protocols/google/encoding.h"
#include "sandbox/s3/instant.h"
#include "sandbox/s3/payload.h"
#include "sandbox/s3/testing.h"

namespace weir::sandbox::s3 {
namespace {

const std::vector<AccessKey> kExampleKeys = {{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
                                             {"AKIDEXAMPLE-2", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}};
constexpr const char* kExampleTime = "20240307T091502Z";

std::string authorization(const std::string& region, const std::string& headers,
                          const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240307/" + region +
         "/s3/aws4_request, SignedHeaders=" + headers + ", Signature=" + signature;
}

TEST(VerifySignature, agrees_with_signatures_that_were_computed_elsewhere) {
  const Timestamp now = *parse_basic_time(kExampleTime);
  Request list{"GET", "/", {}, {}, ""};
  list.query_text = "list-type=2&max-keys=2&prefix=in%2Fcaf%C3%A9%20%26%20co%2F";
  list.headers = {
      {"host", "acme-data.s3.ca-central-1.amazonaws.com"},
      {"x-amz-content-sha256", sha256_hex("")},
      {"x-amz-date", kExampleTime},
      {"authorization", authorization("ca-central-1", "host;x-amz-content-sha256;x-amz-date",
                                      "66cc85fac6e8e5430587136bf553029e134fb4ac09feb4576257e78ab133f92d")}};
  EXPECT_EQ(verify(list, kExampleKeys, now).region, "ca-central-1");
  Request part{"PUT", "/acme-data/k", {}, {}, ""};
  part.query_text = "uploadId=a%2Fb%2Bc%3D&partNumber=1";
  part.headers = {
      {"host", "127.0.0.1:9000"},
      {"x-amz-content-sha256", "UNSIGNED-PAYLOAD"},
      {"x-amz-date", kExampleTime},
      {"authorization", authorization("us-east-1", "host;x-amz-content-sha256;x-amz-date",
                                      "cb30f439eb6ab48812cd5368557cc1cf8bc25eb5dc3da5f697bf1f6cbef24430")}};
  EXPECT_EQ(verify(part, kExampleKeys, now).payload, "UNSIGNED-PAYLOAD");
}

TEST(VerifySignature, agrees_about_keys_and_headers_of_all_kinds) {
  const std::vector<AccessKey> keys = {
      {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvTOKEN/+="}};
  Request put{"PUT", "/batch/a%20b%2Bc%3Dd/%C3%A9.csv", {}, {}, ""};
  put.headers = {
      {"host", "acme-data.s3.ca-central-1.amazonaws.com"},
      {"content-type", "text/csv"},
      {"if-none-match", "*"},
      {"x-amz-content-sha256", "b0559a5628bac141d2e2449405311c8a4584374b8f304f44b2aab3c04331868b"},
      {"x-amz-date", kExampleTime},
      {"x-amz-security-token", "FwoGZXIvTOKEN/+="},
      {"authorization",
       authorization("ca-central-1",
                     "content-type;host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-security-token",
                     "c597c7a614590045c1af734b08093649d285d06e0147df7f3a460bf93fa18ba9")}};
  EXPECT_EQ(verify(put, keys, *parse_basic_time(kExampleTime)).region, "ca-central-1");
}

TEST(Digests, have_the_published_check_values) {
  const std::string text = "123456789";
  EXPECT_EQ(google::base64(digest(Algorithm::Crc32c, text)), "4waSgw==");
  EXPECT_EQ(hex(digest(Algorithm::Crc32, text)), "cbf43926");
  EXPECT_EQ(hex(digest(Algorithm::Crc64nvme, text)), "ae8b14860a799888");
  EXPECT_EQ(hex(digest(Algorithm::Md5, "")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

struct S3SignatureTest : S3Test {
  /// A body in pieces of four bytes, each signed after the one before; `trailer` comes behind.
  std::string chunked(const Request& sent, const std::string& body, const std::string& trailer = {}) const {
    const Proof proof = verify(sent, {{"sandbox", "sandbox-secret"}}, clock.now());
    std::string previous = proof.signature;
    const auto sign = [&](const std::string& kind, const std::string& hashed) {
      previous = hex(hmac_sha256(proof.signing_key, kind + "\n" + proof.time + "\n" + proof.scope + "\n" +
                                                        previous + "\n" + hashed));
      return previous;
    };
    std::string text;
    std::string piece;
    for (std::size_t at = 0; at == 0 || !piece.empty(); at += 4) {
      piece = body.substr(std::min(at, body.size()), 4);
      const std::string signature =
          sign("AWS4-HMAC-SHA256-PAYLOAD", sha256_hex("") + "\n" + sha256_hex(piece));
      text += fmt::format("{:x};chunk-signature={}\r\n{}", piece.size(), signature, piece);
      if (!piece.empty() || trailer.empty()) text += "\r\n";
    }
    if (trailer.empty()) return text;
    return text + trailer +
           "\r\nx-amz-trailer-signature:" + sign("AWS4-HMAC-SHA256-TRAILER", sha256_hex(trailer + "\n")) +
           "\r\n\r\n";
  }
  Request streaming(const std::string& kind, const std::string& size, const std::string& trailer = {}) {
    signer.payload = "STREAMING-" + kind;
    Parameters headers = {{"x-amz-decoded-content-length", size}, {"content-encoding", "aws-chunked"}};
    if (!trailer.empty()) headers["x-amz-trailer"] = trailer;
    Request made = request("PUT", "/exports/k", "", headers);
    signer.payload.clear();
    return made;
  }
};

TEST_F(S3SignatureTest, refuses_who_cannot_prove_who_he_is) {
  EXPECT_EQ(outcome_of("GET", "/"), "200");
  signer.key = "somebody";
  EXPECT_EQ(outcome_of("GET", "/"), "403 InvalidAccessKeyId");
  signer = {.secret = "guessed"};
  const Answer refused = ask("GET", "/exports/k");
  EXPECT_EQ(outcome(refused), "403 SignatureDoesNotMatch");
  EXPECT_NE(refused.body.find("<CanonicalRequest>GET\n/exports/k\n"), std::string::npos);
  EXPECT_EQ(text_in(refused.body, "RequestId"), header(refused, "x-amz-request-id"));
  signer = {.key = kStranger};
  EXPECT_EQ(outcome_of("GET", "/exports/k"), "403 AccessDenied");
}

TEST_F(S3SignatureTest, wants_the_token_of_temporary_credentials) {
  signer = {.key = kTemporary};
  EXPECT_EQ(outcome_of("GET", "/"), "400 InvalidToken");
  signer.token = kSessionToken;
  EXPECT_EQ(outcome_of("GET", "/"), "200");
  signer = {.token = kSessionToken};
  EXPECT_EQ(outcome_of("GET", "/"), "400 InvalidToken");
}

TEST_F(S3SignatureTest, refuses_requests_of_another_time) {
  const Request early = request("GET", "/");
  clock.advance(std::chrono::minutes(15));
  EXPECT_EQ(outcome(send(early)), "200");
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(outcome(send(early)), "403 RequestTimeTooSkewed");
  EXPECT_EQ(header(send(early), "Date"), "Thu, 07 Mar 2024 09:30:03 GMT");
  Request without = request("GET", "/");
  without.headers.erase("x-amz-date");
  EXPECT_EQ(outcome(send(without)), "403 AccessDenied");
}

TEST_F(S3SignatureTest, wants_the_host_and_its_own_headers_signed) {
  Request added = request("PUT", "/exports/k", "x");
  added.headers["x-amz-meta-added"] = "on the way";
  EXPECT_EQ(outcome(send(added, "x")), "403 AccessDenied");
  Request changed = request("GET", "/exports/k");
  changed.headers["host"] = "elsewhere:8086";
  EXPECT_EQ(outcome(send(changed)), "403 SignatureDoesNotMatch");
  Request without = request("GET", "/exports/k");
  without.headers.erase("x-amz-content-sha256");
  EXPECT_EQ(outcome(send(without)), "400 InvalidRequest");
}

TEST_F(S3SignatureTest, refuses_what_is_no_signature_of_today) {
  Request old = request("GET", "/");
  old.headers["authorization"] = "AWS sandbox:abc=";
  EXPECT_EQ(outcome(send(old)), "400 InvalidRequest");
  Request broken = request("GET", "/");
  broken.headers["authorization"] = "AWS4-HMAC-SHA256 Credential=sandbox";
  EXPECT_EQ(outcome(send(broken)), "400 AuthorizationHeaderMalformed");
  Request unsigned_request = request("GET", "/exports/k");
  unsigned_request.headers.erase("authorization");
  EXPECT_EQ(send(unsigned_request).status, -1) << "it is for another service";
}

TEST_F(S3SignatureTest, compares_the_body_with_what_was_promised) {
  EXPECT_EQ(outcome(send(request("PUT", "/exports/k", "sent"), "seen")), "400 XAmzContentSHA256Mismatch");
  signer.payload = "UNSIGNED-PAYLOAD";
  EXPECT_EQ(outcome(send(request("PUT", "/exports/k", "sent"), "seen")), "200");
  EXPECT_EQ(outcome(send(request("PUT", "/exports/k", "sent"), "cut")), "400 IncompleteBody");
  signer.payload = "no hash";
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x"), "400 InvalidArgument");
  signer.payload.clear();
  EXPECT_EQ(
      outcome_of("PUT", "/exports/k", "x", {{"content-md5", google::base64(digest(Algorithm::Md5, "y"))}}),
      "400 BadDigest");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x", {{"content-md5", "short"}}), "400 InvalidDigest");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "123456789", {{"x-amz-checksum-crc32c", "4waSgw=="}}), "200");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "12345678", {{"x-amz-checksum-crc32c", "4waSgw=="}}),
            "400 BadDigest");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x", {{"x-amz-checksum-sha256", "4waSgw=="}}),
            "400 InvalidRequest");
  EXPECT_EQ(get("k"), "200 123456789");
}

TEST_F(S3SignatureTest, takes_bodies_in_signed_pieces) {
  const Request sent = streaming("AWS4-HMAC-SHA256-PAYLOAD", "10");
  const std::string body = chunked(sent, "0123456789");
  EXPECT_EQ(outcome(send(sent, body)), "200");
  const Answer kept = ask("GET", "/exports/k");
  EXPECT_EQ(kept.content(0, 10), "0123456789");
  EXPECT_EQ(header(kept, "content-encoding"), "") << "aws-chunked is of the transport";
  std::string forged = body;
  forged.replace(forged.find("4567"), 4, "7654");
  EXPECT_EQ(outcome(send(sent, forged)), "403 SignatureDoesNotMatch");
  EXPECT_EQ(outcome(send(sent, body.substr(0, body.rfind("0;")))), "400 IncompleteBody");
  EXPECT_EQ(outcome(send(sent, "no pieces\r\n")), "400 InvalidRequest");
  EXPECT_EQ(outcome(send(streaming("AWS4-HMAC-SHA256-PAYLOAD", "11"), body)), "403 SignatureDoesNotMatch");
}

TEST_F(S3SignatureTest, takes_pieces_as_amazon_publishes_them) {
  const std::vector<AccessKey> keys = {{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}};
  Request sent{"PUT", "/examplebucket/chunkObject.txt", {}, {}, ""};
  sent.headers = {{"host", "s3.amazonaws.com"},
                  {"content-encoding", "aws-chunked"},
                  {"content-length", "66824"},
                  {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
                  {"x-amz-date", "20130524T000000Z"},
                  {"x-amz-decoded-content-length", "66560"},
                  {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                  {"authorization",
                   "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                   "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-"
                   "decoded-content-length;x-amz-storage-class,"
                   "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"}};
  const Proof proof = verify(sent, keys, *parse_basic_time("20130524T000000Z"));
  TextBody body(
      "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
      std::string(65536, 'a') +
      "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
      std::string(1024, 'a') +
      "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
  EXPECT_EQ(Payload(sent, body, proof).all(), std::string(66560, 'a'));
}

TEST_F(S3SignatureTest, reads_checksums_behind_the_body) {
  const std::string sum = "x-amz-checksum-crc32c:4waSgw==";
  const std::string pieces = "9\r\n123456789\r\n0\r\n";
  const Request plain = streaming("UNSIGNED-PAYLOAD-TRAILER", "9", "x-amz-checksum-crc32c");
  const Answer kept = send(plain, pieces + sum + "\r\n\r\n");
  EXPECT_EQ(outcome(kept), "200");
  EXPECT_EQ(header(kept, "x-amz-checksum-crc32c"), "4waSgw==");
  EXPECT_EQ(outcome(send(plain, pieces + "x-amz-checksum-crc32c:AAAAAA==\r\n\r\n")), "400 BadDigest");
  EXPECT_EQ(outcome(send(plain, pieces + "\r\n")), "400 InvalidRequest") << "it was promised";
  const Request sent = streaming("AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "9", "x-amz-checksum-crc32c");
  const std::string body = chunked(sent, "123456789", sum);
  EXPECT_EQ(outcome(send(sent, body)), "200");
  std::string forged = body;
  forged.replace(forged.find("4waSgw"), 6, "AAAAAA");
  EXPECT_EQ(outcome(send(sent, forged)), "403 SignatureDoesNotMatch");
}

TEST_F(S3SignatureTest, lets_a_presigned_address_be_used_for_a_while) {
  put("k", "bytes");
  const std::string scope = "20240307/us-east-1/s3/aws4_request";
  const auto presigned = [&](const std::string& expires, const std::string& signature) {
    Request made{"GET", "/exports/k", {}, {{"host", "127.0.0.1:8086"}}, ""};
    made.query_text =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=sandbox%2F20240307%2Fus-east-1%2Fs3%2F"
        "aws4_request&X-Amz-Date=20240307T091502Z&X-Amz-Expires=" +
        expires + "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + signature;
    made.query = parse_form(made.query_text);
    return made;
  };
  // The answer to a wrong signature tells what has to be signed.
  const std::string wrong = send(presigned("60", "none")).body;
  std::string key = hmac_sha256("AWS4sandbox-secret", "20240307");
  for (const char* step : {"us-east-1", "s3", "aws4_request"}) key = hmac_sha256(key, step);
  const std::string signature = hex(hmac_sha256(key, text_in(wrong, "StringToSign")));
  EXPECT_EQ(outcome(send(presigned("60", signature))), "200");
  EXPECT_EQ(outcome(send(presigned("61", signature))), "403 SignatureDoesNotMatch");
  EXPECT_EQ(outcome(send(presigned("604801", signature))), "400 AuthorizationQueryParametersError");
  clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(outcome(send(presigned("60", signature))), "403 AccessDenied");
}

}  // namespace
}  // namespace weir::sandbox::s3
