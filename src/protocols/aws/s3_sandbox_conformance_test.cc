// SPDX-License-Identifier: Apache-2.0
// The contract of object stores, against the sandbox's S3: stricter than Swift, which
// s3_conformance_test.cc asks.
#include <gtest/gtest.h>

#include "protocols/aws/s3_object_store.h"
#include "sandbox/sandbox.h"
#include "tests/conformance/object_store_suite.h"

namespace weir::conformance {
namespace {

constexpr std::uint64_t kSandboxPart = 512U << 10;

class SandboxS3UnderTest final : public StoreUnderTest {
 public:
  SandboxS3UnderTest() {
    sandbox::Settings settings;
    settings.s3.buckets = {"exports@ca-central-1"};
    settings.s3.smallest_part = kSandboxPart;
    auto started = sandbox::Sandbox::start(settings, clock_);
    auto opened = io::CurlHttpClient::open();
    EXPECT_TRUE(started.ok() && opened.ok());
    sandbox_ = *std::move(started);
    http_ = *std::move(opened);
    store_ = as("sandbox", "exports");
  }
  ~SandboxS3UnderTest() override {
    store_.reset();
    http_.reset();  // the server waits for connections that are kept
  }

  io::ObjectStore& store() override { return *store_; }
  std::unique_ptr<io::ObjectStore> without_rights() override { return as(sandbox::s3::kStranger, "exports"); }
  std::unique_ptr<io::ObjectStore> without_bucket() override { return as("sandbox", "nowhere"); }
  std::string leftovers() override {
    const std::size_t open = sandbox_->open_s3_uploads();
    return open == 0 ? "" : fmt::format("{} open uploads", open);
  }

 private:
  std::unique_ptr<io::ObjectStore> as(const std::string& key, const std::string& bucket) {
    environments_.push_back(std::make_unique<io::FixedEnvironment>(std::map<std::string, std::string>{
        {"AWS_ACCESS_KEY_ID", key},
        {"AWS_SECRET_ACCESS_KEY", "sandbox-secret"},
        {"AWS_REGION", "us-east-1"},  // the bucket is elsewhere: the client has to find out
        {"AWS_ENDPOINT_URL_S3", sandbox_->url()}}));
    aws::S3Options options;
    options.bucket = bucket;
    auto opened = aws::S3ObjectStore::open(options, {*environments_.back(), clock_, sleeper_, *http_}, {},
                                           {.part_bytes = kSandboxPart,
                                            .largest_copy = kSandboxPart,
                                            .copy_part_bytes = kSandboxPart,
                                            .page_objects = 10});
    return opened.ok() ? *std::move(opened) : nullptr;
  }

  io::ManualClock clock_{Timestamp{1'700'000'000'000'000}};
  io::RecordingSleeper sleeper_;
  std::vector<std::unique_ptr<io::FixedEnvironment>> environments_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  std::unique_ptr<io::CurlHttpClient> http_;
  std::unique_ptr<io::ObjectStore> store_;
};

StoreCase sandbox_s3_case() {
  return {.name = "SandboxS3",
          .make = [] { return std::make_unique<SandboxS3UnderTest>(); },
          .part_bytes = kSandboxPart,
          .largest_copy = kSandboxPart};
}

INSTANTIATE_TEST_SUITE_P(SandboxS3, ObjectStoreSuite, ::testing::Values(sandbox_s3_case()), store_case_name);

}  // namespace
}  // namespace weir::conformance
