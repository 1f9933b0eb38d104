// SPDX-License-Identifier: Apache-2.0
#include "sandbox/gcs/fields.h"

#include "base/text.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::gcs {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 16;

/// Where the first part of the list ends: at a comma outside of parentheses.
std::size_t end_of_part(std::string_view fields) {
  int depth = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i] == '(') ++depth;
    if (fields[i] == ')') --depth;
    if (depth < 0) break;
    if (fields[i] == ',' && depth == 0) return i;
  }
  if (depth != 0) throw Refusal{400, "invalidParameter", "Invalid field selection", "fields"};
  return fields.size();
}

/// "items(a,b)" is "items" and "a,b"; "items/a" is "items" and "a"; "items" is "items" and "*".
std::pair<std::string_view, std::string_view> name_and_rest(std::string_view part) {
  const std::size_t end = part.find_first_of("(/");
  if (end == std::string_view::npos) return {part, "*"};
  std::string_view rest = part.substr(end + 1);
  if (part[end] == '(') rest.remove_suffix(1);
  return {part.substr(0, end), rest};
}

Json select(const Json& value, std::string_view fields, int depth) {
  if (fields == "*" || depth > kDeepest) return value;
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& element : value) list.push_back(select(element, fields, depth + 1));
    return list;
  }
  if (!value.is_object()) return value;
  Json kept = Json::object();
  while (!fields.empty()) {
    const std::size_t end = end_of_part(fields);
    const auto [name, rest] = name_and_rest(trim(fields.substr(0, end)));
    fields.remove_prefix(std::min(fields.size(), end + 1));
    const auto found = value.find(std::string(name));
    if (found != value.end()) kept[std::string(name)] = select(*found, rest, depth + 1);
  }
  return kept;
}

}  // namespace

Json select_fields(const Json& value, std::string_view fields) { return select(value, fields, 0); }

}  // namespace weir::sandbox::gcs
