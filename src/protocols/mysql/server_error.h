// SPDX-License-Identifier: Apache-2.0
// Error numbers of MySQL and MariaDB, of the server and of the client library, and what a caller
// should do about them. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace weir::mysql {

// https://mariadb.com/kb/en/mariadb-error-code-reference/,
// https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html
namespace number {
inline constexpr unsigned kDuplicateKey = 1062;     // of an INSERT
inline constexpr unsigned kDuplicateColumn = 1060;  // two columns of one name
inline constexpr unsigned kKeyWithoutLength = 1170;
inline constexpr unsigned kUnknownVariable = 1193;
inline constexpr unsigned kLockWait = 1205;
inline constexpr unsigned kTableChanged = 1412;  // since the snapshot
inline constexpr unsigned kLost = 2013;
}  // namespace number

/// What a server or the client library said.
struct ServerError {
  unsigned number = 0;
  std::string sqlstate;
  std::string message;
};

ErrorCode code_of(unsigned number, std::string_view message);
/// The error in words: the server's own, its number, and advice where there is some.
Error to_error(const ServerError& error);
/// Whether a statement failed because of a row's values, so that the other rows may still go in.
bool is_about_a_row(unsigned number);

}  // namespace weir::mysql
