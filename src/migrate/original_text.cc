// SPDX-License-Identifier: Apache-2.0
#include "migrate/original_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace weir::migrate {
namespace {

using config::Diagnostics;
using config::Node;

/// The directives that Python's strptime and the engine's both know.
constexpr std::string_view kDirectives = "aAwdbBmyYHIMSfpzZjUWcxXGuVn%";

/// JSON may be indented with tabs, which YAML does not allow. Places stay what they were.
std::string with_blanks(std::string_view text) {
  std::string out(text);
  bool quoted = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (quoted && out[i] == '\\') {
      ++i;
    } else if (out[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && out[i] == '\t') {
      out[i] = ' ';
    }
  }
  return out;
}

}  // namespace

OriginalKind kind_of(std::string_view text) {
  Diagnostics ignored;
  const auto node = parse_json(text, "", ignored);
  const bool is_mapping = node && node->is_mapping();
  const auto has = [&](std::string_view key) { return is_mapping && node->find(key) != nullptr; };
  if ((node && node->is_sequence()) || has("explore")) return OriginalKind::LookerQueries;
  if (has("bigquery_content_usage_table") || has("looker_api_bucket_name")) return OriginalKind::LookerUsage;
  if (has("files")) return OriginalKind::Archives;
  if (has("dbtable") || has("columns")) return OriginalKind::Objects;
  const bool only_places = has("bucket") && has("source") && has("directory") && !has("doc");
  return only_places ? OriginalKind::LookerTables : OriginalKind::Archives;
}

std::optional<Node> parse_json(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  return config::parse_yaml(with_blanks(text), file, diagnostics);
}

std::optional<Node> parse_original(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  auto node = parse_json(text, file, diagnostics);
  if (!node || node->is_mapping()) return node;
  diagnostics.error(node->at(),
                    fmt::format("the file must hold a JSON object, but holds {}", node->describe()));
  return std::nullopt;
}

Node known_part(const Node& node, const config::Description& description, Diagnostics& diagnostics) {
  std::vector<Node::Entry> entries;
  const auto names = description.field_names();
  for (const auto& entry : node.entries()) {
    if (std::find(names.begin(), names.end(), entry.key) != names.end()) {
      entries.push_back(entry);
      continue;
    }
    diagnostics.warning(entry.key_at, fmt::format("the key '{}' means nothing here", entry.key),
                        closest(entry.key, names).value_or(""));
  }
  return Node::mapping(node.at(), std::move(entries));
}

const config::Position& place_of(const config::Node& node, const char* key) {
  const auto* found = node.find(key);
  return found == nullptr ? node.at() : found->at();
}

std::string without_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

std::string pipeline_name(const std::string& file, const std::string& otherwise) {
  auto stem = file.substr(file.rfind('/') + 1);
  stem = stem.substr(0, stem.find('.'));
  for (auto& c : stem) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '_' && c != '-') c = '_';
  }
  return stem.empty() ? otherwise : stem;
}

const config::Spec<DateFormat>& date_spec() {
  static const auto spec = config::Spec<DateFormat>("dateformat", "How the times of a column are written.")
                               .field("field", &DateFormat::field, "The column.")
                               .required()
                               .field("format", &DateFormat::format, "A strptime pattern.")
                               .required();
  return spec;
}

void check_format(const Node& node, const std::string& format, Diagnostics& diagnostics) {
  if (format.find('%') == format.npos) {
    diagnostics.error(node.at(), fmt::format("format '{}' has no directive such as %Y", format));
  }
  for (auto at = format.find('%'); at != format.npos; at = format.find('%', at + 2)) {
    const auto letter = format.substr(at + 1, 1);
    if (letter.size() == 1 && kDirectives.find(letter) != kDirectives.npos) continue;
    diagnostics.error(node.at(), fmt::format("format '{}' has the unknown directive %{}", format, letter));
    return;
  }
}

void check_texts(const Node& node, const std::vector<std::string_view>& keys, Diagnostics& diagnostics) {
  for (const auto key : keys) {
    const auto* found = node.find(key);
    if (found != nullptr && found->is_scalar() && trim(found->text()).empty()) {
      diagnostics.error(found->at(), fmt::format("{} is empty", key));
    }
  }
}

}  // namespace weir::migrate
