// SPDX-License-Identifier: Apache-2.0
// The program from its arguments to its exit code. Called by main(), and by tests with a world of
// their own.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "app/console.h"
#include "io/clock.h"
#include "io/environment.h"

namespace weir::app {

struct World {
  std::vector<std::string> arguments;  ///< without the program's name
  Console::Sink out;
  Console::Sink err;
  const io::Environment& environment;
  const io::Clock& clock;
  const std::atomic<bool>& cancelled;
  std::string working_folder;
  enum class Stream { Pipe, Terminal };
  Stream out_stream = Stream::Pipe;
  Stream err_stream = Stream::Pipe;
  std::size_t width = 0;  ///< of the terminal; 0: not known
};

int run_program(const World& world);

/// The same in this process: its streams, clock, environment and signals.
int run_process(int argc, char** argv);

}  // namespace weir::app
