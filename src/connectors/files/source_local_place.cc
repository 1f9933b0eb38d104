// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "connectors/files/source_paths.h"
#include "connectors/files/source_place.h"
#include "formats/file_input.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;

sdk::InputStamp stamp_of(const std::string& name, const formats::FileStamp& stamp) {
  return {name, stamp.size, fmt::format("{}", stamp.modified_ns)};
}

class LocalInput final : public StoredInput {
 public:
  explicit LocalInput(std::unique_ptr<formats::FileInput> file) : file_(std::move(file)) {}
  Result<std::size_t> read(char* to, std::size_t size) override { return file_->read(to, size); }
  std::uint64_t bytes_read() const override { return file_->bytes_read(); }

 private:
  std::unique_ptr<formats::FileInput> file_;
};

Failure cannot(std::string_view what, const std::string& path, int error) {
  const auto code = error == EACCES || error == EPERM    ? ErrorCode::PermissionDenied
                    : error == ENOSPC || error == EDQUOT ? ErrorCode::Exhausted
                    : error == ENOENT                    ? ErrorCode::NotFound
                                                         : ErrorCode::Unavailable;
  return fail(code, "{} cannot be {}: {}", path, what, std::strerror(error));
}

/// A file being written under a name that no listing shows, until it is complete.
class NewFile {
 public:
  explicit NewFile(std::string path)
      : path_(std::move(path)),
        hidden_(fs::path(path_).parent_path() /
                fmt::format(".{}.{}.part", fs::path(path_).filename().string(), ::getpid())) {}
  ~NewFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(hidden_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  Result<void> begin() {
    std::error_code error;
    fs::create_directories(fs::path(path_).parent_path(), error);
    if (!error) file_ = ::open(hidden_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) return cannot("written", path_, error ? error.value() : errno);
    return {};
  }
  Result<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::write(file_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return cannot("written", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }
  Result<void> finish() {
    if (::fsync(file_) != 0 || ::rename(hidden_.c_str(), path_.c_str()) != 0) {
      return cannot("written", path_, errno);
    }
    ::close(file_);
    file_ = -1;
    return {};
  }

 private:
  std::string path_;
  std::string hidden_;
  int file_ = -1;
};

class FileInPlace final : public FetchedFile {
 public:
  explicit FileInPlace(std::string path) : path_(std::move(path)) {}
  std::string path() const override { return path_; }

 private:
  std::string path_;
};

class LocalPlace final : public Place {
 public:
  explicit LocalPlace(std::string folder) : folder_(std::move(folder)) {}

  std::string name() const override { return folder_; }

  Result<void> check(const std::string& path) override {
    const auto fixed = fixed_folder(path);
    const bool is_whole = fixed == "." && !folder_.empty();
    const auto folder = is_whole ? folder_ : in_project(folder_, fixed);
    if (::access(folder.c_str(), R_OK | X_OK) == 0) return {};
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(
          ErrorCode::NotFound,
          "the folder {} of the path {} does not exist; make it, or correct `folder` of the connection "
          "or the path",
          folder, path);
    }
    return fail(ErrorCode::PermissionDenied,
                "the folder {} may not be listed by this user; grant read and search permission on it",
                folder);
  }

  Result<std::vector<std::string>> names(const std::string& path) override {
    return matching_files(folder_, path);
  }

  Result<std::vector<PlacedFile>> matching(const std::string& path) override {
    std::vector<PlacedFile> files;
    for (const auto& name : TRY(names(path))) files.push_back(TRY(stamp(name)));
    return files;
  }

  Result<std::vector<PlacedFile>> below(const std::string& prefix) override {
    const auto start = in_project(folder_, prefix.substr(0, prefix.rfind('/') + 1));
    std::vector<PlacedFile> files;
    std::error_code error;
    auto at = fs::recursive_directory_iterator(start.empty() ? "." : start, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      const bool hidden = at->path().filename().string().starts_with('.');
      if (hidden) at.disable_recursion_pending();
      if (hidden || !at->is_regular_file(error)) continue;
      const auto name =
          prefix.starts_with('/') ? at->path().string() : at->path().lexically_relative(folder_).string();
      if (name.starts_with(prefix)) files.push_back(TRY(stamp(name)));
    }
    if (error) return cannot("listed", start, error.value());
    std::sort(files.begin(), files.end(),
              [](const auto& one, const auto& other) { return one.stamp.name < other.stamp.name; });
    return files;
  }

  Result<std::optional<PlacedFile>> find(const std::string& name) override {
    auto found = stamp(name);
    if (!found.ok() && found.error().code() == ErrorCode::NotFound) return std::optional<PlacedFile>();
    return TRY(std::move(found));
  }

  Result<std::unique_ptr<StoredInput>> open(const sdk::InputStamp& stamp,
                                            formats::ContentHash* hash) override {
    auto file = TRY(formats::FileInput::open(path_of(stamp.name), hash));
    const auto found = stamp_of(stamp.name, file->stamp());
    if (found.size != stamp.size || found.version != stamp.version) {
      return fail(ErrorCode::Conflict, "{} changed since it was listed; run again", stamp.name);
    }
    return std::make_unique<LocalInput>(std::move(file));
  }

  Result<std::unique_ptr<FetchedFile>> fetch(const sdk::InputStamp& stamp,
                                             formats::ContentHash& hash) override {
    const auto input = TRY(open(stamp, &hash));
    std::vector<char> buffer(std::size_t{256} << 10U);
    while (TRY(input->read(buffer.data(), buffer.size())) > 0) {
    }
    return std::make_unique<FileInPlace>(path_of(stamp.name));
  }

  Result<void> copy(const std::string& from, const std::string& to) override {
    auto source = TRY(formats::FileInput::open(path_of(from), nullptr));
    NewFile target(path_of(to));
    TRY(target.begin());
    std::vector<char> buffer(std::size_t{1} << 20);
    while (const auto count = TRY(source->read(buffer.data(), buffer.size()))) {
      TRY(target.write({buffer.data(), count}));
    }
    return target.finish();
  }

  Result<void> remove(const std::string& name) override {
    const auto path = path_of(name);
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return cannot("removed", path, errno);
  }

  Result<void> write(const std::string& name, const std::string& text) override {
    NewFile target(path_of(name));
    TRY(target.begin());
    TRY(target.write(text));
    return target.finish();
  }

 private:
  std::string path_of(const std::string& name) const { return in_project(folder_, name); }

  Result<PlacedFile> stamp(const std::string& name) const {
    const auto stamp = TRY(formats::stamp_file(path_of(name)));
    return PlacedFile{stamp_of(name, stamp), Timestamp{stamp.modified_ns / 1000}};
  }

  std::string folder_;
};

}  // namespace

std::shared_ptr<Place> make_local_place(const std::string& folder) {
  return std::make_shared<LocalPlace>(folder);
}

}  // namespace weir::files
