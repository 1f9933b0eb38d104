// SPDX-License-Identifier: Apache-2.0
// Small text helpers that several folders need. Pure functions.
// Admission test: used by two folders, no dependency, no locale.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The candidate that a person most likely meant, or nothing when none is near. Case is ignored.
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

std::string join(std::span<const std::string> items, std::string_view separator = ", ");
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);

/// The documented snake_case rule: an underscore before every capital letter that follows a lower
/// case letter or digit, or that starts a word after a run of capitals; then lower case. Every
/// other character that is not a letter, digit or underscore becomes one underscore.
/// "remoteIp" -> "remote_ip", "remoteIP" -> "remote_ip", "HTTPStatus" -> "http_status".
std::string snake_case(std::string_view text);

/// 0 to 15; -1 when the character is no hexadecimal digit.
int hex_digit(char c);

/// Whether the bytes are well-formed UTF-8.
bool is_utf8(std::string_view bytes);

/// "12,345,678".
std::string with_thousands(std::uint64_t number);
/// "1 row", "2,300 rows": a number with its word. `many` is the word for all numbers but one, `one` with
/// an s unless it is given.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many = {});
/// "1.2 GB", "340 kB": decimal units, as disks are sold.
std::string human_bytes(std::uint64_t bytes);
/// An SQL string literal: quotes doubled.
std::string sql_literal(std::string_view text);
/// An SQL identifier: in double quotes, inner ones doubled.
std::string sql_identifier(std::string_view text);

}  // namespace weir
