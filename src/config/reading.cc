// SPDX-License-Identifier: Apache-2.0
#include "config/reading.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace weir::config {
namespace {

void report_missing(const Description& description, const std::set<std::size_t>& given, const Position& at,
                    Diagnostics& diagnostics) {
  for (std::size_t index = 0; index < description.fields.size(); ++index) {
    const auto& field = description.fields[index];
    if (field.required && !given.contains(index))
      diagnostics.error(at,
                        fmt::format("{} needs the key '{}': {}", description.name, field.name, field.doc));
  }
}

void report_unknown_key(const Description& description, const Node::Entry& entry, Diagnostics& diagnostics) {
  const auto known = description.field_names();
  const auto suggestion = closest(entry.key, known);
  auto message = fmt::format("unknown key '{}'", entry.key);
  if (known.empty())
    message += fmt::format("; {} has no options", description.name);
  else if (!suggestion)
    message += fmt::format("; {} has {}", description.name, join(known));
  diagnostics.add(
      {Severity::Error, entry.key_at, std::move(message), suggestion.value_or(""), Excerpt::KeyOnly});
}

/// Whether leaving the value empty means the same as leaving the key away.
bool may_be_empty(ValueKind kind) {
  switch (kind) {
    case ValueKind::TextList:
    case ValueKind::TextMap:
    case ValueKind::Object:
    case ValueKind::ObjectList:
    case ValueKind::ObjectMap:
    case ValueKind::Any:
      return true;
    default:
      return false;
  }
}

void read_entries(const Description& description, const Node& node, Diagnostics& diagnostics,
                  const std::function<void(std::size_t, const Node&)>& read) {
  std::set<std::size_t> given;
  for (const auto& entry : node.entries()) {
    const auto* field = description.find(entry.key);
    if (field == nullptr) {
      report_unknown_key(description, entry, diagnostics);
      continue;
    }
    const auto index = static_cast<std::size_t>(field - description.fields.data());
    given.insert(index);
    if (!entry.value.is_null()) {
      read(index, entry.value);
    } else if (field->required || !may_be_empty(field->kind)) {
      diagnostics.error(entry.key_at, fmt::format("option '{}' has no value; give one, or remove the key "
                                                  "(the text null needs quotes)",
                                                  field->name));
    }
  }
  report_missing(description, given, node.at(), diagnostics);
}

void report_unknown_alternative(const Description& description, const std::string& name, const Position& at,
                                Diagnostics& diagnostics) {
  const auto known = description.alternative_names();
  diagnostics.add({Severity::Error, at,
                   fmt::format("unknown {} '{}' (known: {})", description.name, name, join(known)),
                   closest(name, known).value_or(""), Excerpt::KeyOnly});
}

std::optional<std::size_t> index_of(const Description& description, const std::string& name,
                                    const Position& at, Diagnostics& diagnostics) {
  const auto names = description.alternative_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  report_unknown_alternative(description, name, at, diagnostics);
  return std::nullopt;
}

std::optional<ChosenAlternative> choose_by_verb(const Description& description, const Node& node,
                                                Diagnostics& diagnostics) {
  if (node.is_scalar()) {
    const auto index = index_of(description, node.text(), node.at(), diagnostics);
    if (!index) return std::nullopt;
    return ChosenAlternative{*index, Node::null(node.at())};
  }
  if (node.entries().size() == 1) {
    const auto& entry = node.entries().front();
    const auto index = index_of(description, entry.key, entry.key_at, diagnostics);
    if (!index) return std::nullopt;
    return ChosenAlternative{*index, entry.value};
  }
  std::vector<std::string> keys;
  for (const auto& entry : node.entries()) keys.push_back(entry.key);
  auto message = fmt::format("a {} is a mapping with one key, its name, but this is {}", description.name,
                             node.describe());
  if (!keys.empty()) message += fmt::format(" with {}; indent its options below the name", join(keys));
  diagnostics.add({Severity::Error, node.at(), std::move(message), "", Excerpt::KeyOnly});
  return std::nullopt;
}

std::optional<ChosenAlternative> choose_by_selector(const Description& description, const Node& node,
                                                    Diagnostics& diagnostics) {
  const auto* selector = node.find(description.selector);
  if (selector == nullptr || !selector->is_scalar()) {
    const auto& at = selector == nullptr ? node.at() : selector->at();
    diagnostics.add({Severity::Error, at,
                     fmt::format("{} needs the key '{}' with one of {}", description.name,
                                 description.selector, join(description.alternative_names())),
                     "", Excerpt::KeyOnly});
    return std::nullopt;
  }
  const auto index = index_of(description, selector->text(), selector->at(), diagnostics);
  if (!index) return std::nullopt;
  return ChosenAlternative{*index, node.without(description.selector)};
}

}  // namespace

void report_wrong_kind(const Node& node, const FieldDescription& field, std::string_view wanted,
                       Diagnostics& diagnostics) {
  diagnostics.error(node.at(),
                    fmt::format("option '{}' must be {}, but is {}", field.name, wanted, node.describe()));
}

void read_fields(const Description& description, const Node& node, Diagnostics& diagnostics,
                 const std::function<void(std::size_t field, const Node& value)>& read) {
  const auto& fields = description.fields;
  const auto whole =
      std::find_if(fields.begin(), fields.end(), [](const auto& field) { return field.whole_value; });
  if (whole != fields.end()) {
    if (!node.is_null())
      read(static_cast<std::size_t>(whole - fields.begin()), node);
    else
      report_missing(description, {}, node.at(), diagnostics);
    return;
  }
  if (node.is_mapping() || node.is_null()) return read_entries(description, node, diagnostics, read);
  const auto shorthand =
      std::find_if(fields.begin(), fields.end(), [](const auto& field) { return field.shorthand; });
  if (shorthand == fields.end()) {
    const auto known = description.field_names();
    diagnostics.add({Severity::Error, node.at(),
                     fmt::format("{} must be a mapping with keys of {}, but is {}", description.name,
                                 join(known), node.is_scalar() ? "a single value" : node.describe()),
                     "", Excerpt::KeyOnly});
    return;
  }
  const auto index = static_cast<std::size_t>(shorthand - fields.begin());
  read(index, node);
  report_missing(description, {index}, node.at(), diagnostics);
}

const std::vector<Node>& list_items(const Node& node, const FieldDescription& field,
                                    Diagnostics& diagnostics) {
  if (!node.is_sequence()) report_wrong_kind(node, field, "a list", diagnostics);
  return node.items();
}

const std::vector<Node::Entry>& map_entries(const Node& node, const FieldDescription& field,
                                            Diagnostics& diagnostics) {
  if (!node.is_mapping()) report_wrong_kind(node, field, "a mapping", diagnostics);
  return node.entries();
}

std::optional<ChosenAlternative> choose_alternative(const Description& description, const Node& node,
                                                    Diagnostics& diagnostics) {
  return description.shape == Shape::Verb ? choose_by_verb(description, node, diagnostics)
                                          : choose_by_selector(description, node, diagnostics);
}

}  // namespace weir::config
