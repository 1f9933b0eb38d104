// SPDX-License-Identifier: Apache-2.0
// Tables of BigQuery as JSON. Used by the other bigquery_*.cc of this folder only. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "protocols/google/bigquery_schema.h"

namespace weir::google {

/// {"fields": [...]} of a schema; empty when there is none.
std::vector<BigQueryField> fields_of(const nlohmann::json& schema);
nlohmann::json json_of(const BigQueryField& field);
nlohmann::json schema_json(const std::vector<BigQueryField>& fields);
BigQueryTable table_of(const nlohmann::json& resource);
/// What tables.insert takes.
nlohmann::json json_of(const BigQueryTable& table);
nlohmann::json json_of(const BigQueryTableName& name);
BigQueryTableName table_name_of(const nlohmann::json& reference);

}  // namespace weir::google
