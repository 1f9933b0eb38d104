// SPDX-License-Identifier: Apache-2.0
#include "state/partition_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/text.h"
#include "state/files.h"

namespace weir::state {
namespace {

constexpr std::size_t kLongestLockName = 240;
constexpr std::size_t kHolderBytes = 64;

/// "request_logs@2022-01-24.lock". Safe names hold no '@', so different pairs have different names.
std::string lock_name(const std::string& pipeline, const std::string& partition) {
  const auto name = safe_name(pipeline) + "@" + safe_name(partition);
  return (name.size() <= kLongestLockName ? name : safe_name(name)) + ".lock";
}

/// "process 4711 since 10:02:11Z", from "4711 2022-01-24T10:02:11Z" in the file. The holder writes
/// that a moment after it has the lock, so it may not be there yet.
std::string holder(int file, Timestamp now) {
  char bytes[kHolderBytes];
  const auto length = ::pread(file, bytes, sizeof bytes, 0);
  const auto words =
      split(trim(std::string_view(bytes, length < 0 ? 0 : static_cast<std::size_t>(length))), ' ');
  const auto since = words.size() == 2 ? parse_timestamp(words[1]) : std::nullopt;
  if (!since) return "another process";
  const bool today = day_of(*since) == day_of(now);
  return fmt::format("process {} since {}", words[0], today ? words[1].substr(11) : words[1]);
}

/// Blanks to a fixed length cover what a killed holder left. Cutting the file would do so too, but
/// makes some file systems flush it when it is closed, which takes milliseconds.
Result<void> write_holder(int file, const std::string& path, Timestamp now) {
  const Timestamp second{now.micros - now.micros % 1'000'000};
  const auto text = fmt::format("{} {}", ::getpid(), to_string(second));
  return write_whole(file, fmt::format("{:<{}}\n", text, kHolderBytes - 1), path);
}

/// Whether the locked file is still the one that others find under its name.
bool is_current(int file, const std::string& path) {
  struct stat locked;
  struct stat named;
  return ::fstat(file, &locked) == 0 && ::stat(path.c_str(), &named) == 0 && locked.st_ino == named.st_ino &&
         locked.st_dev == named.st_dev;
}

}  // namespace

Result<PartitionLock> PartitionLock::acquire(const std::string& folder, const std::string& pipeline,
                                             const std::string& partition, Timestamp now) {
  const auto locks = folder + "/locks";
  TRY(make_folders(locks));
  const auto path = locks + "/" + lock_name(pipeline, partition);
  while (true) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return file_failure(errno, "opening the lock", path);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      const int problem = errno;
      const auto who = holder(file, now);
      ::close(file);
      if (problem != EWOULDBLOCK) return file_failure(problem, "locking", path);
      return fail(ErrorCode::Conflict, "partition {} of {} is being loaded by {}; wait for it or stop it",
                  partition, pipeline, who);
    }
    // A holder that removed the file between our open() and flock() left us a lock on nothing.
    if (!is_current(file, path)) {
      ::close(file);
      continue;
    }
    PartitionLock lock(path, file);
    TRY(write_holder(file, path, now));
    return lock;
  }
}

PartitionLock::~PartitionLock() {
  if (file_ < 0) return;
  ::unlink(path_.c_str());
  ::close(file_);
}

}  // namespace weir::state
