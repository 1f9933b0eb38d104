// SPDX-License-Identifier: Apache-2.0
// How the formats of a load become canonical cells. Used by load.cc. One thread. Refuses by throwing
// Refusal.
#pragma once

#include "sandbox/bigquery/feed.h"
#include "sandbox/bigquery/staging.h"

namespace weir::sandbox::bigquery {

void read_json_rows(const Input& input, const Fields& fields, const Json& settings, Staging& staging,
                    BadRecords& bad);
void read_csv_rows(const Input& input, const Fields& fields, const Json& settings, Staging& staging,
                   BadRecords& bad);
/// Throws Refusal with what is wrong with the settings of a CSV load.
void check_csv_settings(const Json& settings);

/// The columns that the first rows show, for loads with autodetect.
Fields detect_json_fields(const Input& input);
Fields detect_csv_fields(const Input& input, const Json& settings);

/// SQL that gives the rows of a Parquet file, and its columns.
struct ParquetRows {
  std::string sql;
  Fields fields;
};
ParquetRows open_parquet(Warehouse& warehouse, const Input& input);

}  // namespace weir::sandbox::bigquery
