// SPDX-License-Identifier: Apache-2.0
// The contract of io/object_store.h as tests. Every object store runs them: its test program links
// weir_object_store_conformance, writes a StoreUnderTest and instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(S3, ObjectStoreSuite, ::testing::Values(s3_case()), store_case_name);
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "io/object_store.h"

namespace weir::conformance {

/// What a store's author writes: an empty bucket, and several ways to see it.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  /// The store on the bucket, which is there and empty at first. Pages of listings hold ten objects.
  virtual io::ObjectStore& store() = 0;
  /// The same bucket for somebody who may do nothing; null when there is no such thing.
  virtual std::unique_ptr<io::ObjectStore> without_rights() { return nullptr; }
  /// A bucket that does not exist; null when there is no such thing.
  virtual std::unique_ptr<io::ObjectStore> without_bucket() { return nullptr; }
  /// What unfinished uploads have left behind in the bucket, as text for messages; "" is nothing.
  virtual std::string leftovers() { return ""; }
};

/// One store in one configuration.
struct StoreCase {
  std::string name;  ///< letters and digits
  std::function<std::unique_ptr<StoreUnderTest>()> make;
  /// An upload of this many bytes is sent in one part, one of a byte more in two.
  std::uint64_t part_bytes = 8U << 20;
  /// A copy of more than this many bytes is not done in one step.
  std::uint64_t largest_copy = 8U << 20;
  /// Tests that do not hold here, by name, each with the reason in one line.
  std::map<std::string, std::string> deviations{};
};

inline std::string store_case_name(const ::testing::TestParamInfo<StoreCase>& info) {
  return info.param.name;
}
void PrintTo(const StoreCase& value, std::ostream* out);

class ObjectStoreSuite : public ::testing::TestWithParam<StoreCase> {
 protected:
  void SetUp() override;

  StoreUnderTest& place() { return *under_test_; }
  io::ObjectStore& store() { return under_test_->store(); }
  /// Puts an object; a failure fails the test.
  io::ObjectInfo put(const std::string& key, const std::string& bytes);
  /// All bytes of an object, or "not_found: …".
  std::string get(const std::string& key);
  /// The keys below a prefix, one a line, page after page.
  std::string keys(const std::string& prefix = "", const std::string& after = "");
  /// Writes an object through an upload, in pieces of odd sizes.
  Result<io::ObjectInfo> upload(const std::string& key, const std::string& bytes,
                                const io::PutOptions& options = {});

 private:
  std::unique_ptr<StoreUnderTest> under_test_;
};

/// Bytes that differ from place to place and do not repeat.
std::string numbered_bytes(std::size_t size);
/// The name of a failure's code, or "ok".
template <typename T>
std::string outcome(const Result<T>& result) {
  return result.ok() ? "ok" : std::string(name(result.error().code()));
}

}  // namespace weir::conformance
