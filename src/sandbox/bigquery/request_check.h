// SPDX-License-Identifier: Apache-2.0
// Whether the JSON of a request has the form that the API describes: unknown members and values of
// the wrong type are refused, and so is what the API knows and the stand-in does not. What may be
// spelled in two ways gets the one that answers have. Used by BigQueryService. Pure.
#pragma once

#include "sandbox/bigquery/refusal.h"

namespace weir::sandbox::bigquery {

// https://cloud.google.com/bigquery/docs/reference/rest/v2
void check_job(Json& job);
void check_dataset(Json& dataset);
void check_table(Json& table);
void check_query_request(Json& request);

}  // namespace weir::sandbox::bigquery
