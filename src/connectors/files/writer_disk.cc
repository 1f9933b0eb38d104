// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/writer_disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir::files {
namespace {

namespace fs = std::filesystem;

// The umask takes away what is not wanted.
constexpr mode_t kFileMode = 0666;
constexpr mode_t kFolderMode = 0777;
// What is written in between goes to the disk while the next rows are worked on.
constexpr std::uint64_t kHandOnBytes = 16 << 20;

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
      return ErrorCode::Exhausted;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::PermissionDenied;
    case ENOENT:
      return ErrorCode::NotFound;
    case ENOTDIR:
    case EEXIST:
    case EISDIR:
    case ENAMETOOLONG:
    case EXDEV:
      return ErrorCode::InvalidConfig;
    default:
      return ErrorCode::Unavailable;
  }
}

Result<void> sync_and_close(int descriptor, const fs::path& path) {
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  const int not_closed = ::close(descriptor) == 0 ? 0 : errno;
  if (failed != 0) return disk_failure("write", path, failed);
  if (not_closed != 0) return disk_failure("write", path, not_closed);
  return {};
}

Result<void> sync_path(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return disk_failure("open", path, errno);
  return sync_and_close(descriptor, path);
}

bool is_current(int descriptor, const fs::path& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

Failure disk_failure(std::string_view action, const fs::path& path, int error_number) {
  return fail(code_of(error_number), "cannot {} '{}': {}", action, path.string(),
              std::strerror(error_number));
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return {};
  const auto parent = folder.parent_path();
  if (!parent.empty()) TRY(make_folder(parent));
  if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return disk_failure("create the folder", folder, errno);
  }
  if (!fs::is_directory(folder, ignored)) return disk_failure("create the folder", folder, ENOTDIR);
  return sync_folder(parent.empty() ? fs::path(".") : parent);
}

Result<void> sync_folder(const fs::path& folder) { return sync_path(folder, O_RDONLY | O_DIRECTORY); }

Result<void> sync_file(const fs::path& path) { return sync_path(path, O_RDONLY); }

Result<void> replace_file(const fs::path& path, std::string_view text) {
  auto next = path;
  next += ".next";
  auto file = TRY(OutputFile::create(next));
  TRY(file.write(text));
  TRY(file.close());
  TRY(move_file(next, path));
  return sync_folder(path.parent_path());
}

Result<std::optional<std::string>> read_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return disk_failure("read", path, errno);
  }
  std::string text;
  char piece[16384];
  ssize_t got = 0;
  while ((got = ::read(descriptor, piece, sizeof piece)) > 0)
    text.append(piece, static_cast<std::size_t>(got));
  const int failed = got < 0 ? errno : 0;
  ::close(descriptor);
  if (failed != 0) return disk_failure("read", path, failed);
  return std::optional(std::move(text));
}

Result<void> move_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return disk_failure("write", to, errno);
}

Result<void> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return disk_failure("remove", path, errno);
}

Result<DiskLock> DiskLock::wait_for(const fs::path& file) {
  while (true) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
    if (descriptor < 0) return disk_failure("open", file, errno);
    DiskLock lock(descriptor);
    while (::flock(descriptor, LOCK_EX) != 0) {
      if (errno != EINTR) return disk_failure("lock", file, errno);
    }
    // What was held may have been removed in between; then it protects nothing.
    if (is_current(descriptor, file)) return lock;
  }
}

Result<std::optional<DiskLock>> DiskLock::try_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return std::optional<DiskLock>();
  if (descriptor < 0) return disk_failure("open", folder, errno);
  DiskLock lock(descriptor);
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::optional<DiskLock>();
    if (errno != EINTR) return disk_failure("lock", folder, errno);
  }
  if (!is_current(descriptor, folder)) return std::optional<DiskLock>();
  return std::optional(std::move(lock));
}

DiskLock::~DiskLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::optional<HeldFolder>> HeldFolder::create(
    const fs::path& parent, const std::string& name,
    const std::function<Result<bool>(const std::string& name)>& is_needed) {
  TRY(make_folder(parent));
  std::error_code ignored;
  // A crash leaves a folder that nobody holds.
  for (fs::directory_iterator it(parent, ignored), end; !ignored && it != end; it.increment(ignored)) {
    if (TRY(is_needed(it->path().filename().string()))) continue;
    const auto lock = DiskLock::try_folder(it->path());
    if (lock.ok() && *lock) fs::remove_all(it->path(), ignored);
  }
  const auto path = parent / name;
  TRY(make_folder(path));
  auto lock = TRY(DiskLock::try_folder(path));
  if (!lock) return std::optional<HeldFolder>();
  return std::optional(HeldFolder(path, *std::move(lock)));
}

HeldFolder::~HeldFolder() {
  if (path_.empty() || at_end_ == AtEnd::Keep) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Result<OutputFile> OutputFile::create(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode);
  if (descriptor < 0) return disk_failure("create", path, errno);
  return OutputFile(path, descriptor);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> OutputFile::write(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return disk_failure("write", path_, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (size_ - handed_on_ >= kHandOnBytes) {
    // Only begins to write, so that little is left for close(), which also tells of what goes wrong.
    ::sync_file_range(descriptor_, static_cast<off_t>(handed_on_), static_cast<off_t>(size_ - handed_on_),
                      SYNC_FILE_RANGE_WRITE);
    handed_on_ = size_;
  }
  return {};
}

Result<void> OutputFile::close() {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  return sync_and_close(descriptor, path_);
}

}  // namespace weir::files
