// SPDX-License-Identifier: Apache-2.0
// Uploads in parts, and answers that come late.
#include "sandbox/s3/uploads.h"

#include "protocols/google/encoding.h"
#include "sandbox/s3/testing.h"

namespace weir::sandbox::s3 {
namespace {

struct S3UploadTest : S3Test {
  std::string begin(const std::string& key, const Parameters& headers = {}) {
    return text_in(ask("POST", "/exports/" + key + "?uploads", "", headers).body, "UploadId");
  }
  static std::string target(const std::string& key, const std::string& id) {
    return "/exports/" + key + "?uploadId=" + id;
  }
  /// The part's ETag without quotes.
  std::string part(const std::string& id, int number, const std::string& bytes,
                   const Parameters& headers = {}) {
    const Answer answer =
        ask("PUT", target("k", id) + "&partNumber=" + std::to_string(number), bytes, headers);
    EXPECT_EQ(outcome(answer), "200");
    return hex(digest(Algorithm::Md5, bytes));
  }
  static std::string list(const std::vector<std::pair<int, std::string>>& parts) {
    std::string body = "<CompleteMultipartUpload>";
    for (const auto& [number, etag] : parts) {
      body +=
          fmt::format("<Part><PartNumber>{}</PartNumber><ETag>&quot;{}&quot;</ETag></Part>", number, etag);
    }
    return body + "</CompleteMultipartUpload>";
  }
  Answer complete(const std::string& id, const std::vector<std::pair<int, std::string>>& parts,
                  const Parameters& headers = {}) {
    return ask("POST", target("k", id), list(parts), headers);
  }
  /// What a stream sends, piece after piece.
  static std::string all_of(const Answer& answer) {
    std::string text;
    for (std::string piece; answer.stream(piece); piece.clear()) text += piece;
    return text;
  }
};

TEST_F(S3UploadTest, makes_an_object_of_the_parts_that_are_named) {
  const std::string id = begin("k", {{"content-type", "text/csv"}});
  const std::string first = part(id, 2, "0123456789");
  (void)part(id, 3, "never asked for");
  const std::string last = part(id, 7, "z");
  EXPECT_EQ(get("k"), "404 NoSuchKey ");
  const Answer done = complete(id, {{2, first}, {7, last}});
  EXPECT_EQ(outcome(done), "200");
  const Answer got = ask("GET", "/exports/k");
  EXPECT_EQ(got.content(0, 100), "0123456789z");
  EXPECT_EQ(got.content(9, 2), "9z");
  EXPECT_EQ(got.content_type, "text/csv");
  const std::string md5s = digest(Algorithm::Md5, "0123456789") + digest(Algorithm::Md5, "z");
  EXPECT_EQ(header(got, "ETag"), "\"" + hex(digest(Algorithm::Md5, md5s)) + "-2\"");
  EXPECT_EQ(outcome(complete(id, {{2, first}, {7, last}})), "404 NoSuchUpload");
  EXPECT_EQ(service->open_uploads(), 0U);
}

TEST_F(S3UploadTest, refuses_parts_that_do_not_fit_and_lets_it_be_tried_again) {
  const std::string id = begin("k");
  const std::string small = part(id, 1, "small");
  const std::string large = part(id, 2, "0123456789");
  const Answer refused = complete(id, {{1, small}, {2, large}});
  EXPECT_EQ(outcome(refused), "400 EntityTooSmall");
  EXPECT_EQ(text_in(refused.body, "ProposedSize") + text_in(refused.body, "PartNumber"), "51");
  EXPECT_EQ(outcome(complete(id, {{2, large}, {1, small}})), "400 InvalidPartOrder");
  EXPECT_EQ(outcome(complete(id, {{2, large}, {2, large}})), "400 InvalidPartOrder");
  EXPECT_EQ(outcome(complete(id, {{2, small}})), "400 InvalidPart");
  EXPECT_EQ(outcome(complete(id, {{3, small}})), "400 InvalidPart");
  EXPECT_EQ(outcome(complete(id, {})), "400 MalformedXML");
  EXPECT_EQ(outcome_of("POST", target("k", id), "no xml"), "400 MalformedXML");
  EXPECT_EQ(outcome(complete(id, {{2, large}})), "200");
  EXPECT_EQ(outcome_of("PUT", target("k", id) + "&partNumber=1", "late"), "404 NoSuchUpload");
}

TEST_F(S3UploadTest, heeds_the_condition_at_its_end) {
  const std::string id = begin("k");
  const std::string etag = part(id, 1, "mine");
  put("k", "faster");
  EXPECT_EQ(outcome(complete(id, {{1, etag}}, {{"if-none-match", "*"}})), "412 PreconditionFailed");
  EXPECT_EQ(get("k"), "200 faster");
  const std::string there = header(ask("HEAD", "/exports/k"), "ETag");
  EXPECT_EQ(outcome(complete(id, {{1, etag}}, {{"if-match", there}})), "200");
  EXPECT_EQ(get("k"), "200 mine");
}

TEST_F(S3UploadTest, takes_numbers_from_1_to_10000) {
  const std::string id = begin("k");
  for (const char* number : {"0", "10001", "-1", "x", ""}) {
    EXPECT_EQ(outcome_of("PUT", target("k", id) + "&partNumber=" + number, "x"), "400 InvalidArgument")
        << number;
  }
  EXPECT_EQ(outcome_of("PUT", target("k", id) + "&partNumber=10000", "x"), "200");
  EXPECT_EQ(outcome_of("PUT", target("other", id) + "&partNumber=1", "x"), "404 NoSuchUpload");
}

TEST_F(S3UploadTest, lists_what_is_open_until_it_is_given_up) {
  const std::string late = begin("b");
  const std::string second = begin("a");
  const std::string third = begin("a");
  const auto open = [this](const std::string& query) { return ask("GET", "/exports?uploads" + query).body; };
  EXPECT_EQ(texts_in(open(""), "Key"), "a a b");
  const std::string page = open("&max-uploads=1");
  EXPECT_EQ(texts_in(page, "UploadId") + " " + text_in(page, "IsTruncated"), second + " true");
  EXPECT_EQ(texts_in(open("&key-marker=a&upload-id-marker=" + second), "UploadId"), third + " " + late);
  EXPECT_EQ(texts_in(open("&key-marker=a"), "Key"), "b");
  EXPECT_EQ(texts_in(open("&prefix=b"), "Key"), "b");
  EXPECT_EQ(outcome_of("DELETE", target("a", second)), "204");
  EXPECT_EQ(outcome_of("DELETE", target("a", second)), "404 NoSuchUpload");
  EXPECT_EQ(texts_in(open(""), "UploadId"), third + " " + late);
}

TEST_F(S3UploadTest, lists_the_parts_page_after_page) {
  const std::string id = begin("k");
  for (const int number : {1, 2, 9})
    (void)part(id, number, std::string(static_cast<std::size_t>(number), 'x'));
  const Answer first = ask("GET", target("k", id) + "&max-parts=2");
  EXPECT_EQ(texts_in(first.body, "PartNumber") + " " + text_in(first.body, "NextPartNumberMarker"), "1 2 2");
  const Answer rest = ask("GET", target("k", id) + "&max-parts=2&part-number-marker=2");
  EXPECT_EQ(texts_in(rest.body, "Size") + " " + text_in(rest.body, "IsTruncated"), "9 false");
}

TEST_F(S3UploadTest, copies_ranges_into_parts) {
  put("from", "0123456789");
  const std::string id = begin("k");
  const auto copy = [&](const std::string& range) {
    return ask("PUT", target("k", id) + "&partNumber=1", "",
               {{"x-amz-copy-source", "/exports/from"}, {"x-amz-copy-source-range", range}});
  };
  EXPECT_EQ(outcome(copy("bytes=5-10")), "400 InvalidArgument");
  EXPECT_EQ(outcome(copy("bytes=-3")), "400 InvalidArgument");
  EXPECT_EQ(outcome(copy("bytes=3-")), "400 InvalidArgument");
  const Answer copied = copy("bytes=2-4");
  EXPECT_EQ(text_in(copied.body, "ETag"), "&quot;" + hex(digest(Algorithm::Md5, "234")) + "&quot;");
  EXPECT_EQ(outcome(complete(id, {{1, hex(digest(Algorithm::Md5, "234"))}})), "200");
  EXPECT_EQ(get("k"), "200 234");
  // One piece again, with the MD5 of all that is in it.
  EXPECT_EQ(outcome_of("PUT", "/exports/copy", "", {{"x-amz-copy-source", "/exports/k"}}), "200");
  EXPECT_EQ(header(ask("HEAD", "/exports/copy"), "ETag"), "\"" + hex(digest(Algorithm::Md5, "234")) + "\"");
}

TEST_F(S3UploadTest, makes_a_checksum_of_the_checksums_of_parts) {
  const auto sum = [](Algorithm algorithm, const std::string& bytes) { return digest(algorithm, bytes); };
  const Parameters asked = {{"x-amz-checksum-mode", "ENABLED"}};
  const std::string one = "0123456789";
  const auto upload = [&](const std::string& algorithm, const std::string& type, Algorithm kind) {
    Parameters chosen = {{"x-amz-checksum-algorithm", algorithm}};
    if (!type.empty()) chosen["x-amz-checksum-type"] = type;
    const std::string id = begin("k", chosen);
    const auto with = [&](const std::string& bytes) {
      return Parameters{{checksum_header(kind), google::base64(sum(kind, bytes))}};
    };
    const std::string first = part(id, 1, one, with(one));
    const std::string last = part(id, 2, "z", with("z"));
    EXPECT_EQ(outcome(complete(id, {{1, first}, {2, last}})), "200");
    const Answer got = ask("GET", "/exports/k", "", asked);
    return header(got, checksum_header(kind)) + " " + header(got, "x-amz-checksum-type");
  };
  const std::string composite = sum(Algorithm::Sha256, one) + sum(Algorithm::Sha256, "z");
  EXPECT_EQ(upload("SHA256", "", Algorithm::Sha256),
            google::base64(sum(Algorithm::Sha256, composite)) + "-2 COMPOSITE");
  EXPECT_EQ(upload("CRC32", "FULL_OBJECT", Algorithm::Crc32),
            google::base64(sum(Algorithm::Crc32, one + "z")) + " FULL_OBJECT");
  EXPECT_EQ(outcome_of("POST", "/exports/k?uploads", "",
                       {{"x-amz-checksum-algorithm", "SHA256"}, {"x-amz-checksum-type", "FULL_OBJECT"}}),
            "400 InvalidRequest");
  EXPECT_EQ(outcome_of("POST", "/exports/k?uploads", "", {{"x-amz-checksum-algorithm", "XOR"}}),
            "400 InvalidRequest");
}

TEST_F(S3UploadTest, tells_an_error_inside_of_a_good_answer_on_order) {
  put("from", "bytes");
  const Fault fault{.action = FaultAction::InnerError, .reason = "SlowDown"};
  Request copy = request("PUT", "/exports/to", "", {{"x-amz-copy-source", "/exports/from"}});
  copy.fault = &fault;
  const Answer answer = send(copy);
  EXPECT_EQ(answer.status, 200);
  const std::string text = all_of(answer);
  EXPECT_EQ(text_in(text, "Code"), "SlowDown");
  EXPECT_NE(text.find("?>\n        <Error>"), std::string::npos) << text;
  EXPECT_EQ(get("to"), "404 NoSuchKey ");
  const std::string keys = "<Delete><Object><Key>from</Key></Object></Delete>";
  Request remove = request("POST", "/exports?delete", keys,
                           {{"content-md5", google::base64(digest(Algorithm::Md5, keys))}});
  remove.fault = &fault;
  EXPECT_EQ(text_in(send(remove, keys).body, "Code"), "SlowDown");
  EXPECT_EQ(get("from"), "200 bytes");
}

TEST_F(S3UploadTest, keeps_the_connection_alive_on_order) {
  const std::string id = begin("k");
  const std::string etag = part(id, 1, "bytes");
  const Fault fault{.action = FaultAction::KeepAlive};
  const std::string body = list({{1, etag}});
  Request sent = request("POST", target("k", id), body);
  sent.fault = &fault;
  const std::string text = all_of(send(sent, body));
  EXPECT_NE(text.find("?>\n        <CompleteMultipartUploadResult"), std::string::npos) << text;
  EXPECT_EQ(get("k"), "200 bytes");
}

TEST_F(S3UploadTest, fails_on_order_as_amazon_does) {
  const auto refused = [this](Fault fault) {
    return outcome(service->refusal(request("GET", "/exports/k"), fault).value_or(Answer{}));
  };
  EXPECT_EQ(refused({.status = 503}), "503 SlowDown");
  EXPECT_EQ(refused({.status = 500}), "500 InternalError");
  EXPECT_EQ(refused({.status = 409}), "409 ConditionalRequestConflict");
  EXPECT_EQ(refused({.status = 400, .reason = "ExpiredToken"}), "400 ExpiredToken");
}

}  // namespace
}  // namespace weir::sandbox::s3
