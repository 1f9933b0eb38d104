// SPDX-License-Identifier: Apache-2.0
#include "protocols/postgres/result_rows.h"

#include <charconv>

#include "protocols/postgres/libpq_library.h"

namespace weir::postgres {
namespace {

constexpr int kTextFormat = 0;
constexpr int kBinaryFormat = 1;

template <typename Number>
Number to_number(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void Rows::Clear::operator()(pg_result* result) const { libpq().PQclear(result); }

std::size_t Rows::size() const { return static_cast<std::size_t>(libpq().PQntuples(result_.get())); }

std::size_t Rows::columns() const { return static_cast<std::size_t>(libpq().PQnfields(result_.get())); }

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return libpq().PQgetisnull(result_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  const auto r = static_cast<int>(row);
  const auto c = static_cast<int>(column);
  return {libpq().PQgetvalue(result_.get(), r, c),
          static_cast<std::size_t>(libpq().PQgetlength(result_.get(), r, c))};
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  return to_number<std::int64_t>(text(row, column));
}

std::string Rows::column_name(std::size_t column) const {
  return libpq().PQfname(result_.get(), static_cast<int>(column));
}

std::uint32_t Rows::column_type(std::size_t column) const {
  return libpq().PQftype(result_.get(), static_cast<int>(column));
}

std::int32_t Rows::column_modifier(std::size_t column) const {
  return libpq().PQfmod(result_.get(), static_cast<int>(column));
}

std::uint64_t Rows::affected() const { return to_number<std::uint64_t>(libpq().PQcmdTuples(result_.get())); }

Parameters& Parameters::add(std::uint32_t type, const char* value, std::size_t length, int format) {
  types_.push_back(type);
  values_.push_back(value);
  lengths_.push_back(static_cast<int>(length));
  formats_.push_back(format);
  return *this;
}

Parameters& Parameters::text(std::string_view value) {
  const auto& kept = texts_.emplace_back(value);
  return add(0, kept.c_str(), kept.size(), kTextFormat);
}

Parameters& Parameters::null() { return add(0, nullptr, 0, kTextFormat); }

Parameters& Parameters::binary(std::uint32_t type, std::string_view bytes) {
  return add(type, bytes.data(), bytes.size(), kBinaryFormat);
}

}  // namespace weir::postgres
