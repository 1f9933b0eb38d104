// SPDX-License-Identifier: Apache-2.0
// The only way to environment variables. Tests hand in a map. Read-only, thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace weir::io {

class Environment {
 public:
  virtual ~Environment() = default;
  /// The variable's value; nothing when it is unset.
  virtual std::optional<std::string> get(const std::string& name) const = 0;
};

class ProcessEnvironment final : public Environment {
 public:
  std::optional<std::string> get(const std::string& name) const override;
};

class FixedEnvironment final : public Environment {
 public:
  explicit FixedEnvironment(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  std::optional<std::string> get(const std::string& name) const override {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace weir::io
