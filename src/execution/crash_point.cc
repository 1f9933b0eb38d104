// SPDX-License-Identifier: Apache-2.0
#include "execution/crash_point.h"

#include <atomic>
#include <csignal>
#include <string>

namespace weir::execution {

void crash_point(std::string_view point, const io::Environment& environment) {
  const auto wanted = environment.get("WEIR_CRASH_AT");
  if (!wanted || !wanted->starts_with(point)) return;
  const std::string_view rest = std::string_view(*wanted).substr(point.size());
  if (!rest.empty() && rest.front() != ':') return;
  static std::atomic<int> passes = 0;
  const int wanted_pass = rest.empty() ? 1 : std::atoi(rest.data() + 1);
  if (++passes == wanted_pass) std::raise(SIGKILL);
}

}  // namespace weir::execution
