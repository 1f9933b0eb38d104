// SPDX-License-Identifier: Apache-2.0
// Small queries of BigQuery with their rows, and the rows of tables page by page. Used by the connector.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/google/bigquery_jobs.h"

namespace weir::google {

/// The rows of a small query. Times are microseconds since 1970 as text.
using BigQueryRows = std::vector<std::vector<std::optional<std::string>>>;

/// Runs a query that changes nothing and gives all of its rows. Thread-safe.
Result<BigQueryRows> query_rows(BigQueryClient& client, const std::string& sql,
                                const std::vector<BigQueryParameter>& parameters);

/// A page of rows as the server wrote it.
struct RowsPage {
  std::string body;
  std::size_t rows_begin = 0;  ///< the array of rows in `body`, with its brackets; empty: no rows
  std::size_t rows_end = 0;
  std::uint64_t total_rows = 0;
  std::string next;  ///< token of the next page; empty: this is the last
};

/// Finds the parts of a page without taking its rows apart. Unavailable when it is cut short.
Result<RowsPage> read_page(std::string body);

/// The rows of a table from front to end. One thread.
class TablePages {
 public:
  /// `page_rows`: at most so many rows a page, of which there are about 10 MB in any case.
  TablePages(BigQueryClient& client, BigQueryTableName table, std::vector<std::string> columns,
             std::uint64_t page_rows)
      : client_(client), table_(std::move(table)), columns_(std::move(columns)), page_rows_(page_rows) {}

  /// Nothing behind the last page.
  Result<std::optional<RowsPage>> next();

 private:
  BigQueryClient& client_;
  BigQueryTableName table_;
  std::vector<std::string> columns_;
  std::uint64_t page_rows_;
  std::string token_;
  bool ended_ = false;
};

}  // namespace weir::google
