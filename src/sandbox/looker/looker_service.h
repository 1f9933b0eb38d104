// SPDX-License-Identifier: Apache-2.0
// LookerService: API 4.0 of a Looker instance. Used by sandbox.cc. Thread-safe.
// https://cloud.google.com/looker/docs/reference/looker-api/latest
#pragma once

#include "sandbox/looker/instance.h"
#include "sandbox/looker/saved_queries.h"
#include "sandbox/looker/tasks.h"

namespace weir::sandbox::looker {

class LookerService final : public Service {
 public:
  /// The clock must outlive it.
  LookerService(Settings settings, const io::Clock& clock) : instance_(std::move(settings), clock) {}

  std::optional<Answer> answer(const Request& request, RequestBody& body) override;
  std::optional<Answer> refusal(const Request& request, const Fault& fault) override;
  Instance& instance() { return instance_; }

 private:
  using Path = std::vector<std::string>;

  Answer api(const Request& request, const std::string& body);
  Answer login(const Request& request, const std::string& body);
  Answer route(const Path& path, const Request& request, const std::string& body);
  Answer session(const Request& request, const nlohmann::json& body);
  Answer models(const Path& path, const Request& request);
  Answer queries(const Path& path, const Request& request, const nlohmann::json& body);
  Answer tasks(const Path& path, const Request& request, const nlohmann::json& body);
  Answer looks(const Path& path, const Request& request);

  Instance instance_;
  SavedQueries queries_;
  QueryRuns runs_{instance_};
  Tasks tasks_{instance_, queries_, runs_};
};

}  // namespace weir::sandbox::looker
