// SPDX-License-Identifier: Apache-2.0
#include "state/process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace weir::state {
namespace {

std::string read_whole(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string boot_id() {
  auto text = read_whole("/proc/sys/kernel/random/boot_id");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// Field 22 of /proc/<pid>/stat (proc(5)); nothing when the process is gone or only a zombie. The
/// second field is a name in brackets that may hold blanks and brackets itself.
std::optional<std::uint64_t> start_of(std::int64_t pid) {
  const auto text = read_whole(fmt::format("/proc/{}/stat", pid));
  const auto bracket = text.rfind(')');
  if (bracket == text.npos) return std::nullopt;
  std::istringstream rest(text.substr(bracket + 1));
  std::string field;
  for (int number = 3; number <= 22 && rest >> field; ++number) {
    if (number == 3 && (field == "Z" || field == "X")) return std::nullopt;
  }
  std::uint64_t ticks = 0;
  std::istringstream(field) >> ticks;
  return ticks;
}

}  // namespace

Process current_process() {
  const auto pid = static_cast<std::int64_t>(::getpid());
  return {pid, boot_id(), start_of(pid).value_or(0)};
}

bool is_running(const Process& process) {
  if (process.pid <= 0 || process.boot_id != boot_id()) return false;
  return start_of(process.pid) == process.started_ticks;
}

}  // namespace weir::state
