// SPDX-License-Identifier: Apache-2.0
// Our column types in Redshift: what a new column is declared as, and what a stored one can take.
// Used inside this folder only. Values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/schema.h"

namespace weir::redshift {

enum class Family {
  Boolean,
  SmallInt,
  Integer,
  BigInt,
  Decimal,
  Real,
  Double,
  Char,
  VarChar,
  Date,
  Timestamp,
  TimestampTz,
  VarByte,
  Other,
};

/// A column's type as the catalog tells it.
struct StoredType {
  Family family = Family::Other;
  std::uint32_t length = 0;  ///< bytes of Char, VarChar and VarByte (0: no limit); digits of Decimal
  std::uint32_t scale = 0;   ///< of Decimal
  std::string shown;         ///< "character varying(255)"

  bool operator==(const StoredType&) const = default;
};

inline constexpr std::uint32_t kLongestVarChar = 65'535;
inline constexpr std::uint32_t kShortestVarChar = 256;

/// Understands what format_type() says.
StoredType parse_type(std::string_view text);
/// Whether values of our type come out of such a column as they went in.
bool takes(const StoredType& stored, model::Type type);
/// What a new column is declared as; `bytes` is the longest text that it must hold.
std::string declared_type(model::Type type, std::uint32_t bytes);
/// The length that a VARCHAR gets so that `bytes` fit and half as many more.
std::uint32_t roomy_length(std::uint64_t bytes);

}  // namespace weir::redshift
