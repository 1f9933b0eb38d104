// SPDX-License-Identifier: Apache-2.0
// Node: a tree of configuration values that knows where each value stands in its file. Made by
// parse_yaml(), read by Spec (spec.h). A plain value: copy and move freely between threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace weir::config {

enum class NodeKind { Null, Scalar, Sequence, Mapping };
enum class Quoting { Plain, Quoted };

class Node {
 public:
  struct Entry;

  /// A null without a place: the value of an option that was not given.
  Node() = default;
  static Node null(Position at);
  static Node scalar(Position at, std::string text, Quoting quoting);
  static Node sequence(Position at, std::vector<Node> items);
  static Node mapping(Position at, std::vector<Entry> entries);

  NodeKind kind() const { return kind_; }
  bool is_null() const { return kind_ == NodeKind::Null; }
  bool is_scalar() const { return kind_ == NodeKind::Scalar; }
  bool is_sequence() const { return kind_ == NodeKind::Sequence; }
  bool is_mapping() const { return kind_ == NodeKind::Mapping; }
  const Position& at() const { return at_; }

  /// The text of a scalar, without quotes and escapes; empty for other kinds.
  const std::string& text() const { return text_; }
  /// Whether a scalar stood in quotes (or was a block of text): then it is never a number.
  bool quoted() const { return quoting_ == Quoting::Quoted; }
  /// A plain scalar true, or false, as YAML 1.2 knows them; yes, no, on and off are text.
  std::optional<bool> as_boolean() const;

  /// The items of a sequence; empty for other kinds.
  const std::vector<Node>& items() const { return items_; }
  /// The entries of a mapping in the file's order; empty for other kinds.
  const std::vector<Entry>& entries() const { return entries_; }
  /// The value under the key of a mapping, or null.
  const Node* find(std::string_view key) const;

  /// The same mapping without one of its keys.
  Node without(std::string_view key) const;

  /// What it is, for messages: "the text 'yes'", "a list", "a mapping", "nothing".
  std::string describe() const;

 private:
  NodeKind kind_ = NodeKind::Null;
  Quoting quoting_ = Quoting::Plain;
  Position at_;
  std::string text_;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

struct Node::Entry {
  std::string key;
  Position key_at;
  Node value;
};

/// Reads one YAML document (or JSON, which is YAML). Nothing when the text cannot be read; a tree
/// with its problems reported when, for example, a key is given twice. Keeps the text in
/// `diagnostics`. Depth and the expansion of aliases are bounded, so that no input can exhaust memory.
std::optional<Node> parse_yaml(std::string_view text, const std::string& file_name, Diagnostics& diagnostics);

/// The node as compact JSON. Plain true, false and numbers keep their type, all else is text.
std::string to_json(const Node& node);

}  // namespace weir::config
