// SPDX-License-Identifier: Apache-2.0
#include "config/node.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace weir::config {
namespace {

constexpr std::size_t kLongestDescription = 60;

template <typename Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || stop != end) return std::nullopt;
  return value;
}

nlohmann::ordered_json scalar_json(const Node& node) {
  if (node.quoted()) return node.text();
  if (const auto boolean = node.as_boolean()) return *boolean;
  if (const auto whole = number<std::int64_t>(node.text())) return *whole;
  const auto real = number<double>(node.text());
  if (real && std::isfinite(*real)) return *real;
  return node.text();
}

nlohmann::ordered_json json_of(const Node& node) {
  switch (node.kind()) {
    case NodeKind::Null:
      return nullptr;
    case NodeKind::Scalar:
      return scalar_json(node);
    case NodeKind::Sequence: {
      auto list = nlohmann::ordered_json::array();
      for (const auto& item : node.items()) list.push_back(json_of(item));
      return list;
    }
    case NodeKind::Mapping:
      break;
  }
  auto object = nlohmann::ordered_json::object();
  for (const auto& entry : node.entries()) object[entry.key] = json_of(entry.value);
  return object;
}

/// The text on one line, and not too long, for a message.
std::string shortened(const std::string& text) {
  auto out = text;
  if (out.size() > kLongestDescription) {
    auto end = kLongestDescription;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
    out = out.substr(0, end) + "…";
  }
  for (auto& byte : out) {
    if (static_cast<unsigned char>(byte) < 0x20) byte = ' ';
  }
  return out;
}

}  // namespace

Node Node::null(Position at) {
  Node node;
  node.at_ = std::move(at);
  return node;
}

Node Node::scalar(Position at, std::string text, Quoting quoting) {
  auto node = null(std::move(at));
  node.kind_ = NodeKind::Scalar;
  node.text_ = std::move(text);
  node.quoting_ = quoting;
  return node;
}

Node Node::sequence(Position at, std::vector<Node> items) {
  auto node = null(std::move(at));
  node.kind_ = NodeKind::Sequence;
  node.items_ = std::move(items);
  return node;
}

Node Node::mapping(Position at, std::vector<Entry> entries) {
  auto node = null(std::move(at));
  node.kind_ = NodeKind::Mapping;
  node.entries_ = std::move(entries);
  return node;
}

std::optional<bool> Node::as_boolean() const {
  if (!is_scalar() || quoted()) return std::nullopt;
  if (text_ == "true" || text_ == "True" || text_ == "TRUE") return true;
  if (text_ == "false" || text_ == "False" || text_ == "FALSE") return false;
  return std::nullopt;
}

const Node* Node::find(std::string_view key) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries_.end() ? nullptr : &found->value;
}

Node Node::without(std::string_view key) const {
  auto copy = *this;
  std::erase_if(copy.entries_, [&](const Entry& entry) { return entry.key == key; });
  return copy;
}

std::string Node::describe() const {
  switch (kind_) {
    case NodeKind::Null:
      return "nothing";
    case NodeKind::Sequence:
      return "a list";
    case NodeKind::Mapping:
      return "a mapping";
    case NodeKind::Scalar:
      break;
  }
  if (quoted()) return fmt::format("the text \"{}\"", shortened(text_));
  if (as_boolean() || number<double>(text_)) return shortened(text_);
  return fmt::format("the text '{}'", shortened(text_));
}

std::string to_json(const Node& node) {
  return json_of(node).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace weir::config
