// SPDX-License-Identifier: Apache-2.0
#include "app/new_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/text.h"

namespace weir::app {

namespace fs = std::filesystem;

namespace {

Result<void> write_text(const fs::path& path, std::string_view text) {
  TRY(make_folder(path.parent_path()));
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return fail(ErrorCode::PermissionDenied, "{} cannot be written", path.string());
  return {};
}

}  // namespace

Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    return fail(ErrorCode::PermissionDenied, "{} cannot be made: {}", path.string(), error.message());
  return {};
}

Result<void> write_new_files(const fs::path& folder, const std::vector<NewFile>& files) {
  std::vector<std::string> there;
  for (const auto& file : files) {
    std::error_code error;
    if (fs::exists(folder / file.path, error)) there.push_back(file.path);
  }
  if (!there.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "{} already has {}, and nothing is overwritten; choose another folder", folder.string(),
                join(there));
  }
  for (const auto& file : files) TRY(write_text(folder / file.path, file.text));
  return {};
}

Result<void> replace_files(const fs::path& folder, const std::vector<NewFile>& files) {
  for (const auto& file : files) {
    const auto path = folder / file.path;
    const auto draft = fs::path(fmt::format("{}.{}", path.string(), ::getpid()));
    TRY(write_text(draft, file.text));
    std::error_code error;
    fs::rename(draft, path, error);
    if (error)
      return fail(ErrorCode::PermissionDenied, "{} cannot be written: {}", path.string(), error.message());
  }
  return {};
}

Result<std::string> read_whole_file(const fs::path& path) {
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (!file || !fs::is_regular_file(path, error))
    return fail(ErrorCode::NotFound, "{} is no file that can be read", path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace weir::app
