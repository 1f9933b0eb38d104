// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/errors.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "base/text.h"

namespace weir::sqlite {
namespace {

std::string command_of(const std::string& process) {
  std::string command;
  std::getline(std::ifstream("/proc/" + process + "/comm"), command);
  return command;
}

/// "fe:00:1234" as /proc/locks writes a file; empty when there is no such file.
std::string lock_name_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
}

Error busy(const std::string& path) {
  const auto holders = lock_holders(path);
  return {ErrorCode::Unavailable,
          fmt::format("{} is locked by {}; close it, or raise busy_timeout to wait longer", path,
                      holders.empty() ? "another program" : holders)};
}

Error cannot_open(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto folder = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
  if (::access(folder.c_str(), F_OK) != 0) {
    return {ErrorCode::NotFound, fmt::format("the folder of {} does not exist; create it", path)};
  }
  return {
      ErrorCode::PermissionDenied,
      fmt::format("{} cannot be opened; check that it is a file and that its folder can be written", path)};
}

}  // namespace

// Reading /proc/locks instead of asking fcntl(F_GETLK): opening and closing the file a second time
// would drop the locks that SQLite holds in this process (https://www.sqlite.org/howtocorrupt.html).
std::string lock_holders(const std::string& path) {
  std::set<std::string> files;
  for (const auto* suffix : {"", "-shm"}) {
    if (auto file = lock_name_of(path + suffix); !file.empty()) files.insert(std::move(file));
  }
  std::set<std::string> holders;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // "1: POSIX  ADVISORY  WRITE 4711 fe:00:1234 120 120"; waiting requests have "->" in between.
    std::istringstream words(line);
    std::string number, kind, advisory, mode, process, file;
    words >> number >> kind >> advisory >> mode >> process >> file;
    if (kind == "->" || !files.contains(file) || process == std::to_string(::getpid())) continue;
    holders.insert(fmt::format("process {} ({})", process, command_of(process)));
  }
  return join(std::vector<std::string>(holders.begin(), holders.end()));
}

Error error_for(int code, std::string_view message, const std::string& path) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
      return busy(path);
    case SQLITE_LOCKED:
      return {ErrorCode::Conflict, fmt::format("{} is in use by this process: {}", path, message)};
    case SQLITE_FULL:
      return {ErrorCode::Exhausted,
              fmt::format("disk full: {} could not grow; free some space and run again", path)};
    case SQLITE_NOMEM:
      return {ErrorCode::Exhausted, fmt::format("memory ran out while writing {}", path)};
    case SQLITE_IOERR:
      return {
          ErrorCode::Unavailable,
          fmt::format("the disk failed at {}: {} (code {}); look at the system's log", path, message, code)};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::PermissionDenied,
              fmt::format("{} cannot be written ({}); grant write access to the file and its folder", path,
                          message)};
    case SQLITE_CANTOPEN:
      return cannot_open(path);
    case SQLITE_NOTADB:
      return {ErrorCode::InvalidConfig,
              fmt::format("{} is not a SQLite database; choose another path", path)};
    case SQLITE_CORRUPT:
      return {ErrorCode::DataMismatch,
              fmt::format("{} is damaged ({}); check it with: sqlite3 {} 'PRAGMA integrity_check'", path,
                          message, path)};
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return {ErrorCode::DataMismatch, fmt::format("{}: {}", path, message)};
    case SQLITE_INTERRUPT:
      return {ErrorCode::Cancelled, fmt::format("writing {} was interrupted", path)};
    default:
      return {ErrorCode::Internal, fmt::format("{}: {} (SQLite code {})", path, message, code)};
  }
}

Error error_of(sqlite3* database) {
  const char* path = sqlite3_db_filename(database, "main");
  return error_for(sqlite3_extended_errcode(database), sqlite3_errmsg(database), path == nullptr ? "" : path);
}

}  // namespace weir::sqlite
