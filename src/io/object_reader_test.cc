// SPDX-License-Identifier: Apache-2.0
#include "io/object_reader.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/memory_object_store.h"

namespace weir::io {
namespace {

/// Bytes that differ from place to place.
std::string numbered(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ",";
  bytes.resize(size);
  return bytes;
}

struct Read {
  std::string bytes;
  std::optional<Error> error;
};

Read read_all(ObjectReader& reader, std::size_t step) {
  Read all;
  for (std::string buffer(step, '\0');;) {
    const auto count = reader.read(buffer.data(), buffer.size());
    if (!count.ok()) {
      all.error = count.error();
      return all;
    }
    if (*count == 0) return all;
    all.bytes.append(buffer, 0, *count);
  }
}

std::unique_ptr<ObjectReader> open(ObjectStore& store, const ObjectInfo& object, ReadAhead ahead,
                                   std::uint64_t offset = 0) {
  auto reader = ObjectReader::open(store, object, ahead, offset);
  EXPECT_TRUE(reader.ok());
  return *std::move(reader);
}

TEST(ObjectReader, gives_every_byte_in_order) {
  support::MemoryObjectStore store;
  for (const std::size_t size : {0, 1, 99, 100, 101, 1000, 1234}) {
    const std::string bytes = numbered(size);
    const ObjectInfo object = *store.put("a", bytes, {});
    for (const std::size_t ranges : {1, 2, 5}) {
      for (const std::size_t step : {1, 7, 100, 5000}) {
        EXPECT_EQ(read_all(*open(store, object, {100, ranges}), step).bytes, bytes) << size << " " << ranges;
      }
    }
  }
}

TEST(ObjectReader, begins_anywhere) {
  support::MemoryObjectStore store;
  const std::string bytes = numbered(1000);
  const ObjectInfo object = *store.put("a", bytes, {});
  EXPECT_EQ(read_all(*open(store, object, {100, 3}, 250), 64).bytes, bytes.substr(250));
  EXPECT_EQ(read_all(*open(store, object, {100, 3}, 1000), 64).bytes, "");
  EXPECT_FALSE(ObjectReader::open(store, object, {100, 3}, 1001).ok());
}

TEST(ObjectReader, fetches_no_more_ahead_than_it_may) {
  support::MemoryObjectStore store;
  const ObjectInfo object = *store.put("a", numbered(2000), {});
  std::atomic<int> reads = 0;
  store.fault = [&reads](std::string_view, const std::string&) -> std::optional<Error> {
    ++reads;
    return std::nullopt;
  };
  {
    const auto reader = open(store, object, {100, 4});
    EXPECT_EQ(reads, 0);
    char byte = 0;
    ASSERT_TRUE(reader->read(&byte, 1).ok());
  }
  EXPECT_GE(reads, 1);
  EXPECT_LE(reads, 5);  // the one that is read, and four ahead
}

TEST(ObjectReader, refuses_an_object_that_was_replaced_meanwhile) {
  support::MemoryObjectStore store;
  const ObjectInfo object = *store.put("a", numbered(1000), {});
  const auto reader = open(store, object, {100, 2});
  char buffer[100];
  ASSERT_TRUE(reader->read(buffer, sizeof buffer).ok());
  ASSERT_TRUE(store.put("a", numbered(1001), {}).ok());
  const Read rest = read_all(*reader, 100);
  ASSERT_TRUE(rest.error);
  EXPECT_EQ(rest.error->code(), ErrorCode::Conflict);
  EXPECT_NE(rest.error->to_string().find("memory://bucket/a"), std::string::npos);
}

TEST(ObjectReader, asks_for_less_at_a_time_when_transfers_break_off) {
  /// Breaks off every transfer of more than 300,000 bytes.
  class BadLine final : public ObjectStore {
   public:
    explicit BadLine(ObjectStore& inner) : inner_(inner) {}
    std::string uri(const std::string& key) const override { return inner_.uri(key); }
    Result<ObjectPage> list(const std::string& prefix, const std::string& after) override {
      return inner_.list(prefix, after);
    }
    Result<ObjectInfo> head(const std::string& key) override { return inner_.head(key); }
    Result<std::string> read(const std::string& key, ByteRange range, const std::string& version) override {
      if (range.length > 300'000) return fail(ErrorCode::Unavailable, "cut");
      return inner_.read(key, range, version);
    }
    Result<ObjectInfo> put(const std::string& key, std::string bytes, const PutOptions& options) override {
      return inner_.put(key, std::move(bytes), options);
    }
    Result<std::unique_ptr<ObjectUpload>> upload(const std::string& key, const PutOptions& options) override {
      return inner_.upload(key, options);
    }
    Result<ObjectInfo> copy(const std::string& from, const std::string& to) override {
      return inner_.copy(from, to);
    }
    Result<void> remove(const std::string& key) override { return inner_.remove(key); }

   private:
    ObjectStore& inner_;
  };
  support::MemoryObjectStore memory;
  const std::string bytes = numbered(3'000'000);
  const ObjectInfo object = *memory.put("a", bytes, {});
  BadLine store(memory);
  const Read all = read_all(*open(store, object, {1U << 20, 2}), 65536);
  ASSERT_FALSE(all.error) << all.error->to_string();
  EXPECT_TRUE(all.bytes == bytes);
}

TEST(ObjectReader, gives_what_came_before_a_failure_and_then_the_failure_for_ever) {
  support::MemoryObjectStore store;
  const std::string bytes = numbered(500);
  const ObjectInfo object = *store.put("a", bytes, {});
  std::atomic<int> reads = 0;
  store.fault = [&reads](std::string_view, const std::string&) -> std::optional<Error> {
    if (++reads == 3) return Error(ErrorCode::PermissionDenied, "no");
    return std::nullopt;
  };
  const auto reader = open(store, object, {100, 1});
  const Read all = read_all(*reader, 100);
  EXPECT_EQ(all.bytes, bytes.substr(0, 200));
  ASSERT_TRUE(all.error);
  EXPECT_EQ(all.error->code(), ErrorCode::PermissionDenied);
  char byte = 0;
  EXPECT_FALSE(reader->read(&byte, 1).ok());
}

}  // namespace
}  // namespace weir::io
