// SPDX-License-Identifier: Apache-2.0
// A request that cannot be served. Thrown inside this folder only, and made an answer by GcsService:
// nearly every step of the storage rules can refuse, always for the whole request.
#pragma once

#include <string>

namespace weir::sandbox::gcs {

struct Refusal {
  int status;
  std::string reason;
  std::string message;
  std::string location{};
};

}  // namespace weir::sandbox::gcs
