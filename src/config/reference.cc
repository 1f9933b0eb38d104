// SPDX-License-Identifier: Apache-2.0
// The reference pages: what an option is called, takes and does, and how it looks in a file.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/node.h"
#include "config/render.h"

namespace weir::config {
namespace {

using Lines = std::vector<std::string>;

/// A cell may hold neither the table's own sign nor a line break.
std::string cell(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '|')
      out += "\\|";
    else
      out += byte == '\n' ? ' ' : byte;
  }
  return out;
}

/// A text as it stands in YAML: in quotes only where it would otherwise be something else.
std::string yaml_text(const std::string& text) {
  Diagnostics diagnostics;
  const auto node = parse_yaml("key: " + text, "example", diagnostics);
  const auto* value = node ? node->find("key") : nullptr;
  const bool is_plain = diagnostics.ok() && value != nullptr && value->is_scalar() && value->text() == text;
  return is_plain ? text : to_json(Node::scalar({}, text, Quoting::Quoted));
}

std::string example_text(const FieldDescription& field) {
  const bool is_text = field.kind == ValueKind::Text || field.kind == ValueKind::Choice;
  return is_text ? yaml_text(field.example) : field.example;
}

void append_indented(Lines& lines, const Lines& block, const std::string& first, const std::string& rest) {
  for (std::size_t index = 0; index < block.size(); ++index)
    lines.push_back((index == 0 ? first : rest) + block[index]);
}

std::optional<Lines> example_of(const Description& description);

/// The lines of one option; empty when there is no example of it, nothing when it must have one.
std::optional<Lines> field_example(const FieldDescription& field) {
  if (!field.example.empty()) return Lines{fmt::format("{}: {}", field.name, example_text(field))};
  const auto nested = field.nested.empty() ? std::nullopt : example_of(field.nested.front());
  if (!nested || nested->empty()) return field.required ? std::nullopt : std::optional<Lines>(Lines{});
  Lines lines{field.name + ":"};
  switch (field.kind) {
    case ValueKind::ObjectList:
      append_indented(lines, *nested, "  - ", "    ");
      break;
    case ValueKind::ObjectMap:
      lines.push_back("  name:");
      append_indented(lines, *nested, "    ", "    ");
      break;
    default:
      append_indented(lines, *nested, "  ", "  ");
  }
  return lines;
}

std::optional<Lines> options_example(const Description& description) {
  Lines lines;
  for (const auto& field : description.fields) {
    if (field.whole_value)
      return field.example.empty() ? std::nullopt : std::optional<Lines>({example_text(field)});
    const auto block = field_example(field);
    if (!block) return std::nullopt;
    lines.insert(lines.end(), block->begin(), block->end());
  }
  return lines;
}

/// The example as the alternative of a choice stands in a file.
std::optional<Lines> alternative_example(const Description& choice, const Description& alternative) {
  auto options = options_example(alternative);
  if (!options) return std::nullopt;
  Lines lines;
  if (choice.shape == Shape::Selected) {
    lines.push_back(fmt::format("{}: {}", choice.selector, alternative.name));
    append_indented(lines, *options, "", "");
  } else if (options->empty()) {
    lines.push_back(alternative.name);
  } else if (std::any_of(alternative.fields.begin(), alternative.fields.end(),
                         [](const FieldDescription& field) { return field.whole_value; })) {
    lines.push_back(fmt::format("{}: {}", alternative.name, options->front()));
  } else {
    lines.push_back(alternative.name + ":");
    append_indented(lines, *options, "  ", "  ");
  }
  return lines;
}

/// Nothing when a required option has no example; empty when no option has one.
std::optional<Lines> example_of(const Description& description) {
  if (description.shape == Shape::Options) return options_example(description);
  for (const auto& alternative : description.alternatives) {
    if (auto lines = alternative_example(description, alternative)) return lines;
  }
  return std::nullopt;
}

std::string code_block(const std::optional<Lines>& lines, const std::string& first, const std::string& rest) {
  if (!lines || lines->empty()) return {};
  Lines indented;
  append_indented(indented, *lines, first, rest);
  return fmt::format("\n```yaml\n{}\n```\n", join(indented, "\n"));
}

std::string default_text(const FieldDescription& field) {
  if (field.required) return "required";
  return field.default_json.empty() ? "" : fmt::format("`{}`", cell(field.default_json));
}

std::string field_notes(const FieldDescription& field) {
  if (field.whole_value) return " It is given directly, without a key.";
  if (field.shorthand) return " A value in place of the mapping sets this option.";
  return {};
}

std::string fields_table(const Description& description) {
  if (description.fields.empty()) return "\nIt has no options.\n";
  std::string out = "\n| option | type | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& field : description.fields) {
    out += fmt::format("| `{}` | {} | {} | {}{} |\n", field.name, cell(type_text(field)), default_text(field),
                       cell(field.doc), field_notes(field));
  }
  return out;
}

std::string heading(int level, const std::string& title) {
  return fmt::format("{} {}\n", std::string(static_cast<std::size_t>(std::clamp(level, 1, 6)), '#'), title);
}

std::string section(const Description& description, const std::string& title, int level,
                    const std::string& example);

std::string nested_sections(const Description& description, const std::string& title, int level) {
  std::string out;
  for (const auto& field : description.fields) {
    if (field.nested.empty()) continue;
    const auto& nested = field.nested.front();
    out +=
        "\n" + section(nested, title + "." + field.name, level + 1, code_block(field_example(field), "", ""));
  }
  return out;
}

std::string alternatives_sections(const Description& choice, int level) {
  std::string out = "\n| name | meaning |\n| --- | --- |\n";
  for (const auto& each : choice.alternatives)
    out += fmt::format("| `{}` | {} |\n", each.name, cell(each.summary));
  const bool is_verb = choice.shape == Shape::Verb;
  for (const auto& each : choice.alternatives) {
    const auto example =
        code_block(alternative_example(choice, each), is_verb ? "- " : "", is_verb ? "  " : "");
    out += "\n" + section(each, each.name, level + 1, example);
  }
  return out;
}

std::string section(const Description& description, const std::string& title, int level,
                    const std::string& example) {
  const auto start = fmt::format("{}{}\n", heading(level, title), description.summary);
  if (description.shape != Shape::Options) return start + alternatives_sections(description, level);
  return start + fields_table(description) + example + nested_sections(description, title, level);
}

}  // namespace

std::string type_text(const FieldDescription& field) {
  if (!field.type_name.empty()) return field.type_name;
  const auto bounds = field.minimum && field.maximum
                          ? fmt::format(", {} to {}", *field.minimum, *field.maximum)
                          : std::string();
  switch (field.kind) {
    case ValueKind::Text:
      return "text";
    case ValueKind::Integer:
      return "whole number" + bounds;
    case ValueKind::Number:
      return "number" + bounds;
    case ValueKind::Boolean:
      return "true or false";
    case ValueKind::Duration:
      return "duration";
    case ValueKind::ByteSize:
      return "size";
    case ValueKind::Secret:
      return "secret";
    case ValueKind::Choice:
      return field.choices.size() == 1 ? field.choices.front() : "one of " + join(field.choices);
    case ValueKind::TextList:
      return "text or list of texts";
    case ValueKind::TextMap:
      return "texts by name";
    case ValueKind::Object:
      return field.nested.front().name;
    case ValueKind::ObjectList:
      return "list of " + field.nested.front().name;
    case ValueKind::ObjectMap:
      return field.nested.front().name + " by name";
    case ValueKind::Any:
      break;
  }
  return "any value";
}

std::string reference_markdown(const Description& description, int heading_level) {
  return section(description, description.name, heading_level, code_block(example_of(description), "", ""));
}

}  // namespace weir::config
