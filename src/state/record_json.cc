// SPDX-License-Identifier: Apache-2.0
#include "state/record_json.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_text.h"

namespace weir::state {
namespace {

using model::RowCounts;

constexpr std::array<std::pair<std::string_view, std::uint64_t RowCounts::*>, 6> kFields = {{
    {"read", &RowCounts::read},
    {"added", &RowCounts::added},
    {"loaded", &RowCounts::loaded},
    {"filtered", &RowCounts::filtered},
    {"deduplicated", &RowCounts::deduplicated},
    {"quarantined", &RowCounts::quarantined},
}};

nlohmann::json parse_json(std::string_view text) {
  return nlohmann::json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
}

}  // namespace

std::string counts_to_json(const CountsByTable& counts) {
  std::string out = "{";
  for (const auto& [table, row_counts] : counts) {
    if (out.size() > 1) out += ',';
    write_json_string(out, table);
    out += ":{";
    bool first = true;
    for (const auto& [field, member] : kFields) {
      fmt::format_to(std::back_inserter(out), "{}\"{}\":{}", first ? "" : ",", field, row_counts.*member);
      first = false;
    }
    out += '}';
  }
  return out += '}';
}

CountsByTable counts_from_json(std::string_view text) {
  CountsByTable counts;
  const auto tables = parse_json(text);
  if (!tables.is_object()) return counts;
  for (const auto& [table, fields] : tables.items()) {
    auto& row_counts = counts[table];
    for (const auto& [field, member] : kFields) {
      const auto found = fields.find(field);
      if (found != fields.end() && found->is_number_unsigned()) {
        row_counts.*member = found->get<std::uint64_t>();
      }
    }
  }
  return counts;
}

std::string texts_to_json(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    write_json_string(out, text);
  }
  return out += ']';
}

std::vector<std::string> texts_from_json(std::string_view text) {
  std::vector<std::string> texts;
  const auto items = parse_json(text);
  if (!items.is_array()) return texts;
  for (const auto& item : items) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace weir::state
