// SPDX-License-Identifier: Apache-2.0
// Our column types in BigQuery: what a new column is declared as, and what a stored one can take.
// Used by the destination and the source. Values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/bigquery/options.h"
#include "model/schema.h"
#include "protocols/google/bigquery_schema.h"

namespace weir::bigquery {

/// How a field's values are held and written.
enum class Family {
  Boolean,
  Integer,
  Float,
  Numeric,
  BigNumeric,
  Text,
  Bytes,
  Date,
  DateTime,
  Timestamp,
  Json,
  Nested,  ///< a STRUCT or an array
  Other,   ///< TIME, GEOGRAPHY, INTERVAL, RANGE
};

Family family_of(const google::BigQueryField& field);

/// "NUMERIC(10, 2)", "ARRAY<STRING>": for messages.
std::string shown_type(const google::BigQueryField& field);

/// A type as a person declares it, "NUMERIC(10, 2)"; nothing when weir does not load it. The field has no
/// name.
std::optional<google::BigQueryField> parse_declared(std::string_view type);

/// What a new column for values of our type is.
google::BigQueryField declared(std::string name, model::Type type, JsonColumns json);

/// Whether values of our type come out of such a column as they went in.
bool takes(const google::BigQueryField& field, model::Type type);

/// What a stored column is read as. Numbers with decimals keep their digits as text, arrays and
/// structures become JSON.
model::Type read_as(const google::BigQueryField& field);

}  // namespace weir::bigquery
