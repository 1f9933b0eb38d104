// SPDX-License-Identifier: Apache-2.0
// LiveBlock: a few lines at the bottom of a terminal that are drawn again and again, and go away
// without a trace. Used by the progress display, one thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::terminal {

class LiveBlock {
 public:
  using Sink = std::function<void(std::string_view)>;

  explicit LiveBlock(Sink sink) : sink_(std::move(sink)) {}

  /// Replaces what was drawn before. Lines must not be wider than the screen.
  void draw(const std::vector<std::string>& lines);
  /// Prints text that stays, above the block.
  void print_above(std::string_view text);
  void erase() { draw({}); }

 private:
  std::string erasing() const;

  Sink sink_;
  std::vector<std::string> lines_;
};

}  // namespace weir::terminal
