// SPDX-License-Identifier: Apache-2.0
// Rows of BigQuery in its two forms as cells of a batch. Used by the source's blocks. Pure but for the
// batch; thread-safe.
// https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/batch.h"
#include "protocols/google/bigquery_schema.h"

namespace weir::bigquery {

enum class RowForm {
  Page,  ///< {"f": [{"v": "42"}, {"v": null}]} in the order of the columns, times as microseconds
  Line,  ///< {"id": "42"} as exports have it
};

/// Appends a row to a batch with these columns. When it cannot be read, the batch stays as it is and the
/// reason is given.
std::optional<std::string> decode_row(std::string_view text, RowForm form,
                                      const std::vector<google::BigQueryField>& fields,
                                      const model::RowOrigin& origin, model::Batch& rows);

/// A row of a page as a line, for people and for decode_row() later.
std::string line_of_page_row(std::string_view text, const std::vector<google::BigQueryField>& fields);

}  // namespace weir::bigquery
