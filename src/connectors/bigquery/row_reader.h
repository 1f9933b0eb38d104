// SPDX-License-Identifier: Apache-2.0
// RowReader: the rows of one table of BigQuery from front to end, page by page or through objects that it
// was exported into. Used by the source; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/bigquery/source_blocks.h"
#include "io/object_store.h"
#include "protocols/google/bigquery_jobs.h"

namespace weir::bigquery {

class RowReader {
 public:
  virtual ~RowReader() = default;
  /// The next rows, about a megabyte of them; nothing at the end. DataMismatch when fewer rows came than
  /// the table has.
  virtual Result<std::optional<RawRows>> next() = 0;
};

/// `columns`: those to read, in the order of the table; empty: all.
std::unique_ptr<RowReader> read_pages(google::BigQueryClient& client, google::BigQueryTableName table,
                                      std::vector<std::string> columns, std::uint64_t page_rows);

/// Exports all columns under `folder` of the bucket by the job `id`, and removes the objects at the end.
struct ExportPlace {
  io::ObjectStore& store;
  std::string folder;  ///< with a slash at its end
  std::string id;
};
/// `rows`: how many the table has.
Result<std::unique_ptr<RowReader>> read_export(google::BigQueryClient& client,
                                               const google::BigQueryTableName& table, std::uint64_t rows,
                                               ExportPlace place);

}  // namespace weir::bigquery
