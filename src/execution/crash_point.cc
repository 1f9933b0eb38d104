// SPDX-License-Identifier: Apache-2.0
#include "execution/crash_point.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace weir::execution {
namespace {

/// Whether `wanted` is this pass of the point; counts the passes of the point it names.
bool is_reached(const std::string& wanted, std::string_view point, std::atomic<int>& passes) {
  const auto colon = wanted.find(':');
  if (std::string_view(wanted).substr(0, colon) != point) return false;
  return ++passes == (colon == wanted.npos ? 1 : std::atoi(wanted.c_str() + colon + 1));
}

}  // namespace

void crash_point(std::string_view point, const io::Environment& environment) {
  static std::atomic<int> passes = 0;
  if (const auto wanted = environment.get("WEIR_CRASH_AT")) {
    if (is_reached(*wanted, point, passes)) std::raise(SIGKILL);
  } else if (const auto interrupt = environment.get("WEIR_INTERRUPT_AT")) {
    if (is_reached(*interrupt, point, passes)) std::raise(SIGINT);
  }
}

}  // namespace weir::execution
