// SPDX-License-Identifier: Apache-2.0
#include "formats/file_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir::formats {
namespace {

FileStamp stamp_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          static_cast<std::uint64_t>(status.st_ino)};
}

Failure system_failure(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCode::NotFound, "{} does not exist; check the source's path", path);
    case EACCES:
    case EPERM:
      return fail(ErrorCode::PermissionDenied,
                  "{} may not be read by this user; grant read permission on the file and "
                  "search permission on its folders",
                  path);
    default:
      return fail(ErrorCode::Unavailable, "{} cannot be read: {}", path, std::strerror(error));
  }
}

Result<void> require_regular(const std::string& path, const struct stat& status) {
  if (S_ISREG(status.st_mode)) return {};
  if (S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::Unsupported,
                "{} is a folder, not a file; end the source's path with a pattern such as {}/*", path, path);
  }
  return fail(ErrorCode::Unsupported, "{} is not a regular file; only regular files can be read twice", path);
}

}  // namespace

Result<FileStamp> stamp_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_failure(path, errno);
  TRY(require_regular(path, status));
  return stamp_of(status);
}

Result<std::unique_ptr<FileInput>> FileInput::open(const std::string& path, ContentHash* hash) {
  // A FIFO would block an open without O_NONBLOCK before it can be seen to be one.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return system_failure(path, errno);
  struct stat status {};
  if (::fstat(file, &status) != 0) {
    const int error = errno;
    ::close(file);
    return system_failure(path, error);
  }
  if (auto regular = require_regular(path, status); !regular.ok()) {
    ::close(file);
    return Failure(std::move(regular).error());
  }
  return std::unique_ptr<FileInput>(new FileInput(path, file, stamp_of(status), hash));
}

FileInput::~FileInput() { ::close(file_); }

Result<std::size_t> FileInput::read(char* to, std::size_t size) {
  if (ended_) return std::size_t{0};
  ssize_t count = -1;
  do {
    count = ::read(file_, to, size);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return system_failure(path_, errno);
  if (count == 0) {
    TRY(verify());
    ended_ = true;
    if (hash_ != nullptr) hash_->end_input();
    return std::size_t{0};
  }
  bytes_read_ += static_cast<std::uint64_t>(count);
  if (hash_ != nullptr) hash_->update({to, static_cast<std::size_t>(count)});
  return static_cast<std::size_t>(count);
}

Result<void> FileInput::verify() const {
  // The open file tells of writes and truncation, the path of a file put in its place.
  struct stat opened {};
  struct stat named {};
  const bool same = ::fstat(file_, &opened) == 0 && ::stat(path_.c_str(), &named) == 0 &&
                    stamp_of(opened) == stamp_ && stamp_of(named) == stamp_ && bytes_read_ == stamp_.size;
  if (same) return {};
  return fail(ErrorCode::Conflict, "{} changed while it was read; run again", path_);
}

}  // namespace weir::formats
