// SPDX-License-Identifier: Apache-2.0
// Buckets, objects and listings: the rules that weir's own client does not meet.
#include <stdlib.h>

#include <filesystem>

#include "protocols/google/encoding.h"
#include "sandbox/s3/testing.h"

namespace weir::sandbox::s3 {
namespace {

using S3BucketTest = S3Test;
using S3ObjectTest = S3Test;
using S3ListingTest = S3Test;

TEST_F(S3BucketTest, makes_and_removes_buckets) {
  EXPECT_EQ(outcome_of("PUT", "/new-one"), "200");
  EXPECT_EQ(outcome_of("PUT", "/new-one"), "409 BucketAlreadyOwnedByYou");
  EXPECT_EQ(texts_in(ask("GET", "/").body, "Name"), "elsewhere exports new-one");
  EXPECT_EQ(outcome_of("PUT", "/new-one/k", "x"), "200");
  EXPECT_EQ(outcome_of("DELETE", "/new-one"), "409 BucketNotEmpty");
  EXPECT_EQ(outcome_of("DELETE", "/new-one/k"), "204");
  EXPECT_EQ(outcome_of("DELETE", "/new-one"), "204");
  EXPECT_EQ(outcome_of("DELETE", "/new-one"), "404 NoSuchBucket");
  for (const char* name : {"/No-Capitals", "/no", "/under_score", "/-dash", "/two..dots"}) {
    EXPECT_EQ(outcome_of("PUT", name), "400 InvalidBucketName") << name;
  }
  EXPECT_EQ(outcome_of("POST", "/"), "405 MethodNotAllowed");
}

TEST_F(S3BucketTest, keeps_a_bucket_in_its_region) {
  const std::string body =
      "<CreateBucketConfiguration><LocationConstraint>ca-central-1</LocationConstraint>"
      "</CreateBucketConfiguration>";
  EXPECT_EQ(outcome_of("PUT", "/north", body), "200");
  const Answer refused = ask("GET", "/north?location");
  EXPECT_EQ(outcome(refused), "301 PermanentRedirect");
  EXPECT_EQ(header(refused, "x-amz-bucket-region"), "ca-central-1");
  EXPECT_EQ(header(ask("HEAD", "/north"), "x-amz-bucket-region"), "ca-central-1");
  signer.region = "eu-west-1";
  const Answer malformed = ask("HEAD", "/north");
  EXPECT_EQ(outcome(malformed), "400 AuthorizationHeaderMalformed");
  EXPECT_EQ(text_in(malformed.body, "Region"), "ca-central-1");
  EXPECT_EQ(outcome_of("GET", "/"), "400 AuthorizationHeaderMalformed");
  signer.region = "ca-central-1";
  EXPECT_NE(ask("GET", "/north?location").body.find(">ca-central-1<"), std::string::npos);
  EXPECT_EQ(outcome_of("HEAD", "/north"), "200");
  signer.region = "us-east-1";
  EXPECT_NE(ask("GET", "/exports?location").body.find("></LocationConstraint>"), std::string::npos);
  EXPECT_EQ(outcome_of("PUT", "/other", "<Create/>"), "400 MalformedXML");
}

TEST_F(S3BucketTest, is_found_by_the_name_of_the_host) {
  put("a/k", "bytes");
  // The host is signed, so the signature is made anew for it.
  const auto hosted = [this](const std::string& host) {
    io::HttpRequest made{.method = "GET", .url = "http://" + host + "/a/k"};
    aws::sign(
        made,
        {{"sandbox", Secret("sandbox-secret"), {}, {}}, {"us-east-1", "s3"}, clock.now(), sha256_hex("")});
    Request sent{"GET", "/a/k", {}, {{"host", host}}, ""};
    for (const auto& one : made.headers) sent.headers[lower_name(one.name)] = one.value;
    return outcome(send(sent));
  };
  EXPECT_EQ(hosted("exports.localhost:8086"), "200");
  EXPECT_EQ(hosted("exports.s3.localhost:8086"), "200");
  EXPECT_EQ(hosted("localhost:8086"), "404 NoSuchBucket");
  EXPECT_EQ(hosted("s3.localhost:8086"), "404 NoSuchBucket");
}

TEST_F(S3BucketTest, says_what_it_does_not_know_instead_of_guessing) {
  put("k", "x");
  for (const char* target :
       {"/exports?acl", "/exports?versioning", "/exports?policy", "/exports/k?tagging",
        "/exports/k?attributes", "/exports?list-type=1", "/exports", "/exports/k?partNumber=1"}) {
    EXPECT_EQ(outcome_of("GET", target), "501 NotImplemented") << target;
  }
  EXPECT_EQ(outcome_of("PUT", "/exports?versioning", "x"), "501 NotImplemented");
  for (const char* name : {"x-amz-tagging", "x-amz-object-lock-mode", "x-amz-grant-read",
                           "x-amz-server-side-encryption-customer-key"}) {
    EXPECT_EQ(outcome_of("PUT", "/exports/k", "y", {{name, "x"}}), "501 NotImplemented") << name;
  }
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "y", {{"x-amz-acl", "public-read"}}), "501 NotImplemented");
  EXPECT_EQ(outcome_of("GET", "/exports/k?versionId=3"), "404 NoSuchVersion");
  EXPECT_EQ(outcome_of("GET", "/exports/k?versionId=null&x-id=GetObject"), "200");
  EXPECT_EQ(outcome_of("PATCH", "/exports/k"), "405 MethodNotAllowed");
}

TEST_F(S3ObjectTest, gives_back_what_was_said_of_an_object) {
  const Answer put = ask("PUT", "/exports/k", "hello",
                         {{"content-type", "text/csv"},
                          {"content-encoding", "gzip"},
                          {"cache-control", "no-store"},
                          {"x-amz-meta-name", "a b"},
                          {"x-amz-storage-class", "STANDARD_IA"},
                          {"x-amz-server-side-encryption", "AES256"}});
  EXPECT_EQ(header(put, "ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(header(put, "x-amz-server-side-encryption"), "AES256");
  const Answer got = ask("HEAD", "/exports/k");
  EXPECT_EQ(got.content_type, "text/csv");
  EXPECT_EQ(got.content_size, 5U);
  EXPECT_EQ(header(got, "content-encoding") + header(got, "cache-control") + header(got, "x-amz-meta-name") +
                header(got, "x-amz-storage-class") + header(got, "last-modified"),
            "gzipno-storea bSTANDARD_IAThu, 07 Mar 2024 09:15:02 GMT");
  EXPECT_EQ(ask("GET", "/exports/k?response-content-type=text%2Fplain").content_type, "text/plain");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x", {{"x-amz-meta-long", std::string(2100, 'x')}}),
            "400 MetadataTooLarge");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x", {{"x-amz-storage-class", "COLD"}}),
            "400 InvalidStorageClass");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x", {{"x-amz-server-side-encryption", "ROT13"}}),
            "400 InvalidArgument");
}

TEST_F(S3ObjectTest, gives_what_kms_encrypts_an_etag_of_its_own) {
  const Answer put = ask("PUT", "/exports/k", "hello", {{"x-amz-server-side-encryption", "aws:kms"}});
  EXPECT_NE(header(put, "ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(header(put, "ETag").size(), 34U);
}

TEST_F(S3ObjectTest, writes_only_under_the_condition) {
  const Parameters absent = {{"if-none-match", "*"}};
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "one", absent), "200");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "two", absent), "412 PreconditionFailed");
  const std::string etag = header(ask("HEAD", "/exports/k"), "ETag");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "two", {{"if-match", etag}}), "200");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "three", {{"if-match", etag}}), "412 PreconditionFailed");
  EXPECT_EQ(outcome_of("PUT", "/exports/none", "x", {{"if-match", etag}}), "404 NoSuchKey");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x", {{"if-none-match", etag}}), "501 NotImplemented");
  EXPECT_EQ(get("k"), "200 two");
}

TEST_F(S3ObjectTest, reads_only_under_the_condition) {
  put("k", "bytes");
  const std::string etag = header(ask("HEAD", "/exports/k"), "ETag");
  const std::string before = "Thu, 07 Mar 2024 09:15:01 GMT";
  const std::string same = "Thu, 07 Mar 2024 09:15:02 GMT";
  EXPECT_EQ(get("k", {{"if-match", etag}}), "200 bytes");
  EXPECT_EQ(get("k", {{"if-match", "\"other\", " + etag}}), "200 bytes");
  EXPECT_EQ(get("k", {{"if-match", "\"other\""}}), "412 PreconditionFailed ");
  EXPECT_EQ(get("k", {{"if-none-match", etag}}), "304 ");
  EXPECT_EQ(get("k", {{"if-none-match", "*"}}), "304 ");
  EXPECT_EQ(get("k", {{"if-modified-since", same}}), "304 ");
  EXPECT_EQ(get("k", {{"if-modified-since", before}}), "200 bytes");
  EXPECT_EQ(get("k", {{"if-unmodified-since", before}}), "412 PreconditionFailed ");
  EXPECT_EQ(get("k", {{"if-unmodified-since", before}, {"if-match", etag}}), "200 bytes");
  EXPECT_EQ(get("k", {{"range", "bytes=1-2"}}), "206 yt");
  EXPECT_EQ(get("k", {{"range", "bytes=5-"}}), "416 InvalidRange ");
  EXPECT_EQ(get("none"), "404 NoSuchKey ");
}

TEST_F(S3ObjectTest, does_not_read_what_is_in_an_archive) {
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "x", {{"x-amz-storage-class", "GLACIER"}}), "200");
  EXPECT_EQ(outcome_of("HEAD", "/exports/k"), "200");
  EXPECT_EQ(get("k"), "403 InvalidObjectState ");
  EXPECT_EQ(outcome_of("PUT", "/exports/copy", "", {{"x-amz-copy-source", "exports/k"}}),
            "403 ObjectNotInActiveTierError");
}

TEST_F(S3ObjectTest, tells_checksums_when_it_is_asked) {
  put("k", "123456789");
  const Parameters asked = {{"x-amz-checksum-mode", "ENABLED"}};
  const auto told = [&](const std::string& name) {
    return header(ask("GET", "/exports/k", "", asked), "x-amz-checksum-" + name);
  };
  EXPECT_EQ(told("crc64nvme"), "rosUhgp5mIg=");
  EXPECT_EQ(told("type"), "FULL_OBJECT");
  EXPECT_EQ(header(ask("GET", "/exports/k"), "x-amz-checksum-crc64nvme"), "");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "123456789", {{"x-amz-checksum-crc32c", "4waSgw=="}}), "200");
  EXPECT_EQ(told("crc32c") + told("crc64nvme"), "4waSgw==");
}

TEST_F(S3ObjectTest, wants_to_know_how_much_will_come) {
  Request sent = request("PUT", "/exports/k", "x");
  sent.headers.erase("content-length");
  EXPECT_EQ(outcome(send(sent, "x")), "411 MissingContentLength");
  Request huge = request("PUT", "/exports/k", "x");
  huge.headers["content-length"] = "5368709121";
  EXPECT_EQ(outcome(send(huge, "x")), "400 EntityTooLarge");
  EXPECT_EQ(outcome_of("PUT", "/exports/" + std::string(1025, 'k'), "x"), "400 KeyTooLongError");
}

TEST_F(S3ObjectTest, removes_many_at_a_time_and_tells_of_each) {
  put("a", "x");
  put("b&c", "x");
  const auto remove = [this](const std::string& body) {
    return ask("POST", "/exports?delete", body,
               {{"content-md5", google::base64(digest(Algorithm::Md5, body))}});
  };
  const std::string some = "<Object><Key>a</Key></Object><Object><Key>none</Key></Object>";
  EXPECT_EQ(texts_in(remove("<Delete>" + some + "</Delete>").body, "Key"), "a none");
  const Answer quiet = remove(
      "<Delete><Quiet>true</Quiet><Object><Key>b&amp;c</Key></Object>"
      "<Object><Key>k</Key><VersionId>7</VersionId></Object></Delete>");
  EXPECT_EQ(quiet.status, 200);
  EXPECT_EQ(texts_in(quiet.body, "Key") + " " + text_in(quiet.body, "Code"), "k NoSuchVersion");
  EXPECT_EQ(get("b&c"), "404 NoSuchKey ");
  EXPECT_EQ(outcome_of("POST", "/exports?delete", "<Delete>" + some + "</Delete>"), "400 InvalidRequest");
  EXPECT_EQ(outcome(remove("<Delete></Delete>")), "400 MalformedXML");
  std::string many = "<Delete>";
  for (int i = 0; i < 1001; ++i) many += "<Object><Key>k</Key></Object>";
  EXPECT_EQ(outcome(remove(many + "</Delete>")), "400 MalformedXML");
}

TEST_F(S3ObjectTest, copies_with_the_description_that_is_wanted) {
  EXPECT_EQ(outcome_of("PUT", "/exports/a%20b%2525", "bytes",
                       {{"content-type", "text/csv"}, {"x-amz-meta-name", "first"}}),
            "200");
  const std::string source = "/exports/a%20b%2525";
  const auto copy = [&](const std::string& to, Parameters headers) {
    headers.emplace("x-amz-copy-source", source);
    return outcome_of("PUT", "/exports/" + to, "", headers);
  };
  EXPECT_EQ(copy("same", {{"content-type", "text/plain"}}), "200");
  EXPECT_EQ(ask("HEAD", "/exports/same").content_type, "text/csv");
  EXPECT_EQ(copy("other", {{"content-type", "text/plain"}, {"x-amz-metadata-directive", "REPLACE"}}), "200");
  EXPECT_EQ(ask("HEAD", "/exports/other").content_type, "text/plain");
  EXPECT_EQ(header(ask("HEAD", "/exports/other"), "x-amz-meta-name"), "");
  EXPECT_EQ(copy("a%20b%2525", {}), "400 InvalidRequest");
  EXPECT_EQ(copy("a%20b%2525", {{"x-amz-storage-class", "STANDARD_IA"}}), "200");
  EXPECT_EQ(copy("k", {{"x-amz-copy-source-if-match", "\"other\""}}), "412 PreconditionFailed");
  EXPECT_EQ(copy("k", {{"x-amz-copy-source-if-none-match", "*"}}), "412 PreconditionFailed");
  EXPECT_EQ(copy("k", {{"if-none-match", "*"}}), "501 NotImplemented");
  EXPECT_EQ(copy("k", {{"x-amz-copy-source", "exports"}}), "400 InvalidArgument");
  EXPECT_EQ(copy("k", {{"x-amz-copy-source", "exports/none"}}), "404 NoSuchKey");
  EXPECT_EQ(copy("k", {{"x-amz-copy-source", "exports/same?versionId=2"}}), "404 NoSuchVersion");
  EXPECT_EQ(get("same"), "200 bytes");
}

TEST_F(S3ListingTest, shows_pages_folders_and_what_comes_behind) {
  for (const char* key : {"a", "b/1", "b/2", "c%20d", "e%2Bf", "g/1"}) put(key, "x");
  const auto list = [this](const std::string& query) {
    return ask("GET", "/exports?list-type=2&" + query).body;
  };
  EXPECT_EQ(texts_in(list(""), "Key"), "a b/1 b/2 c d e+f g/1");
  const std::string folded = list("delimiter=%2F&encoding-type=url");
  EXPECT_EQ(texts_in(folded, "Key"), "a c+d e%2Bf");
  EXPECT_EQ(texts_in(folded, "Prefix"), "b%2F g%2F");
  EXPECT_EQ(text_in(folded, "KeyCount"), "5");
  EXPECT_EQ(texts_in(list("start-after=b/2"), "Key"), "c d e+f g/1");
  EXPECT_EQ(texts_in(list("prefix=b"), "Key"), "b/1 b/2");
  std::string pages;
  std::string token;
  do {
    const std::string page =
        list("max-keys=2&delimiter=/" + (token.empty() ? "" : "&continuation-token=" + token));
    pages += texts_in(page, "Key") + texts_in(page, "Prefix") + "|";
    token = text_in(page, "NextContinuationToken");
  } while (!token.empty());
  EXPECT_EQ(pages, "ab/|c d e+f|g/|");
  const std::string none = list("max-keys=0");
  EXPECT_EQ(text_in(none, "KeyCount") + text_in(none, "IsTruncated"), "0false");
}

TEST_F(S3ListingTest, refuses_questions_that_make_no_sense) {
  const auto list = [this](const std::string& query) {
    return outcome_of("GET", "/exports?list-type=2&" + query);
  };
  EXPECT_EQ(list("max-keys=-1"), "400 InvalidArgument");
  EXPECT_EQ(list("continuation-token=mine"), "400 InvalidArgument");
  EXPECT_EQ(list("encoding-type=base64"), "400 InvalidArgument");
  EXPECT_EQ(outcome_of("GET", "/nowhere?list-type=2"), "404 NoSuchBucket");
}

TEST_F(S3ListingTest, writes_keys_that_are_no_xml) {
  put("a%01%3Cb%3E", "x");
  EXPECT_NE(ask("GET", "/exports?list-type=2").body.find("<Key>a&#x1;&lt;b&gt;</Key>"), std::string::npos);
}

/// A folder that is gone at the end.
struct S3FolderTest : S3Test {
  std::string folder = (std::filesystem::temp_directory_path() / "weir-s3-XXXXXX").string();
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    open({}, folder);
  }
  void TearDown() override {
    service.reset();
    std::filesystem::remove_all(folder);
  }
  std::size_t files(const std::string& extension) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      count += entry.path().extension() == extension ? 1U : 0U;
    }
    return count;
  }
  void restart() { open({}, folder); }
};

TEST_F(S3FolderTest, keeps_objects_until_the_next_time) {
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "first", {{"x-amz-meta-name", "one"}}), "200");
  const std::string before = header(ask("HEAD", "/exports/k"), "Last-Modified");
  EXPECT_EQ(outcome_of("PUT", "/exports/copy", "", {{"x-amz-copy-source", "exports/k"}}), "200");
  clock.advance(std::chrono::hours(1));
  restart();
  EXPECT_EQ(get("k") + ", " + get("copy"), "200 first, 200 first");
  const Answer kept = ask("HEAD", "/exports/k");
  EXPECT_EQ(header(kept, "x-amz-meta-name") + header(kept, "Last-Modified"), "one" + before);
  const Answer reading = ask("GET", "/exports/k");
  put("k", "second");
  EXPECT_EQ(outcome_of("DELETE", "/exports/copy"), "204");
  EXPECT_EQ(reading.content(0, 5), "first") << "it is read while it is replaced";
  EXPECT_EQ(get("k"), "200 second");
}

TEST_F(S3FolderTest, leaves_no_files_behind) {
  put("k", "first");
  put("k", "second");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "third", {{"if-none-match", "*"}}), "412 PreconditionFailed");
  EXPECT_EQ(outcome_of("PUT", "/exports/k", "third", {{"x-amz-checksum-crc32c", "4waSgw=="}}),
            "400 BadDigest");
  EXPECT_EQ(files(".data"), 1U);
  EXPECT_EQ(outcome_of("POST", "/exports/k?uploads").substr(0, 3), "200");
  const std::string id = text_in(ask("POST", "/exports/k?uploads").body, "UploadId");
  EXPECT_EQ(outcome_of("PUT", "/exports/k?partNumber=1&uploadId=" + id, "part"), "200");
  EXPECT_EQ(outcome_of("PUT", "/exports/k?partNumber=1&uploadId=" + id, "again"), "200");
  EXPECT_EQ(outcome_of("PUT", "/exports/k?partNumber=2&uploadId=" + id, "left"), "200");
  EXPECT_EQ(files(".data"), 3U);
  restart();
  EXPECT_EQ(files(".data"), 1U) << "uploads end with the sandbox";
  EXPECT_EQ(outcome_of("DELETE", "/exports/k"), "204");
  EXPECT_EQ(files(".data"), 0U);
}

}  // namespace
}  // namespace weir::sandbox::s3
