// SPDX-License-Identifier: Apache-2.0
// Control: what tests ask of the instance and tell it, at /_looker/. Used by the service. Thread-safe.
#pragma once

#include "sandbox/looker/instance.h"

namespace weir::sandbox::looker {

/// Answers to /_looker/requests, /_looker/now, /_looker/rows and /_looker/sessions.
Answer control(Instance& instance, const Request& request, RequestBody& body);

}  // namespace weir::sandbox::looker
