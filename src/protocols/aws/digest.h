// SPDX-License-Identifier: Apache-2.0
// Hashes and random names (OpenSSL). Used by this folder. Pure but for random_name(); thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace weir::aws {

/// 32 bytes.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// 32 hexadecimal digits that nobody else has.
std::string random_name();

}  // namespace weir::aws
