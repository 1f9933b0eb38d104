// SPDX-License-Identifier: Apache-2.0
// Destinations on one bucket in memory, and a store that breaks at a chosen call. Used by this
// folder's tests.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connectors/files/destination.h"
#include "connectors/files/destination_head.h"
#include "tests/conformance/destination_suite.h"
#include "tests/support/memory_object_store.h"

namespace weir::files {

/// Passes calls on, but not the one of number `at`.
class BreakingStore final : public io::ObjectStore {
 public:
  enum class Break {
    Crash,       ///< this and all later calls fail, as if the process had ended before it
    Refusal,     ///< this call fails
    LostAnswer,  ///< this call works, and fails for who made it
    Meanwhile,   ///< something else happens before this call
  };
  BreakingStore(std::shared_ptr<io::ObjectStore> store, Break kind, int at)
      : store_(std::move(store)), break_(kind), at_(at) {}

  /// What happens before call `at`.
  void set_meanwhile(std::function<void()> meanwhile) { meanwhile_ = std::move(meanwhile); }
  /// Keys whose unfinished uploads were to be ended, one a line.
  const std::string& abandoned() const { return abandoned_; }
  /// Whether call `at` was made.
  bool is_broken() const { return calls_ > at_; }
  int calls() const { return calls_; }

  std::string uri(const std::string& key) const override { return store_->uri(key); }
  Result<io::ObjectPage> list(const std::string& prefix, const std::string& after) override {
    return call<io::ObjectPage>([&] { return store_->list(prefix, after); });
  }
  Result<io::ObjectInfo> head(const std::string& key) override {
    return call<io::ObjectInfo>([&] { return store_->head(key); });
  }
  Result<std::string> read(const std::string& key, io::ByteRange range, const std::string& version) override {
    return call<std::string>([&] { return store_->read(key, range, version); });
  }
  Result<io::ObjectInfo> put(const std::string& key, std::string bytes,
                             const io::PutOptions& options) override {
    return call<io::ObjectInfo>([&] { return store_->put(key, std::move(bytes), options); });
  }
  Result<std::unique_ptr<io::ObjectUpload>> upload(const std::string& key,
                                                   const io::PutOptions& options) override {
    return call<std::unique_ptr<io::ObjectUpload>>([&]() -> Result<std::unique_ptr<io::ObjectUpload>> {
      return std::unique_ptr<io::ObjectUpload>(new Upload(*this, TRY(store_->upload(key, options))));
    });
  }
  Result<io::ObjectInfo> copy(const std::string& from, const std::string& to) override {
    return call<io::ObjectInfo>([&] { return store_->copy(from, to); });
  }
  Result<void> remove(const std::string& key) override {
    return call<void>([&] { return store_->remove(key); });
  }
  Result<void> abandon_uploads(const std::string& prefix) override {
    abandoned_ += prefix + "\n";
    return call<void>([&] { return store_->abandon_uploads(prefix); });
  }

 private:
  class Upload final : public io::ObjectUpload {
   public:
    Upload(BreakingStore& store, std::unique_ptr<io::ObjectUpload> upload)
        : store_(store), upload_(std::move(upload)) {}
    Result<void> write(std::string_view bytes) override {
      return store_.call<void>([&] { return upload_->write(bytes); });
    }
    Result<io::ObjectInfo> finish() override {
      return store_.call<io::ObjectInfo>([&] { return upload_->finish(); });
    }

   private:
    BreakingStore& store_;
    std::unique_ptr<io::ObjectUpload> upload_;
  };

  template <typename T, typename Work>
  Result<T> call(const Work& work) {
    const int number = calls_++;
    const auto broken = fail(ErrorCode::Unavailable, "the line is dead");
    if (break_ == Break::Crash ? number >= at_ : break_ == Break::Refusal && number == at_) return broken;
    if (break_ == Break::Meanwhile && number == at_) meanwhile_();
    auto result = work();
    if (break_ == Break::LostAnswer && number == at_) return broken;
    return result;
  }

  std::shared_ptr<io::ObjectStore> store_;
  Break break_;
  int at_;
  std::atomic<int> calls_ = 0;
  std::string abandoned_;
  std::function<void()> meanwhile_;
};

class BucketDestinationTest : public testing::Test {
 protected:
  static model::Schema visits() { return conformance::schema_of("id integer, page text"); }
  static model::Schema words() { return conformance::schema_of("word text"); }

  std::unique_ptr<sdk::Destination> open() const { return open_on(store_); }
  std::unique_ptr<sdk::Destination> open_on(std::shared_ptr<io::ObjectStore> store) const {
    auto made = make_bucket_destination(options_, std::move(store));
    EXPECT_TRUE(made.ok());
    return *std::move(made);
  }
  static sdk::LoadRequest request(const std::string& id, const std::string& partition,
                                  model::WriteMode mode = model::WriteMode::ReplacePartition) {
    return {id,
            "usage",
            conformance::day(partition),
            {{.table = "visits", .schema = visits(), .write = mode, .key = {"id"}}}};
  }
  static std::vector<model::LedgerEntry> entries(const sdk::LoadRequest& request) {
    std::vector<model::LedgerEntry> all;
    for (const auto& target : request.tables) {
      model::LedgerEntry entry;
      entry.load_id = request.load_id;
      entry.pipeline = request.pipeline;
      entry.partition = request.partition.key;
      entry.table = target.table;
      all.push_back(entry);
    }
    return all;
  }
  /// Begins a load, and writes the same page into each of its rows and tables.
  static Result<std::unique_ptr<sdk::Load>> stage(sdk::Destination& destination,
                                                  const sdk::LoadRequest& request, const std::string& page) {
    auto begun = TRY(destination.begin(request));
    for (std::size_t i = 0; i < request.tables.size(); ++i) {
      const auto& schema = request.tables[i].schema;
      const conformance::TestRows rows(
          schema, {schema.size() == 2 ? conformance::Row{"1", page} : conformance::Row{page}});
      TRY(begun->write(i, rows.view()));
    }
    return begun;
  }
  static Result<void> load(sdk::Destination& destination, const sdk::LoadRequest& request,
                           const std::string& page) {
    const auto begun = TRY(stage(destination, request, page));
    TRY(begun->prepare());
    return begun->publish(entries(request));
  }

  /// "key=bytes\n" for every object outside of _weir.
  std::string files() const {
    return objects([](const std::string& key) { return !key.starts_with("_weir/"); });
  }
  std::string staged() const {
    return objects([](const std::string& key) { return key.starts_with("_weir/staging/"); });
  }
  std::string head() const {
    return objects([](const std::string& key) { return key == "_weir/head.json"; });
  }
  /// Whether the head holds the publication of a load.
  bool is_decided(const std::string& load_id) const {
    const auto text = read_object(*store_, "_weir/head.json");
    EXPECT_TRUE(text.ok());
    if (!text.ok() || !*text) return false;
    const auto parsed = parse_head((*text)->text);
    EXPECT_TRUE(parsed.ok());
    return parsed.ok() && parsed->has_decided(load_id);
  }
  /// The load that a partition was published by last.
  std::string newest(const std::string& partition) const {
    const auto found = open()->find_load("usage", partition);
    EXPECT_TRUE(found.ok()) << found.error().to_string();
    return found.ok() && !found->empty() ? found->back().load_id : "";
  }

  std::shared_ptr<support::MemoryObjectStore> store_ = std::make_shared<support::MemoryObjectStore>();
  FilesDestinationOptions options_;

 private:
  template <typename Wanted>
  std::string objects(const Wanted& wanted) const {
    std::string all;
    for (const auto& object : *io::list_all(*store_, "")) {
      if (wanted(object.key))
        all += object.key + "=" + *store_->read(object.key, {0, object.size}, "") + "\n";
    }
    return all;
  }
};

}  // namespace weir::files
