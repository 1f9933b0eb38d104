// SPDX-License-Identifier: Apache-2.0
// Base 64 (RFC 4648, with padding) for bytes in a quarantine file. For this folder only. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::state {

std::string to_base64(std::string_view bytes);
/// Nothing when the text is not what to_base64 writes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace weir::state
