// SPDX-License-Identifier: Apache-2.0
// The words of the progress display. Pure: what is known goes in, lines of text come out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/terminal/style.h"

namespace weir::terminal {

/// How far the work is that one command has taken on.
struct ProgressState {
  std::string pipeline;
  std::vector<std::string> partitions;  ///< under way now
  std::size_t partitions_done = 0;
  std::size_t partitions_total = 0;
  std::size_t failed = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_total = 0;
  double seconds = 0;  ///< since the work began
  enum class Ending { None, Stopping } ending = Ending::None;
};

/// Two lines that fit the width.
std::vector<std::string> progress_lines(const ProgressState& state, const Style& style, std::size_t width);
/// "1.2 M", "850": a quantity that changes too fast to read all digits.
std::string short_count(double number);
/// "4 s", "2 min 5 s", "1 h 20 min".
std::string short_duration(double seconds);

}  // namespace weir::terminal
