// SPDX-License-Identifier: Apache-2.0
// What an error answer of a Google API means. Used by api_client.h, by callers that send by
// themselves, and for the jobs of BigQuery, which name the same reasons. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "io/http_client.h"

namespace weir::google {

/// The error that an answer of 400 or more stands for: by its status and, where that says too little
/// (a 403 may be a used-up rate), by its reason. `service` names the API: "storage.googleapis.com".
Error api_error(const io::HttpResponse& response, std::string_view service, Timestamp now);

/// What a reason says on its own; nothing when the status must decide.
std::optional<ErrorCode> code_of_reason(std::string_view reason);

}  // namespace weir::google
