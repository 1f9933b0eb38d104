// SPDX-License-Identifier: Apache-2.0
// Walks over one JSON value whose structure was indexed with vector instructions, checking the
// grammar on the way. Used by the JSON lines decoder and by inference. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir::formats {

enum class JsonKind { Object, Array, String, Number, True, False, Null };

/// A value as it stands in the text. For strings `text` is what lies between the quotes.
struct JsonValue {
  JsonKind kind = JsonKind::Null;
  std::string_view text;
};

/// A cursor over the tokens of one line. Every function that returns bool returns false on text
/// that is not JSON; problem() then says what is wrong and the line is to be given up.
class JsonLine {
 public:
  JsonLine();
  ~JsonLine();
  JsonLine(JsonLine&&) noexcept;
  JsonLine& operator=(JsonLine&&) noexcept;

  /// Indexes a line; it must be followed by kPadding readable bytes.
  bool start(std::string_view line);

  /// The kind of the value under the cursor, by its first byte.
  bool peek(JsonKind& kind);
  /// Reads a string, number or atom and moves behind it.
  bool scalar(JsonValue& value);
  /// Moves behind a value of any kind; `text` is as written, quotes included.
  bool skip(std::string_view& text);
  /// Moves behind the `{`; then next_key() until it gives `more` = false behind the `}`.
  bool enter_object();
  /// `key` is what lies between the quotes, escapes and all.
  bool next_key(std::string_view& key, bool& more);
  /// Whether nothing but blanks follows.
  bool finish();

  /// Where the cursor stands, to take the text of a value that is walked through.
  const char* position() const { return base_ + *at_; }
  /// Behind the token that was read last.
  const char* behind_last() const { return base_ + at_[-1] + 1; }

  const std::string& problem() const { return problem_; }
  /// Gives up with a problem of the caller's.
  bool give_up(std::string problem);

 private:
  struct Index;

  char here() const { return base_[*at_]; }
  bool expected(std::string_view what);
  bool string(std::string_view& text);
  bool word(JsonValue& value);
  bool skip_nested(int depth);

  std::unique_ptr<Index> index_;
  const char* base_ = nullptr;
  const std::uint32_t* at_ = nullptr;
  const std::uint32_t* end_ = nullptr;
  std::size_t length_ = 0;
  bool first_key_ = false;
  std::string problem_;
};

/// Whether the escapes of a string's inside are right.
bool has_valid_escapes(std::string_view inside);
/// Writes the string's text to `to`, which has room for as many bytes as `inside`, and gives its
/// size; npos when an escape is wrong or names half a surrogate pair.
std::size_t unescape_json(std::string_view inside, char* to);

}  // namespace weir::formats
