// SPDX-License-Identifier: Apache-2.0
// The rows that a statement gave, and the values that are bound to one. Used with connection.h.
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_result;

namespace weir::postgres {

/// Rows and columns count from 0. Values are text, or what was asked for.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}

  std::size_t size() const;
  std::size_t columns() const;
  bool is_null(std::size_t row, std::size_t column) const;
  /// Valid as long as the rows; empty for NULL.
  std::string_view text(std::size_t row, std::size_t column) const;
  std::int64_t integer(std::size_t row, std::size_t column) const;
  bool boolean(std::size_t row, std::size_t column) const { return text(row, column) == "t"; }
  std::string column_name(std::size_t column) const;
  std::uint32_t column_type(std::size_t column) const;
  std::int32_t column_modifier(std::size_t column) const;
  /// Rows that an INSERT, UPDATE, DELETE or COPY touched.
  std::uint64_t affected() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

/// Values for $1, $2 and so on. They never become part of the SQL.
class Parameters {
 public:
  /// Copies the text; the server chooses the type by the place where the parameter stands.
  Parameters& text(std::string_view value);
  Parameters& integer(std::int64_t value) { return text(std::to_string(value)); }
  Parameters& null();
  /// The bytes of a type's binary form, which the caller keeps alive.
  Parameters& binary(std::uint32_t type, std::string_view bytes);

  int size() const { return static_cast<int>(values_.size()); }
  const std::uint32_t* types() const { return types_.data(); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  Parameters& add(std::uint32_t type, const char* value, std::size_t length, int format);

  std::deque<std::string> texts_;
  std::vector<std::uint32_t> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace weir::postgres
