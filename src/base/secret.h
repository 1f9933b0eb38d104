// SPDX-License-Identifier: Apache-2.0
// Secret: a string that cannot be printed by accident. Used for passwords, tokens and keys.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace weir {

/// Holds a sensitive value. It has no formatter and no stream operator, so printing one does not
/// compile; only reveal() gives the text, at the place where it goes on the wire.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

}  // namespace weir

template <>
struct fmt::formatter<weir::Secret> {
  formatter() = delete;
};
