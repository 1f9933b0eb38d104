// SPDX-License-Identifier: Apache-2.0
// The source over a bucket under the suite of all sources: one in memory, and one of a real S3 server.
#include <algorithm>

#include "connectors/files/source.h"
#include "tests/conformance/source_suite.h"
#include "tests/support/memory_object_store.h"
#include "tests/support/s3_server.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;
using conformance::InputPlace;
using conformance::RowPlace;
using conformance::SourceCase;
using conformance::SourceRow;
using conformance::SourceSuite;

/// The store of the test, which may put another one into its place.
struct Slot {
  std::shared_ptr<io::ObjectStore> store;
};

/// What each source sees of it.
class SharedStore final : public io::ObjectStore {
 public:
  explicit SharedStore(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}
  std::string uri(const std::string& key) const override { return slot_->store->uri(key); }
  Result<io::ObjectPage> list(const std::string& prefix, const std::string& after) override {
    return slot_->store->list(prefix, after);
  }
  Result<io::ObjectInfo> head(const std::string& key) override { return slot_->store->head(key); }
  Result<std::string> read(const std::string& key, io::ByteRange range, const std::string& version) override {
    return slot_->store->read(key, range, version);
  }
  Result<io::ObjectInfo> put(const std::string& key, std::string bytes,
                             const io::PutOptions& options) override {
    return slot_->store->put(key, std::move(bytes), options);
  }
  Result<std::unique_ptr<io::ObjectUpload>> upload(const std::string& key,
                                                   const io::PutOptions& options) override {
    return slot_->store->upload(key, options);
  }
  Result<io::ObjectInfo> copy(const std::string& from, const std::string& to) override {
    return slot_->store->copy(from, to);
  }
  Result<void> remove(const std::string& key) override { return slot_->store->remove(key); }

 private:
  std::shared_ptr<Slot> slot_;  // shared: the test changes what the sources read
};

std::string json_line(const SourceRow& row) {
  if (row.readable == SourceRow::Readable::No) return fmt::format(R"({{"id": {}, "word": cut)", row.id);
  std::string word;
  for (const char c : row.word.value_or(""))
    word += c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
  return fmt::format(R"({{"id": {}, "word": {}}})", row.id, row.word ? "\"" + word + "\"" : "null");
}

/// Objects `logs/<date>-<number>.jsonl`.
class BucketUnderTest : public conformance::SourceUnderTest {
 public:
  explicit BucketUnderTest(std::shared_ptr<io::ObjectStore> store)
      : slot_(std::make_shared<Slot>(Slot{std::move(store)})) {}

  std::unique_ptr<sdk::Source> open() override {
    FilesSourceOptions options;
    options.path = {"logs/{{ partition.date }}-*.jsonl"};
    auto made = make_source(options, {}, make_bucket_place(std::make_unique<SharedStore>(slot_)));
    if (made) return *std::move(made);
    ADD_FAILURE() << made.error().to_string();
    return nullptr;
  }
  std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) override {
    std::string text;
    std::vector<RowPlace> places;
    for (const auto& row : rows) {
      places.push_back({places.size() + 1, text.size(), json_line(row)});
      text += places.back().bytes + "\n";
    }
    EXPECT_TRUE(slot_->store->put(key(input), text, {}).ok());
    return places;
  }
  void remove(const InputPlace& input) override { EXPECT_TRUE(slot_->store->remove(key(input)).ok()); }
  void cut_short(const InputPlace& input) override {
    const auto whole = slot_->store->read(key(input), {0, std::uint64_t{1} << 40U}, "");
    EXPECT_TRUE(slot_->store->put(key(input), whole->substr(0, whole->size() - 3), {}).ok());
  }

 protected:
  static std::string key(const InputPlace& input) {
    return fmt::format("logs/{}-{}.jsonl", input.partition.key, input.number);
  }
  std::shared_ptr<Slot> slot_;  // shared with the sources
};

class MemoryUnderTest final : public BucketUnderTest {
 public:
  MemoryUnderTest() : BucketUnderTest(std::make_shared<support::MemoryObjectStore>()) {}
  std::string remove_place() override {
    auto& store = dynamic_cast<support::MemoryObjectStore&>(*slot_->store);
    store.fault = [](std::string_view, const std::string&) {
      return Error(ErrorCode::NotFound, "there is no bucket memory://bucket");
    };
    return "memory://bucket";
  }
};

class S3UnderTest final : public BucketUnderTest {
 public:
  S3UnderTest() : S3UnderTest(std::make_unique<support::S3Bucket>()) {}
  std::string remove_place() override {
    auto options = bucket_->options();
    options.bucket = "there-is-no-such-bucket";
    auto other = aws::S3ObjectStore::open(options, bucket_->server().world());
    EXPECT_TRUE(other.ok());
    slot_->store = *std::move(other);
    return options.bucket;
  }

 private:
  explicit S3UnderTest(std::unique_ptr<support::S3Bucket> bucket)
      : BucketUnderTest(std::shared_ptr<io::ObjectStore>(&bucket->store(), [](auto*) {})),
        bucket_(std::move(bucket)) {}

  std::unique_ptr<support::S3Bucket> bucket_;
};

template <typename UnderTest>
SourceCase bucket_case(const std::string& name) {
  SourceCase made;
  made.name = name;
  made.make = [](const fs::path&) { return std::make_unique<UnderTest>(); };
  made.deviations["an_input_cut_short_is_a_data_mismatch"] =
      "plain text has no mark of its end; a cut is a bad row or none";
  return made;
}

INSTANTIATE_TEST_SUITE_P(Buckets, SourceSuite,
                         testing::Values(bucket_case<MemoryUnderTest>("Memory"),
                                         bucket_case<S3UnderTest>("S3")),
                         conformance::source_case_name);

}  // namespace
}  // namespace weir::files
