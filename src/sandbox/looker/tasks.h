// SPDX-License-Identifier: Apache-2.0
// Tasks: queries that run on while the client asks for their state. Used by the service. Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>

#include "sandbox/looker/runs.h"
#include "sandbox/looker/saved_queries.h"

namespace weir::sandbox::looker {

class Tasks {
 public:
  Tasks(const Instance& instance, const SavedQueries& queries, QueryRuns& runs)
      : instance_(instance), queries_(queries), runs_(runs) {}

  // All throw ApiError.
  Answer create(const Request& request, const nlohmann::json& body);
  Answer show(const std::string& id) const;
  Answer results(const std::string& id, const Request& request);
  Answer multi_results(const Request& request);
  Answer kill(const std::string& id);

 private:
  struct Task {
    std::string id, query_id, format;
    Parameters parameters;
    std::chrono::steady_clock::time_point created;
    bool was_killed = false;
  };

  Task find(const std::string& id) const;
  std::string status(const Task& task) const;
  nlohmann::json json(const Task& task, const std::string& status) const;
  /// The request as if the query had been run with the parameters of the task.
  static Request as_run(const Request& request, const Task& task);

  const Instance& instance_;
  const SavedQueries& queries_;
  QueryRuns& runs_;
  mutable std::mutex mutex_;  // guards tasks_
  std::map<std::string, Task> tasks_;
};

}  // namespace weir::sandbox::looker
