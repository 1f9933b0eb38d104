// SPDX-License-Identifier: Apache-2.0
// The file in which a person mends quarantined rows: `quarantine show --export` writes it, `quarantine
// replay --from` reads it. Pure functions over text.
//
// A row is a line `#@ PARTITION LINE OFFSET INPUT`, which says where it came from, a line with the
// reason, and its bytes. Blanks in the names are %20. Other lines that begin with # are comments. Lines
// of a row that begin with # or \ have a \ in front.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/quarantine.h"

namespace weir::app {

/// A row as the person left it.
struct MendedRow {
  std::string partition;
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
  std::string input;
  std::string bytes;

  bool is(const std::string& of_partition, const state::QuarantinedRow& row) const {
    return partition == of_partition && input == row.input && line == row.line && offset == row.offset;
  }
};

/// The file's first lines, which explain it.
std::string mending_header(const std::string& pipeline, const std::string& file);
std::string mending_entry(const std::string& partition, const state::QuarantinedRow& row);
/// The rows of a file. DataMismatch names a line that cannot be understood.
Result<std::vector<MendedRow>> parse_mended(std::string_view text);

}  // namespace weir::app
