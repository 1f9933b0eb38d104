// SPDX-License-Identifier: Apache-2.0
// An ObjectStore in memory, for tests of what uses one. Its time is its own: every write happens a
// second after the one before. Thread-safe, except for what a test sets up before.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "io/object_store.h"

namespace weir::support {

class MemoryObjectStore final : public io::ObjectStore {
 public:
  explicit MemoryObjectStore(std::string name = "memory") : name_(std::move(name)) {}

  /// What an operation ("list", "head", "read", "put", "upload", "finish", "copy", "remove") on a
  /// key is to fail with; nothing: it works.
  std::function<std::optional<Error>(std::string_view operation, const std::string& key)> fault;
  std::size_t page_size = 1000;

  /// Gives an object another time of writing.
  void set_modified(const std::string& key, Timestamp time) {
    const std::lock_guard lock(mutex_);
    objects_.at(key).info.modified = time;
  }
  /// "key=bytes\n" for every object.
  std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& [key, object] : objects_) all += key + "=" + object.bytes + "\n";
    return all;
  }

  std::string uri(const std::string& key) const override { return name_ + "://bucket/" + key; }

  Result<io::ObjectPage> list(const std::string& prefix, const std::string& after) override {
    TRY(checked("list", prefix));
    const std::lock_guard lock(mutex_);
    io::ObjectPage page;
    for (auto it = objects_.lower_bound(prefix); it != objects_.end(); ++it) {
      if (it->first.compare(0, prefix.size(), prefix) != 0) break;
      if (it->first <= after) continue;
      if (page.objects.size() == page_size) {
        page.rest = io::ObjectPage::Rest::More;
        break;
      }
      page.objects.push_back(it->second.info);
    }
    return page;
  }

  Result<io::ObjectInfo> head(const std::string& key) override {
    TRY(checked("head", key));
    const std::lock_guard lock(mutex_);
    return TRY(find(key))->info;
  }

  Result<std::string> read(const std::string& key, io::ByteRange range, const std::string& version) override {
    TRY(checked("read", key));
    const std::lock_guard lock(mutex_);
    const Object* object = TRY(find(key));
    if (!version.empty() && version != object->info.version) {
      return fail(ErrorCode::Conflict, "{} was changed while it was read", uri(key));
    }
    if (range.offset >= object->bytes.size()) return std::string();
    return object->bytes.substr(range.offset, range.length);
  }

  Result<io::ObjectInfo> put(const std::string& key, std::string bytes,
                             const io::PutOptions& options) override {
    TRY(checked("put", key));
    return store(key, std::move(bytes), options.precondition);
  }

  Result<std::unique_ptr<io::ObjectUpload>> upload(const std::string& key,
                                                   const io::PutOptions& options) override {
    TRY(checked("upload", key));
    return std::unique_ptr<io::ObjectUpload>(new Upload(*this, key, options));
  }

  Result<io::ObjectInfo> copy(const std::string& from, const std::string& to) override {
    TRY(checked("copy", from));
    std::string bytes;
    {
      const std::lock_guard lock(mutex_);
      bytes = TRY(find(from))->bytes;
    }
    return store(to, std::move(bytes), {});
  }

  Result<void> remove(const std::string& key) override {
    TRY(checked("remove", key));
    const std::lock_guard lock(mutex_);
    objects_.erase(key);
    return {};
  }

 private:
  struct Object {
    std::string bytes;
    io::ObjectInfo info;
  };

  class Upload final : public io::ObjectUpload {
   public:
    Upload(MemoryObjectStore& store, std::string key, io::PutOptions options)
        : store_(store), key_(std::move(key)), options_(std::move(options)) {}
    Result<void> write(std::string_view bytes) override {
      TRY(store_.checked("write", key_));
      bytes_ += bytes;
      return {};
    }
    Result<io::ObjectInfo> finish() override {
      TRY(store_.checked("finish", key_));
      return store_.store(key_, std::move(bytes_), options_.precondition);
    }

   private:
    MemoryObjectStore& store_;
    std::string key_;
    io::PutOptions options_;
    std::string bytes_;
  };

  Result<void> checked(std::string_view operation, const std::string& key) {
    if (!fault) return {};
    if (auto error = fault(operation, key)) return Failure(*std::move(error));
    return {};
  }

  Result<const Object*> find(const std::string& key) const {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return fail(ErrorCode::NotFound, "there is no object {}", uri(key));
    return &found->second;
  }

  Result<io::ObjectInfo> store(const std::string& key, std::string bytes, const io::Precondition& condition) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(key);
    if (condition.kind == io::Precondition::Kind::Absent && found != objects_.end()) {
      return fail(ErrorCode::Conflict, "{} exists already", uri(key));
    }
    if (condition.kind == io::Precondition::Kind::Version &&
        (found == objects_.end() || found->second.info.version != condition.version)) {
      return fail(ErrorCode::Conflict, "{} was changed meanwhile", uri(key));
    }
    ++writes_;
    const io::ObjectInfo info{key, bytes.size(), "v" + std::to_string(writes_), {writes_ * 1'000'000}};
    objects_[key] = {std::move(bytes), info};
    return info;
  }

  std::string name_;
  mutable std::mutex mutex_;
  std::map<std::string, Object> objects_;
  std::int64_t writes_ = 0;
};

}  // namespace weir::support
