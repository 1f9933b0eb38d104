// SPDX-License-Identifier: Apache-2.0
// The contract of object stores, against the sandbox.
#include "protocols/google/testing.h"
#include "tests/conformance/object_store_suite.h"

namespace weir::google {
namespace {

constexpr std::uint64_t kCopyStep = 1U << 20U;

class GcsUnderTest final : public conformance::StoreUnderTest {
 public:
  GcsUnderTest() : store_(bucket_.as(bucket_.login("sandbox-refresh-token"))) {}

  io::ObjectStore& store() override { return *store_; }
  std::unique_ptr<io::ObjectStore> without_rights() override {
    return bucket_.as(bucket_.login("sandbox-stranger"));
  }
  std::unique_ptr<io::ObjectStore> without_bucket() override {
    return std::make_unique<GcsObjectStore>(bucket_.bucket("nowhere"), bucket_.login("sandbox-refresh-token"),
                                            bucket_.world());
  }
  std::string leftovers() override {
    const std::size_t open = bucket_.server().open_uploads();
    return open == 0 ? "" : fmt::format("{} open uploads", open);
  }

 private:
  TestBucket bucket_{{.token_check = sandbox::TokenCheck::On, .rewrite_step = kCopyStep}};
  std::unique_ptr<GcsObjectStore> store_;
};

conformance::StoreCase gcs_case() {
  return {.name = "Gcs",
          .make = [] { return std::make_unique<GcsUnderTest>(); },
          .part_bytes = TestBucket::kPart,
          .largest_copy = kCopyStep};
}

}  // namespace
}  // namespace weir::google

namespace weir::conformance {

INSTANTIATE_TEST_SUITE_P(Gcs, ObjectStoreSuite, ::testing::Values(google::gcs_case()), store_case_name);

}  // namespace weir::conformance
