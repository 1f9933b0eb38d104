// SPDX-License-Identifier: Apache-2.0
// Partial answers: what the parameter `fields` leaves of a JSON value. Used by GcsService. Pure.
// https://cloud.google.com/storage/docs/json_api#partial-response
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace weir::sandbox::gcs {

/// "items(name,size),nextPageToken" or "items/name"; "*" keeps everything. Refuses what it cannot
/// read. Lists are looked into element by element.
nlohmann::json select_fields(const nlohmann::json& value, std::string_view fields);

}  // namespace weir::sandbox::gcs
