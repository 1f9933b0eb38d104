// SPDX-License-Identifier: Apache-2.0
#include "app/json_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "base/json_text.h"

namespace weir::app {

void JsonWriter::separate() {
  if (json_.empty()) return;
  const char last = json_.back();
  if (last != '{' && last != '[' && last != ':') json_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  json_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  json_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  write_json_string(json_, name);
  json_ += ':';
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  write_json_string(json_, value);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  return raw(std::isfinite(number) ? fmt::format("{}", number) : "null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  json_ += json;
  return *this;
}

}  // namespace weir::app
