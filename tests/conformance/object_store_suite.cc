// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/object_store_suite.h"

#include <algorithm>
#include <ostream>

namespace weir::conformance {

void PrintTo(const StoreCase& value, std::ostream* out) { *out << value.name; }

void ObjectStoreSuite::SetUp() {
  const std::string full = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const auto deviation = GetParam().deviations.find(full.substr(0, full.find('/')));
  if (deviation != GetParam().deviations.end()) GTEST_SKIP() << deviation->second;
  under_test_ = GetParam().make();
  ASSERT_NE(under_test_, nullptr);
}

io::ObjectInfo ObjectStoreSuite::put(const std::string& key, const std::string& bytes) {
  auto written = store().put(key, bytes, {});
  EXPECT_TRUE(written.ok()) << key << ": " << written.error().to_string();
  return written.ok() ? *written : io::ObjectInfo{};
}

std::string ObjectStoreSuite::get(const std::string& key) {
  const auto info = store().head(key);
  if (!info.ok()) return std::string(name(info.error().code())) + ": " + info.error().to_string();
  std::string bytes;
  constexpr std::uint64_t kStep = 4U << 20;
  while (bytes.size() < info->size) {
    auto part = store().read(key, {bytes.size(), kStep}, info->version);
    if (!part.ok()) return part.error().to_string();
    if (part->empty()) return "the object ends early";
    bytes += *part;
  }
  return bytes;
}

std::string ObjectStoreSuite::keys(const std::string& prefix, const std::string& after) {
  std::string text;
  std::string last = after;
  for (io::ObjectPage page{{}, io::ObjectPage::Rest::More}; page.rest == io::ObjectPage::Rest::More;) {
    auto listed = store().list(prefix, last);
    if (!listed.ok()) return listed.error().to_string();
    page = *std::move(listed);
    EXPECT_LE(page.objects.size(), 10U);
    for (const auto& object : page.objects) text += object.key + "\n";
    if (!page.objects.empty()) last = page.objects.back().key;
  }
  return text;
}

Result<io::ObjectInfo> ObjectStoreSuite::upload(const std::string& key, const std::string& bytes,
                                                const io::PutOptions& options) {
  auto writer = TRY(store().upload(key, options));
  std::size_t step = 1;
  for (std::size_t offset = 0; offset < bytes.size(); offset += step, step = step * 3 + 1) {
    step = std::min<std::size_t>(step, 3'000'017);
    TRY(writer->write(std::string_view(bytes).substr(offset, step)));
  }
  return writer->finish();
}

std::string numbered_bytes(std::size_t size) {
  std::string bytes;
  bytes.reserve(size + 20);
  for (std::size_t i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ",";
  bytes.resize(size);
  return bytes;
}

}  // namespace weir::conformance
