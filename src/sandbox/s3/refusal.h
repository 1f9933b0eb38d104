// SPDX-License-Identifier: Apache-2.0
// A request that cannot be served. Thrown inside this folder only, and made an answer by S3Service:
// nearly every step of the rules can refuse, always for the whole request.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace weir::sandbox::s3 {

struct Refusal {
  int status;
  std::string code;
  std::string message;
  std::vector<std::pair<std::string, std::string>> details{};  ///< further elements of the error
  std::vector<std::pair<std::string, std::string>> headers{};
};

}  // namespace weir::sandbox::s3
