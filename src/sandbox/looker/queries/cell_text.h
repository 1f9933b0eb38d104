// SPDX-License-Identifier: Apache-2.0
// Cells as text: JSON values, and what stands in lines. Used by the writers. Pure.
#pragma once

#include <string>

#include "sandbox/looker/queries/writer.h"

namespace weir::sandbox::looker {

enum class FlagStyle { Words, Booleans };  ///< "Yes" or true

void write_json_value(const Value& value, FlagStyle flags, Formatting formatting, std::string& out);
/// Empty for nothing.
void write_plain(const Value& value, Formatting formatting, std::string& out);

}  // namespace weir::sandbox::looker
