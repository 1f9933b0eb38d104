// SPDX-License-Identifier: Apache-2.0
// What clients have asked the API, for tests to look at. Used by the service. Thread-safe.
#pragma once

#include <deque>
#include <mutex>

#include "sandbox/http/http.h"

namespace weir::sandbox::looker {

class RequestLog {
 public:
  /// Secrets are not kept. The newest ten thousand are.
  void add(const Request& request, const std::string& body, int status);
  nlohmann::json all() const;
  void clear();

 private:
  mutable std::mutex mutex_;  // guards entries_
  std::deque<nlohmann::json> entries_;
};

}  // namespace weir::sandbox::looker
