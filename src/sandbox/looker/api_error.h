// SPDX-License-Identifier: Apache-2.0
// How the API says no. Thrown and caught within this folder. Values.
#pragma once

#include "sandbox/http/http.h"
#include "sandbox/looker/queries/query.h"

namespace weir::sandbox::looker {

struct ApiError {
  int status = 500;
  std::string message;
  Problems problems{};  ///< of a ValidationError

  Answer answer() const;
};

inline ApiError not_found() { return {404, "Not found"}; }
inline ApiError validation_failed(Problems problems) {
  return {422, "Validation Failed", std::move(problems)};
}

/// What a proxy before Looker shows when it waits no longer.
Answer html_error(int status, std::string_view title);

}  // namespace weir::sandbox::looker
