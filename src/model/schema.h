// SPDX-License-Identifier: Apache-2.0
// Column types and schemas, as every source, transform and destination speaks of them. Values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::model {

/// How a column's values are held in a batch (batch.h) between a source and a destination.
enum class Type {
  Boolean,    ///< std::uint8_t, 0 or 1
  Integer,    ///< std::int64_t
  Double,     ///< double
  Text,       ///< Text: UTF-8
  Json,       ///< Text: one JSON value
  Blob,       ///< Text: any bytes
  Timestamp,  ///< std::int64_t microseconds since 1970-01-01T00:00:00Z
  Date,       ///< std::int32_t days since 1970-01-01
};

/// The name used in configuration files, in lower case: "timestamp".
std::string_view name(Type type);
/// The type of a configuration name; common synonyms ("int", "string", "float") are understood.
std::optional<Type> type_from_name(std::string_view name);
/// All names that configuration may use, preferred ones only.
const std::vector<std::string>& type_names();
/// Bytes that one value takes in a column's data: 1, 4, 8 or 16.
std::size_t width(Type type);

struct Column {
  std::string name;
  Type type = Type::Text;

  bool operator==(const Column&) const = default;
};

/// The columns of a table or a stream, in order. Names are compared exactly.
struct Schema {
  std::vector<Column> columns;

  std::size_t size() const { return columns.size(); }
  std::optional<std::size_t> find(std::string_view column) const;
  std::vector<std::string> names() const;
  bool operator==(const Schema&) const = default;
};

/// "insert_id text, timestamp timestamp": for messages and tests.
std::string to_string(const Schema& schema);

}  // namespace weir::model
