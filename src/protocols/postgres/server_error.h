// SPDX-License-Identifier: Apache-2.0
// What a PostgreSQL server says when it refuses something, and what a caller should do about it.
// Used by the connectors postgres and redshift. Values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace weir::postgres {

/// The fields of an error or notice (https://www.postgresql.org/docs/15/protocol-error-fields.html).
struct ServerError {
  std::string sqlstate;  ///< "23505"; empty when the failure is not the server's
  std::string severity;  ///< "ERROR", "WARNING"
  std::string message;
  std::string detail;
  std::string hint;
  std::string context;     ///< "COPY people, line 3, column id"
  std::string table;       ///< of the violated constraint
  std::string column;      ///< of the violated constraint, when it is about one column
  std::string constraint;  ///< its name
};

/// The reaction to an SQLSTATE: a lost or busy server is Unavailable, a deadlock is a Conflict, what a
/// row or constraint is to blame for is a DataMismatch. An unknown state is Internal.
ErrorCode code_for(std::string_view sqlstate);

/// "duplicate key value violates ... (Key (id)=(1) already exists; COPY people, line 3; SQLSTATE 23505)".
Error to_error(const ServerError& failure);

/// Whether the fault is with values of a row, so that other rows may still go in.
bool blames_a_row(std::string_view sqlstate);

/// The row, from 1, that a COPY stumbled over: 3 in "COPY people, line 3, column id".
std::optional<std::uint64_t> copy_line(std::string_view context);

/// What the failure to connect asks for. libpq gives only words for it.
ErrorCode code_of_connect_failure(std::string_view message);

}  // namespace weir::postgres
