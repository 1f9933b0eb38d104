// SPDX-License-Identifier: Apache-2.0
// Where quarantine files lie. For this folder only. Pure.
#pragma once

#include <string>

#include "state/quarantine.h"

namespace weir::state {

/// `.weir/quarantine/<pipeline>`.
std::string quarantine_folder(const std::string& folder, const std::string& pipeline);
/// `.weir/quarantine/<pipeline>/<partition>.jsonl`.
std::string quarantine_path(const QuarantinePlace& place);

}  // namespace weir::state
