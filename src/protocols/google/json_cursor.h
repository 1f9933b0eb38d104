// SPDX-License-Identifier: Apache-2.0
// JsonCursor: walks over JSON text without taking it apart as a whole, for answers of many megabytes.
// Whatever it steps over is checked only as far as it must be to find the end. Used here and by the
// bigquery connector. One thread; the text outlives it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::google {

class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  enum class Kind { Object, Array, String, Number, True, False, Null, Broken };
  /// Of the value under the cursor.
  Kind kind();
  /// Moves inside the object or array under the cursor.
  void enter();
  /// Moves to the value of the next member, or behind the object's end and says no. The key is as it is
  /// written between its quotes.
  bool next_member(std::string_view& key);
  /// Moves to the next element, or behind the array's end and says no.
  bool next_element();
  /// The value under the cursor as it is written; the cursor moves behind it.
  std::string_view take();

  /// Whether the text is no JSON, or ends too early. Then every other call gives nothing.
  bool is_broken() const { return is_broken_; }

 private:
  char here();
  bool step_into(char end);
  void skip_string();

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_broken_ = false;
};

/// The text of a string as take() gives it, with its quotes; empty when an escape is wrong.
std::string unquoted_json(std::string_view string);

}  // namespace weir::google
