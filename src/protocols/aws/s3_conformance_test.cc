// SPDX-License-Identifier: Apache-2.0
// S3ObjectStore on a real server.
#include <gtest/gtest.h>

#include "tests/conformance/object_store_suite.h"
#include "tests/support/s3_server.h"

namespace weir::conformance {
namespace {

/// The smallest parts that S3 takes, so that few bytes make many of them.
constexpr std::uint64_t kPart = 5U << 20;

class S3UnderTest final : public StoreUnderTest {
 public:
  S3UnderTest()
      : bucket_({.part_bytes = kPart, .largest_copy = kPart, .copy_part_bytes = kPart, .page_objects = 10}),
        guest_environment_(bucket_.server().guest_environment()) {}

  io::ObjectStore& store() override { return bucket_.store(); }
  std::unique_ptr<io::ObjectStore> without_rights() override {
    return open(bucket_.options(), guest_environment_);
  }
  std::unique_ptr<io::ObjectStore> without_bucket() override {
    aws::S3Options options = bucket_.options();
    options.bucket = "there-is-no-such-bucket";
    return open(options, bucket_.server().environment());
  }
  std::string leftovers() override { return bucket_.unfinished_uploads(); }

 private:
  std::unique_ptr<io::ObjectStore> open(const aws::S3Options& options, const io::Environment& environment) {
    auto opened = aws::S3ObjectStore::open(options, bucket_.server().world_of(environment));
    return opened.ok() ? *std::move(opened) : nullptr;
  }

  support::S3Bucket bucket_;
  io::FixedEnvironment guest_environment_;
};

StoreCase s3_case() {
  StoreCase made;
  made.name = "S3";
  made.make = [] { return std::make_unique<S3UnderTest>(); };
  made.part_bytes = kPart;
  made.largest_copy = kPart;
  return made;
}

INSTANTIATE_TEST_SUITE_P(S3, ObjectStoreSuite, ::testing::Values(s3_case()), store_case_name);

}  // namespace
}  // namespace weir::conformance
