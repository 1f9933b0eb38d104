// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/run_query.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "protocols/looker/api_error.h"
#include "protocols/looker/explore.h"
#include "protocols/looker/json_value.h"

namespace weir::looker {
namespace {

using std::chrono::milliseconds;

// Rows of now, and of the model as everybody sees it.
constexpr const char* kParameters = "cache=false&force_production=true";
constexpr milliseconds kFirstPoll = std::chrono::seconds(1);
constexpr milliseconds kLongestPoll = std::chrono::seconds(10);

Result<Answer> receive(Session& session, const Call& call, RowSink& sink) {
  RowReader reader(sink);
  TRY(session.receive(call, reader));
  TRY(reader.finish());
  return Answer{reader.rows(), reader.notes()};
}

Result<std::string> id_of(const Result<std::string>& body, const char* what) {
  if (!body.ok()) return Failure(body.error());
  auto id = text_of(parse_json(*body), "id");
  if (!id.empty()) return id;
  return fail(ErrorCode::DataMismatch, "Looker gave {} no id: {}", what, describe_foreign(*body));
}

/// A query that Looker runs in the background.
class Task {
 public:
  Task(Session& session, std::string id) : session_(session), id_(std::move(id)) {}

  Result<void> wait(milliseconds timeout, const RowSink& sink) {
    auto pause = kFirstPoll;
    milliseconds waited{0};
    while (true) {
      const auto status = TRY(look());
      if (status == "complete") return {};
      if (status == "error" || status == "failure" || status == "killed" || status == "expired")
        return ended(status);
      if (!sink.is_wanted() || waited >= timeout) break;
      session_.world().sleeper.sleep(pause);
      waited += pause;
      pause = std::min(pause * 2, kLongestPoll);
    }
    (void)session_.call({.method = "DELETE", .path = "/running_queries/" + path_segment(id_)});
    if (!sink.is_wanted()) return fail(ErrorCode::Cancelled, "the query was given up");
    return fail(ErrorCode::Unavailable, "the query did not end within {}; `task_timeout` is how long to wait",
                human_duration(timeout));
  }

  std::string results_path() const { return "/query_tasks/" + path_segment(id_) + "/results"; }

 private:
  Result<std::string> look() {
    const auto body = TRY(session_.call({.path = "/query_tasks/" + path_segment(id_)}));
    return lower(text_of(parse_json(body), "status"));
  }

  /// The reason is in the answer to the question for the results.
  Result<void> ended(const std::string& status) {
    const auto results = session_.call({.path = results_path()});
    const bool lost = status == "killed" || status == "expired";
    return fail(lost ? ErrorCode::Unavailable : ErrorCode::DataMismatch, "the query ended with '{}'{}",
                status, results.ok() ? "" : ": " + results.error().message());
  }

  Session& session_;
  std::string id_;
};

Result<Answer> run_task(Session& session, const Query& query, const RunOptions& options, RowSink& sink) {
  const auto id =
      TRY(id_of(session.call({.method = "POST", .path = "/queries", .body = to_json(query)}), "the query"));
  const nlohmann::json wish = {{"query_id", id}, {"result_format", "json"}};
  const auto task = TRY(
      id_of(session.call(
                {.method = "POST", .path = fmt::format("/query_tasks?{}", kParameters), .body = wish.dump()}),
            "the query's task"));
  Task running(session, task);
  TRY(running.wait(options.task_timeout, sink));
  auto answer = receive(session, {.path = running.results_path()}, sink);
  if (answer.ok() || answer.error().code() != ErrorCode::NotFound) return answer;
  return fail(ErrorCode::Unavailable, "the results of the query are gone already: {}",
              answer.error().message());
}

}  // namespace

std::string to_json(const Query& query) {
  nlohmann::json json = {{"model", query.model},   {"view", query.explore},
                         {"fields", query.fields}, {"filters", query.filters},
                         {"sorts", query.sorts},   {"limit", std::to_string(query.limit)},
                         {"query_timezone", "UTC"}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Answer> run_query(Session& session, const Query& query, const RunOptions& options, RowSink& sink) {
  if (options.mode == RunMode::Task) return run_task(session, query, options, sink);
  return receive(
      session,
      {.method = "POST", .path = fmt::format("/queries/run/json?{}", kParameters), .body = to_json(query)},
      sink);
}

}  // namespace weir::looker
