// SPDX-License-Identifier: Apache-2.0
// Why a COPY failed, in words for a person: the row, the column and the value, from Redshift's own
// tables of load errors and from the staged object. Used inside this folder only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/redshift/options.h"
#include "connectors/redshift/staging.h"
#include "protocols/postgres/connection.h"

namespace weir::redshift {

/// A row of stl_load_errors or sys_load_error_detail.
struct LoadError {
  std::string file;        ///< "s3://bucket/key"
  std::uint64_t line = 0;  ///< from 1
  std::string column;
  std::string value;
  std::string row;  ///< the beginning of the raw row, when it is told
  int code = 0;
  std::string reason;
};

/// Whether the server's words are those of transactions that would contradict each other.
bool is_conflict(const postgres::ServerError& failure);
/// Whether rows are to blame, so that read_load_errors() knows more.
bool blames_rows(const postgres::ServerError& failure);
/// What a failed statement means.
Error explain(const postgres::ServerError& failure, const Error& error);

/// What the last COPY of the session stumbled over. The transaction must have been rolled back; the
/// tables of errors outlive that. Empty when nothing can be learned.
std::vector<LoadError> read_load_errors(postgres::Connection& connection);

/// The number of a refused row among those of its part, from 0, found in the part's text. Redshift
/// does not say whether it counts lines or rows, so a row that begins as told goes first.
std::optional<std::uint64_t> find_row(std::string_view text, const LoadError& error);
/// The end of the row that begins at `start`: its line feed, or the text's end.
std::size_t end_of_row(std::string_view text, std::size_t start);
/// The text of a staged part.
Result<std::string> read_part(io::ObjectStore& store, const Part& part, StagedCompression compression);

/// "memo 'too long …': String length exceeds DDL length (error 1204)".
std::string describe_cell(const LoadError& error);
/// "row 17 of table users (s3://… line 17): memo 'too long …': String length exceeds DDL length (error
/// 1204)".
std::string describe(const LoadError& error, std::string_view table, std::optional<std::uint64_t> row);

}  // namespace weir::redshift
