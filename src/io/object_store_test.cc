// SPDX-License-Identifier: Apache-2.0
// The store in memory keeps the contract, so that tests may trust it.
#include <gtest/gtest.h>

#include "tests/conformance/object_store_suite.h"
#include "tests/support/memory_object_store.h"

namespace weir::conformance {
namespace {

class MemoryUnderTest final : public StoreUnderTest {
 public:
  MemoryUnderTest() { store_.page_size = 10; }
  io::ObjectStore& store() override { return store_; }

 private:
  support::MemoryObjectStore store_;
};

StoreCase memory_case() {
  StoreCase made;
  made.name = "Memory";
  made.make = [] { return std::make_unique<MemoryUnderTest>(); };
  made.part_bytes = 1000;
  made.deviations = {{"tells_forbidden_from_missing", "memory has no rights"},
                     {"tells_when_there_is_no_bucket", "memory has no buckets"}};
  return made;
}

INSTANTIATE_TEST_SUITE_P(Memory, ObjectStoreSuite, ::testing::Values(memory_case()), store_case_name);

}  // namespace
}  // namespace weir::conformance
