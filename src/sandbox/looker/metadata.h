// SPDX-License-Identifier: Apache-2.0
// What the API tells of models and explores. Used by the service. Pure but for the instance's time.
#pragma once

#include "sandbox/looker/instance.h"

namespace weir::sandbox::looker {

nlohmann::json models_json(const Request& request);
/// Throws ApiError.
nlohmann::json model_json(const std::string& name);
nlohmann::json explore_json(const Instance& instance, const std::string& model, const std::string& explore);

/// The members that the parameter `fields` names, "id,name,fields(dimensions)"; all when it is empty.
/// What stands in brackets is not looked at.
nlohmann::json selected(nlohmann::json json, const std::string& fields);

}  // namespace weir::sandbox::looker
