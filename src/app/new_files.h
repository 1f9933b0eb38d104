// SPDX-License-Identifier: Apache-2.0
// Files that a command makes in a project. Used by init, migrate and run. Functions without state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::app {

struct NewFile {
  std::string path;  ///< relative to the project
  std::string text;
};

Result<void> make_folder(const std::filesystem::path& path);
/// Writes none of them when one is there already.
Result<void> write_new_files(const std::filesystem::path& folder, const std::vector<NewFile>& files);
/// Writes them over what is there. A reader sees each as it was or as it will be.
Result<void> replace_files(const std::filesystem::path& folder, const std::vector<NewFile>& files);
/// NotFound when there is no such file.
Result<std::string> read_whole_file(const std::filesystem::path& path);

}  // namespace weir::app
