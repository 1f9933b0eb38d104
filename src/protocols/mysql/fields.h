// SPDX-License-Identifier: Apache-2.0
// What a server says about the columns of its rows. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct st_mysql_field;
struct st_mysql_res;

namespace weir::mysql {

/// What a value of a column is, as far as reading it goes.
enum class Kind {
  Integer,
  Unsigned64,
  Tiny1,  ///< TINYINT(1), which people use for booleans
  Decimal,
  Float,
  Double,
  Bit,
  Year,
  Date,
  Datetime,   ///< without a zone
  Timestamp,  ///< an instant, shown in the session's zone, which is UTC
  Time,
  Text,
  Json,
  Bytes,
};

struct Field {
  std::string name;
  Kind kind = Kind::Text;
  std::uint32_t length = 0;  ///< bits of a Bit

  bool operator==(const Field&) const = default;
};

/// The columns of a result.
std::vector<Field> fields_of(st_mysql_res* result);

}  // namespace weir::mysql
