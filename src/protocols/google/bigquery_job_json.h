// SPDX-License-Identifier: Apache-2.0
// Jobs of BigQuery as JSON. Used by the other bigquery_*.cc of this folder only. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "protocols/google/bigquery_jobs.h"

namespace weir::google {

/// The resource that jobs.insert takes.
nlohmann::json job_json(const std::string& id, const JobConfiguration& job, const BigQueryPlace& place,
                        const std::string& location);
nlohmann::json parameters_json(const std::vector<BigQueryParameter>& parameters);
/// What a job resource tells; its state is not looked at.
FinishedJob finished_job(const nlohmann::json& resource);
bool is_done(const nlohmann::json& resource);

}  // namespace weir::google
