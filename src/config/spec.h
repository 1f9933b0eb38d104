// SPDX-License-Identifier: Apache-2.0
// Spec<Options>: the one description of a component's options. It reads a Node into the struct and
// reports every problem; render.h makes the schema, the help and the reference page of it. Used by
// every folder with options, through one static const spec for each struct. Build it once, then it
// is read-only and thread-safe.
//
//   struct CsvOptions { std::string delimiter = ","; bool header = true; };
//   const config::Spec<CsvOptions>& csv_spec() {
//     static const auto spec = config::Spec<CsvOptions>("csv", "Comma-separated values.")
//         .field("delimiter", &CsvOptions::delimiter, "Byte between two fields.").example(";")
//         .field("header", &CsvOptions::header, "Whether the first row holds the names.");
//     return spec;
//   }
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "config/reading.h"
#include "config/values.h"

namespace weir::config {

template <typename T>
struct ValueOf {
  using Type = T;
};
template <typename T>
struct ValueOf<std::optional<T>> {
  using Type = T;
};
/// The values of an enum and their names: {{"append", WriteMode::Append}, …}.
template <typename Member>
using Choices = std::vector<std::pair<std::string, typename ValueOf<Member>::Type>>;

template <typename Options>
class Spec {
 public:
  using Value = Options;

  Spec(std::string name, std::string summary) {
    description_.name = std::move(name);
    description_.summary = std::move(summary);
  }

  /// An option whose type and default are those of the member.
  template <typename Class, typename Member>
  Spec& field(std::string name, Member Class::*member, std::string doc) {
    auto& added = add(std::move(name), std::move(doc), kind_of<typename ValueOf<Member>::Type>());
    added.default_json = default_json(Options{}.*member);
    return reads([member](const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                          Options& options) { read_value(node, field, diagnostics, options.*member); });
  }

  /// An enum (or an optional one), chosen by name.
  template <typename Class, typename Member>
  Spec& choice(std::string name, Member Class::*member, Choices<Member> choices, std::string doc) {
    auto& added = add(std::move(name), std::move(doc), ValueKind::Choice);
    for (const auto& [text, value] : choices) {
      added.choices.push_back(text);
      if (Options{}.*member == value) added.default_json = default_json(text);
    }
    return reads([member, choices](const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                                   Options& options) {
      if (const auto index = read_choice(node, field, diagnostics)) options.*member = choices[*index].second;
    });
  }

  /// A nested mapping, read by a Spec or by Variants (variants.h), into a T or std::optional<T>.
  template <typename Class, typename Member, typename Nested>
  Spec& object(std::string name, Member Class::*member, const Nested& nested, std::string doc) {
    add(std::move(name), std::move(doc), ValueKind::Object).nested = {nested.description()};
    return reads([member, nested](const Node& node, const FieldDescription&, Diagnostics& diagnostics,
                                  Options& options) {
      std::optional<typename Nested::Value> value = nested.read(node, diagnostics);
      if (value) options.*member = *std::move(value);
    });
  }

  /// A list of what a Spec or Variants reads, into a std::vector<T>.
  template <typename Class, typename Member, typename Nested>
  Spec& list(std::string name, Member Class::*member, const Nested& nested, std::string doc) {
    add(std::move(name), std::move(doc), ValueKind::ObjectList).nested = {nested.description()};
    return reads([member, nested](const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                                  Options& options) {
      for (const auto& item : list_items(node, field, diagnostics)) {
        std::optional<typename Nested::Value> value = nested.read(item, diagnostics);
        if (value) (options.*member).push_back(*std::move(value));
      }
    });
  }

  /// Named things: a std::map<std::string, T>, or a vector of pairs that keeps the file's order.
  template <typename Class, typename Member, typename Nested>
  Spec& map(std::string name, Member Class::*member, const Nested& nested, std::string doc) {
    add(std::move(name), std::move(doc), ValueKind::ObjectMap).nested = {nested.description()};
    return reads([member, nested](const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                                  Options& options) {
      auto& target = options.*member;
      for (const auto& entry : map_entries(node, field, diagnostics)) {
        std::optional<typename Nested::Value> value = nested.read(entry.value, diagnostics);
        if (value) target.insert(target.end(), {entry.key, *std::move(value)});
      }
    });
  }

  /// A value of a special shape. `json_schema` is the JSON text of its schema.
  template <typename Class, typename Member>
  Spec& custom(std::string name, Member Class::*member,
               std::type_identity_t<std::function<void(const Node&, Diagnostics&, Member&)>> reader,
               std::string doc, const std::string& json_schema) {
    add(std::move(name), std::move(doc), ValueKind::Any).json_schema = json_schema;
    return reads([member, reader](const Node& node, const FieldDescription&, Diagnostics& diagnostics,
                                  Options& options) { reader(node, diagnostics, options.*member); });
  }

  // These change the field that was added last.
  Spec& required() { return last().required = true, last().default_json.clear(), *this; }
  Spec& example(const std::string& yaml) { return last().example = yaml, *this; }
  /// Bounds of an Integer or Number, both allowed.
  Spec& range(double minimum, double maximum) {
    return last().minimum = minimum, last().maximum = maximum, *this;
  }
  /// A scalar or list given instead of a mapping sets this field: `- unpack: http_request`.
  Spec& shorthand() { return last().shorthand = true, *this; }
  /// The node itself is the value of this field: `- rename: {old: new}`.
  Spec& whole_value() { return last().whole_value = true, *this; }
  /// What the reference calls the type, for custom values: "number or percentage".
  Spec& type_name(const std::string& text) { return last().type_name = text, *this; }

  /// A rule over several options. Runs only when each of them alone was right.
  Spec& check(std::function<void(const Options&, const Node&, Diagnostics&)> rule) {
    return rules_.push_back(std::move(rule)), *this;
  }

  /// The options; where there was a problem, it is in `diagnostics` and the default stands.
  Options read(const Node& node, Diagnostics& diagnostics) const {
    Options options;
    const auto errors = diagnostics.error_count();
    read_fields(description_, node, diagnostics, [&](std::size_t index, const Node& value) {
      readers_[index](value, description_.fields[index], diagnostics, options);
    });
    if (diagnostics.error_count() != errors) return options;
    for (const auto& rule : rules_) rule(options, node, diagnostics);
    return options;
  }

  const Description& description() const { return description_; }

 private:
  using Reader = std::function<void(const Node&, const FieldDescription&, Diagnostics&, Options&)>;

  FieldDescription& add(std::string name, std::string doc, ValueKind kind) {
    auto& added = description_.fields.emplace_back();
    added.name = std::move(name);
    added.doc = std::move(doc);
    added.kind = kind;
    return added;
  }
  Spec& reads(Reader reader) { return readers_.push_back(std::move(reader)), *this; }
  FieldDescription& last() { return description_.fields.back(); }

  Description description_;
  std::vector<Reader> readers_;
  std::vector<std::function<void(const Options&, const Node&, Diagnostics&)>> rules_;
};

}  // namespace weir::config
