// SPDX-License-Identifier: Apache-2.0
// Instance: its time, its tables, who is logged in. Used by all parts of the service. Thread-safe.
#pragma once

#include <atomic>

#include "sandbox/looker/queries/plan.h"
#include "sandbox/looker/request_log.h"
#include "sandbox/looker/sessions.h"

namespace weir::sandbox::looker {

class Instance {
 public:
  /// The clock must outlive it.
  Instance(Settings settings, const io::Clock& clock);

  const Settings& settings() const { return settings_; }
  Sessions& sessions() { return sessions_; }
  RequestLog& log() { return log_; }
  Tables& tables() { return tables_; }
  const Tables& tables() const { return tables_; }

  Timestamp now() const;
  void set_now(Timestamp now);
  /// What of the tables a query on this explore sees.
  Window window(const Model& model, const Explore& explore) const;
  /// Throws ApiError: not found, or what is wrong with the query.
  SharedPlan plan(const Query& query) const;

 private:
  Settings settings_;
  const io::Clock& clock_;
  std::atomic<std::int64_t> fixed_now_;  ///< 0: time goes with the clock
  std::atomic<std::int64_t> ahead_ = 0;  ///< of the clock
  Sessions sessions_;
  RequestLog log_;
  Tables tables_;
};

/// The model and its explore. Throws ApiError when there is none, as for those one may not see.
std::pair<const Model*, const Explore*> find_explore(const std::string& model, const std::string& explore);

}  // namespace weir::sandbox::looker
