// SPDX-License-Identifier: Apache-2.0
#include "io/environment.h"

#include <cstdlib>

namespace weir::io {

std::optional<std::string> ProcessEnvironment::get(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace weir::io
