// SPDX-License-Identifier: Apache-2.0
#include "formats/csv_options.h"

#include "formats/encoding.h"

namespace weir::formats {

Result<void> check_csv_options(const CsvOptions& options) {
  const auto one_byte = [](std::string_view name, const std::string& value) -> Result<void> {
    if (value.size() == 1 && value != "\n" && value != "\r") return {};
    return fail(ErrorCode::InvalidConfig,
                "csv option `{}` must be one byte other than a line end, but is \"{}\"", name, value);
  };
  TRY(one_byte("delimiter", options.delimiter));
  if (!options.quote.empty()) {
    TRY(one_byte("quote", options.quote));
    TRY(one_byte("escape", options.escape));
    if (options.quote == options.delimiter || options.escape == options.delimiter) {
      return fail(ErrorCode::InvalidConfig, "csv options `quote` and `escape` must differ from `delimiter`");
    }
  }
  if (options.backslash == Backslash::Escape &&
      (options.delimiter == "\\" || options.quote == "\\" || options.escape == "\\")) {
    return fail(ErrorCode::InvalidConfig,
                "with the csv option `backslash: escape`, `delimiter`, `quote` and `escape` are other bytes");
  }
  if (!is_known_encoding(options.encoding)) {
    return fail(ErrorCode::InvalidConfig,
                "unknown csv encoding \"{}\"; use utf-8, latin1, windows-1252, utf-16, utf-16le or utf-16be",
                options.encoding);
  }
  if (options.field_count && *options.field_count < 1) {
    return fail(ErrorCode::InvalidConfig, "csv option `field_count` must be at least 1, but is {}",
                *options.field_count);
  }
  return {};
}

}  // namespace weir::formats
