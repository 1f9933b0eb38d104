// SPDX-License-Identifier: Apache-2.0
// The rows of a table as texts, page by page. Used by tabledata.list, results of queries and
// extracts, by the holder of the warehouse.
#pragma once

#include "sandbox/bigquery/partition.h"
#include "sandbox/bigquery/values.h"

namespace weir::sandbox::bigquery {

class TableRows {
 public:
  /// The rows of the target, with these columns of it.
  TableRows(Warehouse& warehouse, const Table& table, const std::string& partition, Fields fields);

  const Fields& fields() const { return fields_; }
  std::int64_t count();
  std::vector<Row> read(std::int64_t first, std::int64_t count);

 private:
  Warehouse& warehouse_;
  Fields fields_;
  std::string from_;
};

/// What a request wants of rows.
struct PageRequest {
  std::int64_t first = 0;
  std::int64_t most = 0;  ///< 0: as many as fit
  TimestampOutput timestamps = TimestampOutput::FloatSeconds;
};

/// From maxResults, pageToken, startIndex and formatOptions; refuses a token that nobody gave out.
/// `name` is what the token belongs to.
PageRequest page_request(const Parameters& query, const std::string& name);
std::string page_token(const std::string& name, std::int64_t first);

/// {rows, pageToken, totalRows}: as much of a page as fits into an answer.
Json page_of(TableRows& rows, const PageRequest& request, const std::string& name);

}  // namespace weir::sandbox::bigquery
