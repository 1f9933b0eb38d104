// SPDX-License-Identifier: Apache-2.0
// Members of JSON that Looker wrote, without exceptions. Used by this folder. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace weir::looker {

/// A discarded value when the text is no JSON.
inline nlohmann::json parse_json(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false);
}

/// The member under a key; null when there is none.
inline const nlohmann::json& member_of(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

/// The text or the number under a key, ids come as both; empty when there is none.
inline std::string text_of(const nlohmann::json& object, const char* key) {
  const auto& value = member_of(object, key);
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? value.dump() : std::string();
}

inline bool flag_of(const nlohmann::json& object, const char* key) {
  const auto& value = member_of(object, key);
  return value.is_boolean() && value.get<bool>();
}

}  // namespace weir::looker
