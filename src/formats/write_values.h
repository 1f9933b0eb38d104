// SPDX-License-Identifier: Apache-2.0
// Writes single values as text, the same in every text format. Only the writers of this folder
// include it. Each function writes at `out`, where a fixed-width value has room for kMaxFixedText, and
// returns the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace weir::formats {

/// The most bytes that a value of a fixed-width type takes.
inline constexpr std::size_t kMaxFixedText = 48;

char* write_boolean(bool value, char* out);
char* write_integer(std::int64_t value, char* out);
/// Whether JSON knows the number decides about quotes there: NaN and infinities are words.
char* write_double(double value, char* out);
/// "2022-01-24T10:05:03.25Z"; years before 0 or after 9999 with a sign and six digits.
char* write_timestamp(Timestamp time, char* out);
/// "2022-01-24 10:05:03.25"; other years as write_timestamp() does.
char* write_sql_time(Timestamp time, char* out);
char* write_date(Date date, char* out);

inline std::size_t base64_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }
char* write_base64(std::string_view bytes, char* out);

}  // namespace weir::formats
