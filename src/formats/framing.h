// SPDX-License-Identifier: Apache-2.0
// Finds record ends in bytes that start at a record. Used by the block reader and the CSV decoder's
// head. Values, one thread at a time.
#pragma once

#include <cstddef>
#include <string_view>

#include "formats/block_reader.h"

namespace weir::formats {

/// Scans growing bytes once: each call takes up where the last one stopped.
class RecordScanner {
 public:
  explicit RecordScanner(const Framing& framing) : framing_(framing) {}

  /// Scans `bytes`, which begin with those of the last call; all of them when `last`.
  void scan(std::string_view bytes, bool last);
  /// Behind the last record end that was seen; 0 when none was.
  std::size_t last_end() const { return last_end_; }
  /// Behind the first one.
  std::size_t first_end() const { return first_end_; }
  bool inside_quotes() const { return quoted_; }

 private:
  void scan_lines(std::string_view bytes);
  void scan_quoted(std::string_view bytes, bool last);
  void scan_escaped(std::string_view bytes, bool last);
  void note_newlines(std::string_view bytes, std::size_t from, std::size_t to);
  /// Moves behind the closing quote; false when the bytes end first.
  bool close_quote(std::string_view bytes, bool last);

  Framing framing_;
  std::size_t at_ = 0;
  std::size_t first_end_ = 0;
  std::size_t last_end_ = 0;
  bool quoted_ = false;
  bool field_starts_ = true;  // of Escaped: no byte of the field was seen
};

}  // namespace weir::formats
