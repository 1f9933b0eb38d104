// SPDX-License-Identifier: Apache-2.0
// QueryRuns: queries carried out for a request, as many at a time as the instance allows. Used by the
// service and its tasks. Thread-safe.
#pragma once

#include "sandbox/looker/instance.h"
#include "sandbox/looker/row_answer.h"

namespace weir::sandbox::looker {

class QueryRuns {
 public:
  explicit QueryRuns(const Instance& instance) : instance_(instance) {}

  /// The rows in the result format, as the parameters of the request want them. Throws ApiError.
  Answer answer(Query query, const std::string& format, const Request& request);
  /// The same as text, never packed.
  std::string text(const Query& query, const std::string& format, const Request& request);

 private:
  RowAnswer rows(const Query& query, const std::string& format, const Request& request);
  std::shared_ptr<void> ticket();

  const Instance& instance_;
  std::shared_ptr<std::atomic<std::int64_t>> running_ = std::make_shared<std::atomic<std::int64_t>>(0);
};

}  // namespace weir::sandbox::looker
