// SPDX-License-Identifier: Apache-2.0
// Writes JSON strings, for output that is built line by line. Used for events, quarantine files and
// `--json`. Pure. Reading JSON is the business of a real parser.
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Appends the text as a JSON string with its quotes. Well-formed UTF-8 reads back exactly; a byte
/// that is not part of it becomes U+FFFD, so that the result is always valid JSON.
void write_json_string(std::string& out, std::string_view text);

}  // namespace weir
