// SPDX-License-Identifier: Apache-2.0
// How delimited text is written down. Used by the CSV decoder and configured by sources.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace weir::formats {

struct CsvOptions {
  std::string delimiter = ",";
  std::string quote = "\"";   ///< empty: quotes mean nothing
  std::string escape = "\"";  ///< inside quotes: the quote itself (doubled), or a backslash
  bool header = true;
  /// Unquoted text that stands for null. Without it an empty unquoted field does.
  std::optional<std::string> null_text;
  std::string encoding = "utf-8";  ///< or latin1, utf-16, utf-16le, utf-16be
};

/// Whether the options can be understood; says what is expected.
Result<void> check_csv_options(const CsvOptions& options);

}  // namespace weir::formats
