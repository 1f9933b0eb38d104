// SPDX-License-Identifier: Apache-2.0
// What the suites of sources and destinations begin and end a test with: a folder, the thing under
// test inside it, and one of what it makes.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

namespace weir::conformance {

/// `Case` has `make` and `deviations`, `UnderTest` has open(), which gives a `Part`.
template <typename Case, typename UnderTest, typename Part>
class Suite : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto& tested = this->GetParam();
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    const auto deviation = tested.deviations.find(test.substr(0, test.find('/')));
    if (deviation != tested.deviations.end()) GTEST_SKIP() << deviation->second;

    auto pattern = (std::filesystem::temp_directory_path() / "weir-conformance-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    under_test_ = tested.make(folder_);
    part_ = under_test_->open();
    ASSERT_NE(part_, nullptr);
  }
  void TearDown() override {
    part_.reset();
    under_test_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  UnderTest& under_test() { return *under_test_; }
  Part& part() const { return *part_; }
  /// Lets go of the part and opens another one on the same place, as after a restart.
  void reopen() {
    part_.reset();
    part_ = under_test_->open();
  }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<UnderTest> under_test_;
  std::unique_ptr<Part> part_;
};

}  // namespace weir::conformance
