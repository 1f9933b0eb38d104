// SPDX-License-Identifier: Apache-2.0
// The value types that options can have, and how each is read from a Node. Used through Spec; other
// folders use only Duration and ByteSize. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/description.h"
#include "config/node.h"
#include "config/secret_reference.h"

namespace weir::config {

/// "30 s", "5 min", "2 h", "1 d", "250 ms": a length of time with its unit.
struct Duration {
  std::chrono::milliseconds value{};
  auto operator<=>(const Duration&) const = default;
};

/// "64 MiB", "1.5 GB", "512 B": a number of bytes with its unit.
struct ByteSize {
  std::uint64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
};

std::optional<Duration> parse_duration(std::string_view text);
std::optional<ByteSize> parse_byte_size(std::string_view text);
std::string to_string(Duration duration);
std::string to_string(ByteSize size);

using TextList = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;
using OrderedTextMap = std::vector<std::pair<std::string, std::string>>;

// Each reads one value into `value`, or reports why it cannot and leaves it alone.
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                std::string& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, bool& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, double& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, Duration& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, ByteSize& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, TextList& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, TextMap& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                OrderedTextMap& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                SecretReference& value);
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, Node& value);

/// An integer within the field's range and [lowest, highest]; nothing after reporting a problem.
std::optional<std::int64_t> read_integer(const Node& node, const FieldDescription& field,
                                         Diagnostics& diagnostics, std::int64_t lowest, std::int64_t highest);
/// The index of the choice that the node names; nothing after reporting a problem.
std::optional<std::size_t> read_choice(const Node& node, const FieldDescription& field,
                                       Diagnostics& diagnostics);

template <typename T>
concept WholeNumber = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <WholeNumber T>
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics, T& value) {
  using Limits = std::numeric_limits<T>;
  const auto highest = std::cmp_greater(Limits::max(), std::numeric_limits<std::int64_t>::max())
                           ? std::numeric_limits<std::int64_t>::max()
                           : static_cast<std::int64_t>(Limits::max());
  const auto read = read_integer(node, field, diagnostics, static_cast<std::int64_t>(Limits::min()), highest);
  if (read) value = static_cast<T>(*read);
}

template <typename T>
void read_value(const Node& node, const FieldDescription& field, Diagnostics& diagnostics,
                std::optional<T>& value) {
  const auto errors = diagnostics.error_count();
  T read{};
  read_value(node, field, diagnostics, read);
  if (diagnostics.error_count() == errors) value = std::move(read);
}

template <typename T>
constexpr ValueKind kind_of() {
  if constexpr (std::is_same_v<T, bool>)
    return ValueKind::Boolean;
  else if constexpr (WholeNumber<T>)
    return ValueKind::Integer;
  else if constexpr (std::is_same_v<T, double>)
    return ValueKind::Number;
  else if constexpr (std::is_same_v<T, std::string>)
    return ValueKind::Text;
  else if constexpr (std::is_same_v<T, Duration>)
    return ValueKind::Duration;
  else if constexpr (std::is_same_v<T, ByteSize>)
    return ValueKind::ByteSize;
  else if constexpr (std::is_same_v<T, SecretReference>)
    return ValueKind::Secret;
  else if constexpr (std::is_same_v<T, TextList>)
    return ValueKind::TextList;
  else if constexpr (std::is_same_v<T, TextMap> || std::is_same_v<T, OrderedTextMap>)
    return ValueKind::TextMap;
  else
    return ValueKind::Any;
}

// The default value as JSON; empty when there is nothing to show.
std::string default_json(const std::string& value);
std::string default_json(bool value);
std::string default_json(double value);
std::string default_json(std::int64_t value);
std::string default_json(Duration value);
std::string default_json(ByteSize value);
std::string default_json(const TextList& value);
template <WholeNumber T>
std::string default_json(const T& value) {
  return default_json(static_cast<std::int64_t>(value));
}
template <typename T>
std::string default_json(const T&) {
  return {};
}

}  // namespace weir::config
