// SPDX-License-Identifier: Apache-2.0
#include "execution/spill_folder.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <filesystem>

#include "state/process.h"

namespace weir::execution {
namespace {

namespace fs = std::filesystem;

/// Whether the process that "-4711-815-0" names, by number and start, is gone.
bool is_abandoned(const std::string& name, const std::string& boot_id) {
  long long pid = 0;
  unsigned long long ticks = 0;
  if (std::sscanf(name.c_str(), "-%lld-%llu-", &pid, &ticks) != 2) return false;
  return !state::is_running({pid, boot_id, ticks});
}

}  // namespace

SpillFolder SpillFolder::create(const std::string& prefix) {
  static std::atomic<unsigned> next = 0;
  static const auto self = state::current_process();
  std::error_code error;
  std::error_code ignored;
  for (fs::directory_iterator at(fs::path(prefix).parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    const auto path = at->path().string();
    if (!path.starts_with(prefix)) continue;
    if (is_abandoned(path.substr(prefix.size()), self.boot_id)) fs::remove_all(at->path(), ignored);
  }
  return SpillFolder(fmt::format("{}-{}-{}-{}", prefix, self.pid, self.started_ticks, next++));
}

SpillFolder::~SpillFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace weir::execution
