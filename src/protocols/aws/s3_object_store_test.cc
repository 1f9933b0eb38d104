// SPDX-License-Identifier: Apache-2.0
// Answers that a real server gives rarely: lost ones, and errors that say 200.
#include "protocols/aws/s3_object_store.h"

#include <gtest/gtest.h>

#include "protocols/aws/testing.h"

namespace weir::aws {
namespace {

using testing::answer_of;
using testing::error_of;
using testing::FakeWorld;
using testing::header;

const S3Sizes kSmallParts{.part_bytes = 4, .parallel_parts = 2};
const std::string kBucket = "https://acme.s3.us-east-1.amazonaws.com/";

/// A server with one object, whose answers a test may lose or replace.
class OneObject {
 public:
  /// What the test does instead of the usual answer; nothing: the usual one.
  std::function<std::optional<Result<io::HttpResponse>>(const io::HttpRequest&)> instead;

  Result<io::HttpResponse> operator()(const io::HttpRequest& request) {
    if (instead) {
      if (auto answer = instead(request)) return *std::move(answer);
    }
    return usual(request);
  }

  io::HttpResponse usual(const io::HttpRequest& request) {
    const bool has_upload = request.url.find("uploadId=U1") != std::string::npos;
    if (request.method == "HEAD") return head();
    if (request.method == "POST" && !has_upload) {
      pending_name_ = header(request, "x-amz-meta-weir-write");
      is_pending = true;
      return answer_of(
          200, "<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>");
    }
    if (request.method == "POST") return complete();
    if (request.method == "DELETE") return is_pending = false, answer_of(204);
    if (has_upload) {
      pending_size_ += request.body.size();
      return answer_of(200, "", {{"ETag", "\"part\""}});
    }
    if (header(request, "If-None-Match") == "*" && exists) return error_of(412, "PreconditionFailed");
    return create(header(request, "x-amz-meta-weir-write"), request.body.size()),
           answer_of(200, "", {{"ETag", "\"whole\""}});
  }

  void create(std::string write_name, std::size_t size) {
    exists = true;
    name_ = std::move(write_name);
    size_ = size;
  }

  bool exists = false;
  bool is_pending = false;

 private:
  io::HttpResponse head() const {
    if (!exists) return answer_of(404);
    return answer_of(
        200, "",
        {{"ETag", "\"whole\""}, {"Content-Length", std::to_string(size_)}, {"x-amz-meta-weir-write", name_}});
  }
  io::HttpResponse complete() {
    if (!is_pending) return error_of(404, "NoSuchUpload");
    is_pending = false;
    create(pending_name_, pending_size_);
    return answer_of(
        200,
        "\n \n<?xml version=\"1.0\"?><CompleteMultipartUploadResult><ETag>&quot;whole&quot;</ETag>"
        "</CompleteMultipartUploadResult>");
  }

  std::string name_;
  std::size_t size_ = 0;
  std::string pending_name_;
  std::size_t pending_size_ = 0;
};

Failure lost() { return fail(ErrorCode::Unavailable, "the exchange broke off"); }

bool is_completion(const io::HttpRequest& request) {
  return request.method == "POST" && request.url.find("uploadId=") != std::string::npos;
}

struct Scene {
  FakeWorld fake;
  OneObject server;
  std::unique_ptr<S3ObjectStore> store;

  explicit Scene(const S3Options& options = {}) {
    fake.log_in();
    fake.http.answer = [this](const io::HttpRequest& request) { return server(request); };
    store = fake.store(options, kSmallParts);
  }

  Result<io::ObjectInfo> upload(const std::string& bytes, const io::PutOptions& options = {}) {
    auto writer = TRY(store->upload("k", options));
    TRY(writer->write(bytes));
    return writer->finish();
  }
};

io::PutOptions only_if_absent() {
  io::PutOptions options;
  options.precondition.kind = io::Precondition::Kind::Absent;
  return options;
}

TEST(S3Upload, is_one_put_when_small_and_parts_when_large) {
  Scene scene;
  ASSERT_TRUE(scene.upload("abcd").ok());
  EXPECT_EQ(scene.fake.http.lines(), "PUT " + kBucket + "k\n");
  const auto written = scene.upload("abcdefghij");
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  EXPECT_EQ(written->version, "whole");
  EXPECT_EQ(written->size, 10U);
  const std::string lines = scene.fake.http.lines();
  EXPECT_NE(lines.find("POST " + kBucket + "k?uploads=\n"), std::string::npos);
  EXPECT_NE(lines.find("PUT " + kBucket + "k?partNumber=3&uploadId=U1\n"), std::string::npos);
  EXPECT_EQ(scene.fake.http.requests().back().body,
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"part\"</ETag></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>\"part\"</ETag></Part>"
            "<Part><PartNumber>3</PartNumber><ETag>\"part\"</ETag></Part></CompleteMultipartUpload>");
}

TEST(S3Upload, finds_out_that_a_completion_worked_although_its_answer_was_lost) {
  Scene scene;
  int completions = 0;
  scene.server.instead = [&](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (!is_completion(request) || ++completions > 1) return std::nullopt;
    (void)scene.server.usual(request);
    return lost();
  };
  const auto written = scene.upload("abcdefgh");  // the second completion finds NoSuchUpload
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  EXPECT_EQ(completions, 2);
  EXPECT_EQ(written->size, 8U);
}

TEST(S3Upload, finds_out_that_a_completion_worked_although_no_answer_ever_came) {
  Scene scene;
  scene.server.instead = [&](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (!is_completion(request)) return std::nullopt;
    (void)scene.server.usual(request);
    return lost();
  };
  EXPECT_TRUE(scene.upload("abcdefgh").ok());
}

TEST(S3Upload, does_not_take_the_object_of_somebody_else_for_its_own) {
  Scene scene;
  scene.server.instead = [&](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (!is_completion(request)) return std::nullopt;
    scene.server.is_pending = false;
    scene.server.create("another write", 8);
    return lost();
  };
  const auto written = scene.upload("abcdefgh");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code(), ErrorCode::Unavailable);
  EXPECT_EQ(scene.fake.http.requests().back().method, "DELETE");
}

TEST(S3Upload, repeats_a_completion_that_answers_200_with_an_error) {
  Scene scene;
  int completions = 0;
  scene.server.instead = [&](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (!is_completion(request) || ++completions > 1) return std::nullopt;
    return error_of(200, "InternalError");
  };
  EXPECT_TRUE(scene.upload("abcdefgh").ok());
  EXPECT_EQ(completions, 2);
}

TEST(S3Upload, removes_its_parts_when_one_of_them_fails) {
  Scene scene;
  scene.server.instead = [](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (request.url.find("partNumber=2") == std::string::npos) return std::nullopt;
    return error_of(403, "AccessDenied");
  };
  const auto written = scene.upload("abcdefghijkl");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code(), ErrorCode::PermissionDenied);
  EXPECT_EQ(written.error().to_string().find("writing s3://acme/k: S3 answered AccessDenied"), 0U);
  EXPECT_FALSE(scene.server.is_pending);
  EXPECT_FALSE(scene.server.exists);
}

TEST(S3Upload, fails_for_ever_once_it_has_failed) {
  Scene scene;
  scene.server.instead = [](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (request.method != "POST") return std::nullopt;
    return error_of(403, "AccessDenied");
  };
  auto writer = scene.store->upload("k", {});
  ASSERT_TRUE(writer.ok());
  EXPECT_FALSE((*writer)->write("abcdefgh").ok());
  EXPECT_FALSE((*writer)->write("x").ok());
  EXPECT_FALSE((*writer)->finish().ok());
}

TEST(S3Put, finds_out_that_its_conditional_write_worked_although_the_answer_was_lost) {
  Scene scene;
  int puts = 0;
  scene.server.instead = [&](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (request.method != "PUT" || ++puts > 1) return std::nullopt;
    (void)scene.server.usual(request);
    return lost();
  };
  EXPECT_TRUE(scene.store->put("k", "bytes", only_if_absent()).ok());  // the second put finds 412
  EXPECT_EQ(puts, 2);
}

TEST(S3Put, loses_to_a_writer_that_came_between_its_two_tries) {
  Scene scene;
  int puts = 0;
  scene.server.instead = [&](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (request.method != "PUT" || ++puts > 1) return std::nullopt;
    scene.server.create("another write", 5);
    return lost();
  };
  const auto written = scene.store->put("k", "bytes", only_if_absent());
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code(), ErrorCode::Conflict);
}

TEST(S3Put, looks_first_where_the_store_knows_no_conditions) {
  Scene scene;
  scene.server.instead = [](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (header(request, "If-None-Match").empty()) return std::nullopt;
    return error_of(501, "NotImplemented");
  };
  EXPECT_TRUE(scene.store->put("k", "bytes", only_if_absent()).ok());
  const auto second = scene.store->put("k", "bytes", only_if_absent());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
}

TEST(S3Put, says_how_the_object_is_to_be_kept) {
  Scene scene({.bucket = "acme",
               .server_side_encryption = Encryption::Kms,
               .kms_key = "key-1",
               .storage_class = "STANDARD_IA"});
  io::PutOptions options;
  options.content_type = "text/csv";
  ASSERT_TRUE(scene.store->put("k", "bytes", options).ok());
  const auto request = scene.fake.http.requests().at(0);
  EXPECT_EQ(header(request, "Content-Type"), "text/csv");
  EXPECT_EQ(header(request, "x-amz-server-side-encryption"), "aws:kms");
  EXPECT_EQ(header(request, "x-amz-server-side-encryption-aws-kms-key-id"), "key-1");
  EXPECT_EQ(header(request, "x-amz-storage-class"), "STANDARD_IA");
  EXPECT_EQ(header(request, "x-amz-content-sha256"),
            "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9");
}

TEST(S3Copy, repeats_a_copy_that_answers_200_with_an_error) {
  Scene scene;
  scene.server.create("", 5);
  int copies = 0;
  scene.server.instead = [&](const io::HttpRequest& request) -> std::optional<Result<io::HttpResponse>> {
    if (header(request, "x-amz-copy-source").empty()) return std::nullopt;
    EXPECT_EQ(header(request, "x-amz-copy-source"), "/acme/in/a%20b");
    EXPECT_EQ(header(request, "x-amz-copy-source-if-match"), "\"whole\"");
    if (++copies == 1) return error_of(200, "SlowDown");
    return answer_of(200, "<CopyObjectResult><ETag>whole</ETag></CopyObjectResult>");
  };
  const auto copied = scene.store->copy("in/a b", "out");
  ASSERT_TRUE(copied.ok()) << copied.error().to_string();
  EXPECT_EQ(copies, 2);
}

TEST(S3List, decodes_keys_and_dates) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest&) {
    return answer_of(
        200,
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>"
        "<IsTruncated>true</IsTruncated><Contents><Key>in%2Fa+b%2B.csv</Key><LastModified>"
        "2024-03-07T09:15:02.000Z</LastModified><ETag>&quot;9b2c&quot;</ETag><Size>15</Size></Contents>"
        "</ListBucketResult>");
  };
  const auto page = fake.store()->list("in/", "in/a");
  ASSERT_TRUE(page.ok()) << page.error().to_string();
  ASSERT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(page->objects[0],
            (io::ObjectInfo{"in/a b+.csv", 15, "9b2c", *parse_timestamp("2024-03-07T09:15:02Z")}));
  EXPECT_EQ(page->rest, io::ObjectPage::Rest::More);
  EXPECT_EQ(fake.http.requests().at(0).url,
            kBucket + "?encoding-type=url&list-type=2&max-keys=1000&prefix=in%2F&start-after=in%2Fa");
}

TEST(S3List, refuses_an_answer_that_is_no_listing) {
  FakeWorld fake;
  fake.log_in();
  for (const char* body :
       {"", "<html>", "<Other/>",
        "<ListBucketResult><Contents><Key>k</Key><Size>x</Size></Contents></ListBucketResult>"}) {
    fake.http.answer = [body](const io::HttpRequest&) { return answer_of(200, body); };
    const auto page = fake.store()->list("in/", "");
    ASSERT_FALSE(page.ok()) << body;
    EXPECT_EQ(page.error().code(), ErrorCode::DataMismatch);
  }
}

TEST(S3Read, understands_stores_that_know_no_ranges) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest&) { return answer_of(200, "0123456789"); };
  const auto store = fake.store();
  EXPECT_EQ(*store->read("k", {3, 4}, ""), "3456");
  EXPECT_EQ(*store->read("k", {30, 4}, ""), "");
}

TEST(S3Read, asks_for_a_whole_object_again_that_does_not_have_its_checksum) {
  const std::vector<io::HttpHeader> checksums = {
      {"x-amz-checksum-crc32", "y/Q5Jg=="},
      {"x-amz-checksum-crc32c", "4waSgw=="},
      {"x-amz-checksum-crc64nvme", "rosUhgp5mIg="},
      {"x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="}};
  for (const auto& checksum : checksums) {
    FakeWorld fake;
    fake.log_in();
    std::vector<std::string> bodies = {"123456780", "123456789"};
    fake.http.answer = [&](const io::HttpRequest& request) {
      EXPECT_EQ(header(request, "x-amz-checksum-mode"), "ENABLED");
      const auto body = bodies.front();
      if (bodies.size() > 1) bodies.erase(bodies.begin());
      return answer_of(206, body, {{"Content-Range", "bytes 0-8/9"}, checksum});
    };
    const auto store = fake.store();
    EXPECT_EQ(*store->read("k", {0, 9}, ""), "123456789") << checksum.name;
    EXPECT_EQ(fake.http.requests().size(), 2U);
    bodies = {"123456780"};
    const auto damaged = store->read("k", {0, 9}, "");
    ASSERT_FALSE(damaged.ok());
    EXPECT_EQ(damaged.error().code(), ErrorCode::Unavailable);
  }
}

TEST(S3Read, judges_no_piece_by_the_checksum_of_the_whole) {
  FakeWorld fake;
  fake.log_in();
  const io::HttpHeader other{"x-amz-checksum-crc32", "y/Q5Jg=="};
  const auto reads = [&](int status, std::vector<io::HttpHeader> headers) {
    fake.http.answer = [=](const io::HttpRequest&) { return answer_of(status, "1234", headers); };
    const auto read = fake.store()->read("k", {0, 4}, "");
    return read.ok() ? *read : read.error().to_string();
  };
  EXPECT_EQ(reads(206, {{"Content-Range", "bytes 0-3/9"}, other}), "1234");
  EXPECT_EQ(reads(200, {{"x-amz-checksum-type", "COMPOSITE"}, other}), "1234");
  EXPECT_EQ(reads(200, {{"x-amz-checksum-crc32", "y/Q5Jg==-2"}}), "1234");
  EXPECT_EQ(reads(200, {{"x-amz-checksum-sha1", "unknown"}}), "1234");
}

TEST(S3Read, says_that_an_archived_object_must_be_restored) {
  FakeWorld fake;
  fake.log_in();
  fake.http.answer = [](const io::HttpRequest&) { return error_of(403, "InvalidObjectState"); };
  const auto read = fake.store()->read("k", {0, 1}, "");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::Unsupported);
  EXPECT_NE(read.error().to_string().find("restore it first"), std::string::npos);
}

}  // namespace
}  // namespace weir::aws
