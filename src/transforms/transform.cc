// SPDX-License-Identifier: Apache-2.0
#include "transforms/transform.h"

#include <array>

namespace weir::transforms {

std::string_view name(const Verb& verb) {
  constexpr std::array<std::string_view, std::variant_size_v<Verb>> kNames = {
      "select", "drop",        "rename", "snake_case", "cast", "unpack", "parse_url",
      "filter", "deduplicate", "mask",   "geocode",    "sql",  "add"};
  return kNames[verb.index()];
}

std::string_view name(const Check& check) {
  constexpr std::array<std::string_view, 3> kNames = {"not_null", "accepted_values", "expression"};
  return kNames[check.rule.index()];
}

}  // namespace weir::transforms
