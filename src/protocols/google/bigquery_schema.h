// SPDX-License-Identifier: Apache-2.0
// Tables of BigQuery as its API describes them. Used by the other bigquery_*.h and by the connector.
// Values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace weir::google {

struct BigQueryField {
  enum class Mode { Nullable, Required, Repeated };

  std::string name;
  std::string type;  ///< in the spelling of SQL: INT64, FLOAT64, BOOL, STRUCT
  Mode mode = Mode::Nullable;
  std::vector<BigQueryField> fields{};  ///< of a STRUCT
  std::string description{};
  std::uint64_t max_length = 0;  ///< of STRING (characters) and BYTES; 0: no limit
  std::uint64_t precision = 0;   ///< of NUMERIC and BIGNUMERIC; 0: that of the type
  std::uint64_t scale = 0;

  bool operator==(const BigQueryField&) const = default;
};

struct BigQueryTableName {
  std::string project;
  std::string dataset;
  std::string table;

  /// `project.dataset.table` in backticks, as SQL wants it.
  std::string sql() const;
  /// "project.dataset.table", for messages.
  std::string shown() const { return project + "." + dataset + "." + table; }
  bool operator==(const BigQueryTableName&) const = default;
};

struct BigQueryPartitioning {
  std::string unit;    ///< HOUR, DAY, MONTH, YEAR
  std::string column;  ///< empty: by the time at which rows came in
  std::int64_t expiration_ms = 0;
};

struct BigQueryTable {
  BigQueryTableName name;
  std::string kind = "TABLE";  ///< or VIEW, EXTERNAL, …
  std::vector<BigQueryField> fields;
  std::string description{};
  std::optional<BigQueryPartitioning> partitioning{};
  std::vector<std::string> clustering{};
  bool requires_partition_filter = false;
  std::optional<Timestamp> expires{};
  // These are the server's, and not sent.
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string last_modified{};  ///< milliseconds since 1970
  std::string location{};

  const BigQueryField* find(std::string_view column) const;  ///< whatever the case of its letters
};

/// A name in backticks. Backticks, backslashes and control characters must not be in it.
std::string bigquery_identifier(std::string_view name);
/// INT64 of INTEGER and so on.
std::string standard_type(std::string_view type);

}  // namespace weir::google
