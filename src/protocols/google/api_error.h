// SPDX-License-Identifier: Apache-2.0
// What an error answer of a Google API means. Used by api_client.h and by callers that send by
// themselves. Pure.
#pragma once

#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "io/http_client.h"

namespace weir::google {

/// The error that an answer of 400 or more stands for: by its status and, where that says too little
/// (a 403 may be a used-up rate), by its reason. `service` names the API: "storage.googleapis.com".
Error api_error(const io::HttpResponse& response, std::string_view service, Timestamp now);

}  // namespace weir::google
