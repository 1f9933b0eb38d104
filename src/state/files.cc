// SPDX-License-Identifier: Apache-2.0
#include "state/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace weir::state {
namespace {

/// File systems take 255 bytes; suffixes need some of them.
constexpr std::size_t kLongestName = 200;

bool is_safe(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || (c == '.' && !first);
}

/// Whether a name ends in "%~" and a hash, and is as long as such names are.
bool is_cut(std::string_view name) {
  return name.size() == kLongestName && name.substr(kLongestName - 18, 2) == "%~";
}

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

ErrorCode code_of(int system_error) {
  switch (system_error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::Exhausted;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::PermissionDenied;
    case ENOENT:
      return ErrorCode::NotFound;
    default:
      return ErrorCode::Unavailable;
  }
}

}  // namespace

std::string safe_name(std::string_view text) {
  if (is_cut(text)) return std::string(text);
  std::string name;
  for (const char c : text) {
    if (is_safe(c, name.empty())) {
      name += c;
    } else {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (name.size() <= kLongestName) return name;
  return fmt::format("{}%~{:016x}", std::string_view(name).substr(0, kLongestName - 18), hash_of(text));
}

std::string text_of_name(std::string_view name) {
  if (is_cut(name)) return std::string(name);
  std::string text;
  for (std::size_t at = 0; at < name.size(); ++at) {
    unsigned char byte = 0;
    const auto digits = name.substr(at + 1, 2);
    if (name[at] == '%' &&
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16).ec == std::errc()) {
      text += static_cast<char>(byte);
      at += 2;
    } else {
      text += name[at];
    }
  }
  return text;
}

Failure file_failure(int system_error, std::string_view doing, const std::string& path) {
  const auto code = code_of(system_error);
  switch (code) {
    case ErrorCode::Exhausted:
      return fail(code, "{} {}: no space is left ({}); free some and run again", doing, path,
                  std::strerror(system_error));
    case ErrorCode::PermissionDenied:
      return fail(code, "{} {}: {}; give this user write access to its folder", doing, path,
                  std::strerror(system_error));
    default:
      return fail(code, "{} {}: {}", doing, path, std::strerror(system_error));
  }
}

Result<void> make_folders(const std::string& folder) {
  const int problem = make_private_folders(folder);
  if (problem != 0) return file_failure(problem, "making the folder", folder);
  return {};
}

int make_private_folders(const std::string& folder) {
  std::filesystem::path made;
  for (const auto& part : std::filesystem::path(folder)) {
    made /= part;
    std::error_code ignored;
    if (std::filesystem::is_directory(made, ignored)) continue;
    if (::mkdir(made.c_str(), S_IRWXU) != 0 && errno != EEXIST) return errno;
  }
  std::error_code problem;
  if (!std::filesystem::is_directory(folder, problem)) return problem ? problem.value() : ENOTDIR;
  return 0;
}

// There is no descriptor here, because closing one would drop SQLite's locks on the file.
void keep_private(const std::string& path) {
  constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
  std::error_code ignored;
  if (::mknod(path.c_str(), S_IFREG | kOwnerOnly, 0) != 0 && std::filesystem::is_regular_file(path, ignored))
    ::chmod(path.c_str(), kOwnerOnly);
}

Result<void> write_whole(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_failure(errno, "writing", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return file_failure(errno, "opening the folder", folder);
  const bool synced = ::fsync(file) == 0;
  const int problem = errno;
  ::close(file);
  if (!synced) return file_failure(problem, "syncing the folder", folder);
  return {};
}

}  // namespace weir::state
