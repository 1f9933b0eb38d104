// SPDX-License-Identifier: Apache-2.0
// Takes fields off the front of a log line. Used by the access log decoder. Values.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace weir::formats {

class LogLine {
 public:
  explicit LogLine(std::string_view line) : rest_(line) {}

  /// Whether all fields were taken.
  bool empty() const { return rest_.empty(); }
  /// Up to the next blank.
  bool plain(std::string_view& field);
  /// Up to the blank before the next bracket: user names may hold blanks.
  bool before_bracket(std::string_view& field);
  /// What is between [ and ].
  bool bracketed(std::string_view& field);
  /// What is between quotes, escapes as written, or a plain field. The closing quote is one that is
  /// followed by a blank or the end and has no backslash before it.
  bool quoted(std::string_view& field);

 private:
  void take(std::size_t length, std::size_t skip);

  std::string_view rest_;
};

/// "17/May/2015:10:05:03 +0000", moved to UTC.
std::optional<Timestamp> parse_log_time(std::string_view text);

/// Undoes \" \\ \xHH \n \t \r \b \v as web servers write them. `to` has room for as many bytes.
std::size_t unescape_log(std::string_view text, char* to);
/// Writes bytes that are not UTF-8 as \xHH. `to` has room for four times as many bytes.
std::size_t escape_invalid(std::string_view text, char* to);

struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::string_view protocol;  ///< empty in HTTP/0.9
};
/// Nothing when the text is not the first line of a request.
std::optional<RequestLine> parse_request_line(std::string_view text);

}  // namespace weir::formats
