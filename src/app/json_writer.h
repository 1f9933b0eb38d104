// SPDX-License-Identifier: Apache-2.0
// JsonWriter: builds one JSON document from front to back, for `--json`. Used by the commands.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace weir::app {

/// Calls follow the document's order; commas are put by themselves. `key` names the next value.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& time(Timestamp value) { return text(to_string(value)); }
  JsonWriter& null() { return raw("null"); }
  template <std::integral Number>
  JsonWriter& value(Number number) {
    if constexpr (std::same_as<Number, bool>)
      return raw(number ? "true" : "false");
    else
      return raw(std::to_string(number));
  }
  JsonWriter& value(double number);
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json);

  const std::string& result() const { return json_; }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string json_;
};

}  // namespace weir::app
