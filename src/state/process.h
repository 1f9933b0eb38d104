// SPDX-License-Identifier: Apache-2.0
// Which process does something, in a way that survives reuse of process numbers and reboots.
#pragma once

#include <cstdint>
#include <string>

namespace weir::state {

/// A process of this machine. The start time tells it from a later one of the same number.
struct Process {
  std::int64_t pid = 0;
  std::string boot_id;              ///< of the kernel that runs it
  std::uint64_t started_ticks = 0;  ///< clock ticks since that boot

  bool operator==(const Process&) const = default;
};

Process current_process();
/// Whether exactly this process still runs. A process of another machine or container counts as
/// gone; recording its end later is still allowed.
bool is_running(const Process& process);

}  // namespace weir::state
