// SPDX-License-Identifier: Apache-2.0
// Uploads in parts on a way to a real S3 on which answers get lost.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/faults/archive_drop.h"

namespace weir::faults {
namespace {

using Kind = Fault::Kind;

constexpr std::uint64_t kPart = 5U << 20U;

class MultipartFaults : public testing::Test {
 protected:
  /// Uploads more than a part through the proxy.
  Result<io::ObjectInfo> upload() {
    auto options = bucket_.options();
    options.endpoint = fmt::format("http://127.0.0.1:{}", way_.port());
    const auto store =
        TRY(aws::S3ObjectStore::open(options, bucket_.server().world(), {}, {.part_bytes = kPart}));
    const auto upload = TRY(store->upload("object", {}));
    TRY(upload->write(content_));
    return upload->finish();
  }
  void expect_stored_once() {
    const auto stored = bucket_.store().read("object", {0, content_.size() + 1}, "");
    ASSERT_TRUE(stored.ok()) << stored.error().to_string();
    EXPECT_TRUE(*stored == content_);
    EXPECT_EQ(bucket_.unfinished_uploads(), "");
  }

  support::S3Bucket bucket_;
  FaultProxy way_{FaultProxy::Protocol::Http, port_of(bucket_.server().endpoint())};
  const std::string content_ = std::string(kPart, 'a') + std::string(1000, 'b');
};

TEST_F(MultipartFaults, a_completion_whose_answer_is_lost_is_known_to_be_done) {
  way_.add({.kind = Kind::LoseAnswer, .when = "/object?uploadId="});
  const auto stored = upload();
  ASSERT_TRUE(stored.ok()) << stored.error().to_string() << way_.requests();
  EXPECT_EQ(way_.met(), 1);
  expect_stored_once();
}

TEST_F(MultipartFaults, a_part_whose_answer_is_lost_is_sent_again) {
  way_.add({.kind = Kind::LoseAnswer, .when = "/object?partNumber=1"});
  way_.add({.kind = Kind::Answer,
            .when = "/object?partNumber=2",
            .answer = support::s3_error_answer(503, "SlowDown")});
  const auto stored = upload();
  ASSERT_TRUE(stored.ok()) << stored.error().to_string() << way_.requests();
  EXPECT_EQ(way_.met(), 2);
  expect_stored_once();
}

TEST_F(MultipartFaults, an_upload_that_is_given_up_leaves_nothing) {
  way_.add({.kind = Kind::Answer,
            .when = "/object?partNumber=2",
            .answer = support::s3_error_answer(403, "AccessDenied")});
  EXPECT_FALSE(upload().ok());
  EXPECT_EQ(bucket_.unfinished_uploads(), "");
  EXPECT_EQ(bucket_.store().head("object").error().code(), ErrorCode::NotFound);
}

}  // namespace
}  // namespace weir::faults
