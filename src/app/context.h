// SPDX-License-Identifier: Apache-2.0
// What a command gets from outside. Made by program.cc, or by a test.
#pragma once

#include <atomic>
#include <string>

#include "app/console.h"
#include "io/clock.h"
#include "io/environment.h"

namespace weir::app {

/// The options that every command understands.
struct GlobalOptions {
  std::string project;  ///< empty: the nearest weir.yaml from the working folder upwards
  bool json = false;
  bool no_color = false;
  bool quiet = false;
  bool verbose = false;
};

struct Context {
  Console& console;
  const io::Environment& environment;
  const io::Clock& clock;
  const std::atomic<bool>& cancelled;
  std::string working_folder;
  GlobalOptions global{};
};

}  // namespace weir::app
