// SPDX-License-Identifier: Apache-2.0
// How a Node becomes a value of each kind, and what is said when it cannot.
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "config/reading.h"
#include "config/values.h"

namespace weir::config {
namespace {

template <typename Number>
std::optional<Number> parse_number(const Node& node) {
  if (!node.is_scalar() || node.quoted() || node.text().empty()) return std::nullopt;
  Number value{};
  const auto& text = node.text();
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string bounds_text(const FieldDescription& field) {
  if (!field.minimum || !field.maximum) return {};
  return fmt::format(" from {} to {}", *field.minimum, *field.maximum);
}

bool within_bounds(double value, const FieldDescription& field) {
  return (!field.minimum || value >= *field.minimum) && (!field.maximum || value <= *field.maximum);
}

/// A number or boolean in quotes is text; say so, since it looks right.
void report_wrong_scalar(const Node& node, const FieldDescription& field, const std::string& wanted,
                         Diagnostics& diagnostics) {
  const auto* hint = node.is_scalar() && node.quoted() ? "; write it without quotes" : "";
  diagnostics.error(node.at(), fmt::format("option '{}' must be {}, but is {}{}", field.name, wanted,
                                           node.describe(), hint));
}

void read_pairs(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                OrderedTextMap& value) {
  if (!node.is_mapping()) return report_wrong_kind(node, field, "a mapping of names to texts", diagnostics);
  OrderedTextMap pairs;
  for (const auto& entry : node.entries()) {
    if (entry.value.is_scalar())
      pairs.emplace_back(entry.key, entry.value.text());
    else
      diagnostics.error(entry.value.at(), fmt::format("'{}' of option '{}' must be a text, but is {}",
                                                      entry.key, field.name, entry.value.describe()));
  }
  value = std::move(pairs);
}

void report_inline_secret(const Node& node, const FieldDescription& field, Diagnostics& diagnostics) {
  diagnostics.add({Severity::Error, node.at(),
                   fmt::format("option '{}' is a secret, so its value is not written here; say where it is: "
                               "env:NAME, file:PATH or command:COMMAND",
                               field.name),
                   "", Excerpt::Hidden});
}

bool is_variable_name(std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !name.empty() && name.find_first_not_of(kAllowed) == name.npos &&
         !(name[0] >= '0' && name[0] <= '9');
}

std::optional<SecretPlace> place_named(std::string_view name) {
  if (name == "env") return SecretPlace::Environment;
  if (name == "file") return SecretPlace::File;
  if (name == "command") return SecretPlace::Command;
  return std::nullopt;
}

}  // namespace

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                std::string& value) {
  if (node.is_scalar())
    value = node.text();
  else
    report_wrong_kind(node, field, "a text", diagnostics);
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, bool& value) {
  if (const auto boolean = node.as_boolean()) {
    value = *boolean;
    return;
  }
  const auto text = lower(node.text());
  const bool means_true = text == "yes" || text == "on" || text == "y" || text == "1";
  const bool means_false = text == "no" || text == "off" || text == "n" || text == "0";
  if (!means_true && !means_false) return report_wrong_scalar(node, field, "true or false", diagnostics);
  diagnostics.error(node.at(),
                    fmt::format("option '{}' must be true or false, but is {}", field.name, node.describe()),
                    means_true ? "true" : "false");
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, double& value) {
  const auto number = parse_number<double>(node);
  if (number && std::isfinite(*number) && within_bounds(*number, field))
    value = *number;
  else
    report_wrong_scalar(node, field, "a number" + bounds_text(field), diagnostics);
}

std::optional<std::int64_t> read_integer(const Node& node, const FieldDescription& field,
                                         Diagnostics& diagnostics, std::int64_t lowest,
                                         std::int64_t highest) {
  const auto number = parse_number<std::int64_t>(node);
  if (number && *number >= lowest && *number <= highest && within_bounds(static_cast<double>(*number), field))
    return number;
  auto wanted = "a whole number" + bounds_text(field);
  if (number && !field.minimum) wanted += fmt::format(" from {} to {}", lowest, highest);
  report_wrong_scalar(node, field, wanted, diagnostics);
  return std::nullopt;
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, Duration& value) {
  const auto duration = node.is_scalar() ? parse_duration(node.text()) : std::nullopt;
  if (duration)
    value = *duration;
  else
    report_wrong_kind(node, field, "a duration with its unit, as in 250 ms, 30 s, 5 min, 2 h or 1 d",
                      diagnostics);
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, ByteSize& value) {
  const auto size = node.is_scalar() ? parse_byte_size(node.text()) : std::nullopt;
  if (size)
    value = *size;
  else
    report_wrong_kind(node, field, "a size with its unit, as in 512 B, 64 MiB or 1.5 GB", diagnostics);
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, TextList& value) {
  // `select: 5` looks like a count; a column of that name gets quotes.
  if (field.shorthand && (parse_number<double>(node) || node.as_boolean())) {
    return diagnostics.error(
        node.at(), fmt::format("option '{}' must be a text or a list of texts, but is {}; put quotes around "
                               "it if that is a name",
                               field.name, node.describe()));
  }
  if (node.is_scalar()) {
    value = {node.text()};
    return;
  }
  if (!node.is_sequence()) return report_wrong_kind(node, field, "a text or a list of texts", diagnostics);
  TextList texts;
  for (const auto& item : node.items()) {
    if (item.is_scalar())
      texts.push_back(item.text());
    else
      diagnostics.error(item.at(), fmt::format("each item of option '{}' must be a text, but this is {}",
                                               field.name, item.describe()));
  }
  value = std::move(texts);
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, TextMap& value) {
  OrderedTextMap pairs(value.begin(), value.end());
  read_pairs(node, field, diagnostics, pairs);
  value = TextMap(pairs.begin(), pairs.end());
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                OrderedTextMap& value) {
  read_pairs(node, field, diagnostics, value);
}

void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                SecretReference& value) {
  std::optional<SecretPlace> place;
  std::string name;
  if (node.is_scalar()) {
    const auto colon = node.text().find(':');
    place = colon == std::string::npos ? std::nullopt : place_named(node.text().substr(0, colon));
    if (place) name = trim(std::string_view(node.text()).substr(colon + 1));
  } else if (node.entries().size() == 1 && node.entries().front().value.is_scalar()) {
    place = place_named(node.entries().front().key);
    name = node.entries().front().value.text();
  }
  // What follows env: may be the secret itself by mistake, so it is not repeated either.
  const bool is_plausible = place != SecretPlace::Environment || is_variable_name(name);
  if (!place || name.empty() || !is_plausible) return report_inline_secret(node, field, diagnostics);
  value = {*place, std::move(name), node.at()};
}

void read_value(const Node& node, const FieldDescription&, Diagnostics&, Node& value) { value = node; }

std::optional<std::size_t> read_choice(const Node& node, const FieldDescription& field,
                                       Diagnostics& diagnostics) {
  for (std::size_t index = 0; index < field.choices.size(); ++index) {
    if (node.is_scalar() && node.text() == field.choices[index]) return index;
  }
  diagnostics.error(
      node.at(),
      fmt::format("option '{}' must be {}{}, but is {}", field.name,
                  field.choices.size() > 1 ? "one of " : "", join(field.choices), node.describe()),
      closest(node.text(), field.choices).value_or(""));
  return std::nullopt;
}

}  // namespace weir::config
