// SPDX-License-Identifier: Apache-2.0
// A query of an explore, and its answer read while it comes. Used by the connector. Threads as in session.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "protocols/looker/row_reader.h"
#include "protocols/looker/session.h"

namespace weir::looker {

/// A limit that is none.
inline constexpr std::int64_t kAllRows = -1;

struct Query {
  std::string model;
  std::string explore;
  std::vector<std::string> fields;
  std::map<std::string, std::string> filters;  ///< field -> filter expression
  std::vector<std::string> sorts;
  std::int64_t limit = kAllRows;
};

enum class RunMode {
  Inline,  ///< the rows are the answer to the query
  Task,    ///< Looker runs it in the background, and is asked when it is done
};

struct RunOptions {
  RunMode mode = RunMode::Inline;
  std::chrono::milliseconds task_timeout = std::chrono::minutes(30);
};

/// The body of a query. Times in filters and rows are UTC, always.
std::string to_json(const Query& query);

/// What came with the rows.
struct Answer {
  std::uint64_t rows = 0;
  std::vector<std::string> notes;
};

/// Runs a query once and hands on its rows. Success means that the answer was whole: no row is missing but
/// those beyond the limit. The caller has a place of the session's limit(). On failure some rows may have
/// been handed on.
Result<Answer> run_query(Session& session, const Query& query, const RunOptions& options, RowSink& sink);

}  // namespace weir::looker
