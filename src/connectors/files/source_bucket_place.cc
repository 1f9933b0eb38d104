// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "connectors/files/source_paths.h"
#include "connectors/files/source_place.h"
#include "io/object_reader.h"

namespace weir::files {
namespace {

PlacedFile placed(const io::ObjectInfo& object) {
  return {{object.key, object.size, object.version}, object.modified};
}

class ObjectInput final : public StoredInput {
 public:
  ObjectInput(io::ObjectStore& store, std::unique_ptr<io::ObjectReader> reader, io::ObjectInfo object,
              formats::ContentHash* hash)
      : store_(store), reader_(std::move(reader)), object_(std::move(object)), hash_(hash) {}

  Result<std::size_t> read(char* to, std::size_t size) override {
    if (ended_) return std::size_t{0};
    const auto count = TRY(reader_->read(to, size));
    bytes_read_ += count;
    if (hash_ != nullptr) hash_->update({to, count});
    if (count > 0) return count;
    if (bytes_read_ != object_.size) {
      return fail(ErrorCode::Conflict, "{} changed while it was read: {} bytes came of {}; run again",
                  store_.uri(object_.key), bytes_read_, object_.size);
    }
    TRY(check_version());
    ended_ = true;
    if (hash_ != nullptr) hash_->end_input();
    return std::size_t{0};
  }
  std::uint64_t bytes_read() const override { return bytes_read_; }

 private:
  /// What was fetched ahead is of one version, but that may have been replaced since.
  Result<void> check_version() const {
    const auto now = store_.head(object_.key);
    const bool is_gone = !now.ok() && now.error().code() == ErrorCode::NotFound;
    if (!now.ok() && !is_gone) return Failure(now.error());
    if (!is_gone && now->version == object_.version) return {};
    return fail(ErrorCode::Conflict, "{} {} while it was read; run again", store_.uri(object_.key),
                is_gone ? "was removed" : "changed");
  }

  io::ObjectStore& store_;
  std::unique_ptr<io::ObjectReader> reader_;
  io::ObjectInfo object_;
  formats::ContentHash* hash_;
  std::uint64_t bytes_read_ = 0;
  bool ended_ = false;
};

/// An object's bytes in a file without a name, which no crash can leave behind.
class SpooledObject final : public FetchedFile {
 public:
  ~SpooledObject() override {
    if (file_ >= 0) ::close(file_);
  }
  SpooledObject() = default;
  SpooledObject(const SpooledObject&) = delete;
  SpooledObject& operator=(const SpooledObject&) = delete;

  Result<void> take(StoredInput& input) {
    std::error_code error;
    const auto folder = std::filesystem::temp_directory_path(error);
    if (!error) file_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file_ < 0) return cannot_spool(error ? error.value() : errno);
    std::vector<char> buffer(std::size_t{1} << 20U);
    while (const auto count = TRY(input.read(buffer.data(), buffer.size()))) {
      std::string_view rest(buffer.data(), count);
      while (!rest.empty()) {
        const auto written = ::write(file_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return cannot_spool(errno);
        rest.remove_prefix(static_cast<std::size_t>(written));
      }
    }
    return {};
  }
  std::string path() const override { return fmt::format("/proc/self/fd/{}", file_); }

 private:
  static Failure cannot_spool(int error) {
    return fail(error == ENOSPC ? ErrorCode::Exhausted : ErrorCode::Unavailable,
                "an object cannot be kept in the folder for temporary files: {}; set TMPDIR to another one",
                std::strerror(error));
  }

  int file_ = -1;
};

class BucketPlace final : public Place {
 public:
  explicit BucketPlace(std::unique_ptr<io::ObjectStore> store) : store_(std::move(store)) {}

  std::string name() const override { return store_->uri(""); }

  Result<void> check(const std::string& path) override {
    TRY(store_->list(fixed_prefix(path), ""));
    return {};
  }

  Result<std::vector<std::string>> names(const std::string& path) override {
    std::vector<std::string> names;
    for (auto& file : TRY(matching(path))) names.push_back(std::move(file.stamp.name));
    return names;
  }

  Result<std::vector<PlacedFile>> matching(const std::string& path) override {
    std::vector<PlacedFile> files;
    const auto prefix = fixed_prefix(path);
    if (prefix == path) {
      if (auto file = TRY(find(path))) files.push_back(*std::move(file));
      return files;
    }
    for (auto& file : TRY(below(prefix))) {
      if (file.stamp.name == path) return std::vector<PlacedFile>{std::move(file)};
      if (::fnmatch(path.c_str(), file.stamp.name.c_str(), FNM_PATHNAME | FNM_PERIOD) != 0) continue;
      files.push_back(std::move(file));
    }
    return files;
  }

  Result<std::vector<PlacedFile>> below(const std::string& prefix) override {
    std::vector<PlacedFile> files;
    for (const auto& object : TRY(io::list_all(*store_, prefix))) {
      // An empty object with a slash at its end stands for a folder.
      if (!object.key.ends_with('/')) files.push_back(placed(object));
    }
    return files;
  }

  Result<std::optional<PlacedFile>> find(const std::string& name) override {
    auto found = store_->head(name);
    if (found.ok()) return std::optional<PlacedFile>(placed(*found));
    if (found.error().code() == ErrorCode::NotFound) return std::optional<PlacedFile>();
    return Failure(std::move(found).error());
  }

  Result<std::unique_ptr<StoredInput>> open(const sdk::InputStamp& stamp,
                                            formats::ContentHash* hash) override {
    const io::ObjectInfo object{stamp.name, stamp.size, stamp.version, {}};
    auto reader = TRY(io::ObjectReader::open(*store_, object));
    return std::make_unique<ObjectInput>(*store_, std::move(reader), object, hash);
  }

  Result<std::unique_ptr<FetchedFile>> fetch(const sdk::InputStamp& stamp,
                                             formats::ContentHash& hash) override {
    const auto input = TRY(open(stamp, &hash));
    auto spooled = std::make_unique<SpooledObject>();
    TRY(spooled->take(*input).within("fetching " + store_->uri(stamp.name)));
    return std::unique_ptr<FetchedFile>(std::move(spooled));
  }

  Result<void> copy(const std::string& from, const std::string& to) override {
    TRY(store_->copy(from, to));
    return {};
  }
  Result<void> remove(const std::string& name) override { return store_->remove(name); }
  Result<void> write(const std::string& name, const std::string& text) override {
    TRY(store_->put(name, text, {.content_type = "application/json"}));
    return {};
  }

 private:
  std::unique_ptr<io::ObjectStore> store_;
};

}  // namespace

std::shared_ptr<Place> make_bucket_place(std::unique_ptr<io::ObjectStore> store) {
  return std::make_shared<BucketPlace>(std::move(store));
}

}  // namespace weir::files
