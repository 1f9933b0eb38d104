// SPDX-License-Identifier: Apache-2.0
// What a source asks a bucket for, and what it makes of answers that are not whole. E2_3 and E2_5 are
// weaknesses of the scripts that weir replaces.
#include <algorithm>

#include "connectors/files/source_fixture.h"

namespace weir::files {
namespace {

/// A bucket that notes what is listed, and whose answers may end early.
class WatchedStore final : public io::ObjectStore {
 public:
  std::string uri(const std::string& key) const override { return inner.uri(key); }
  Result<io::ObjectPage> list(const std::string& prefix, const std::string& after) override {
    listed += prefix + "\n";
    return inner.list(prefix, after);
  }
  Result<io::ObjectInfo> head(const std::string& key) override { return inner.head(key); }
  Result<std::string> read(const std::string& key, io::ByteRange range, const std::string& version) override {
    auto bytes = TRY(inner.read(key, range, version));
    bytes.resize(std::min(bytes.size(), longest_answer));
    return bytes;
  }
  Result<io::ObjectInfo> put(const std::string& key, std::string bytes,
                             const io::PutOptions& options) override {
    return inner.put(key, std::move(bytes), options);
  }
  Result<std::unique_ptr<io::ObjectUpload>> upload(const std::string& key,
                                                   const io::PutOptions& options) override {
    return inner.upload(key, options);
  }
  Result<io::ObjectInfo> copy(const std::string& from, const std::string& to) override {
    return inner.copy(from, to);
  }
  Result<void> remove(const std::string& key) override { return inner.remove(key); }

  support::MemoryObjectStore inner;
  std::string listed;
  std::size_t longest_answer = std::string::npos;
};

class BucketSource : public testing::Test {
 protected:
  BucketSource() {
    auto store = std::make_unique<WatchedStore>();
    store_ = store.get();
    place_ = make_bucket_place(std::move(store));
    for (const std::string day : {"2024-05-12", "2024-05-13", "2024-05-14"}) {
      EXPECT_TRUE(store_->put("mirror/" + day + "-00-15-00-ab", "{\"id\": 1}\n", {}).ok());
      EXPECT_TRUE(store_->put("mirror/" + day + "-01-15-00-cd", "{\"id\": 2}\n", {}).ok());
    }
    options_.path = {"mirror/{{ partition.date }}-*"};
    options_.format = "jsonl";
  }
  std::string read() {
    const auto source = make_source(options_, {}, place_);
    EXPECT_TRUE(source.ok());
    const auto inputs = (*source)->inputs(day_);
    if (!inputs.ok()) return inputs.error().to_string();
    auto extraction = (*source)->open(day_, *inputs);
    return extraction.ok() ? drain(**extraction) : extraction.error().to_string();
  }

  const model::Partition day_ = model::partition_of(model::Every::Day, *parse_timestamp("2024-05-13"));
  FilesSourceOptions options_;
  WatchedStore* store_ = nullptr;  // owned by the place
  std::shared_ptr<Place> place_;
};

TEST_F(BucketSource, E2_3_lists_only_what_begins_like_the_partition) {
  EXPECT_EQ(read(), "0 (id integer)\n1\n0 (id integer)\n2\n");
  EXPECT_EQ(store_->listed, "mirror/2024-05-13-\n");
}

TEST_F(BucketSource, E2_5_an_answer_that_ends_early_is_not_taken_for_the_object) {
  store_->longest_answer = 5;
  EXPECT_EQ(read().find("id"), std::string::npos) << read();
  // Nothing of it is kept that could be taken for the object later.
  store_->longest_answer = std::string::npos;
  EXPECT_EQ(read(), "0 (id integer)\n1\n0 (id integer)\n2\n");
}

}  // namespace
}  // namespace weir::files
