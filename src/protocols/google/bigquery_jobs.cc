// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_jobs.h"

#include <algorithm>

#include "protocols/google/api_error.h"
#include "protocols/google/bigquery_job_json.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"

namespace weir::google {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kFirstPoll{50};
constexpr int kAttempts = 4;

bool is_worth_another_attempt(const Error& error) {
  return error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::RateLimited;
}

}  // namespace

std::optional<Error> FinishedJob::error() const {
  if (!failure) return std::nullopt;
  auto code = code_of_reason(failure->reason).value_or(ErrorCode::InvalidConfig);
  // Another transaction changed the same rows first; this one left nothing behind.
  if (failure->message.find("aborted due to concurrent update") != std::string::npos) {
    code = ErrorCode::Unavailable;
  }
  const auto place = failure->location.empty() ? "" : " at " + failure->location;
  return Error(code,
               fmt::format("the job {} failed: {} ({}{})", id, failure->message, failure->reason, place));
}

Result<FinishedJob> BigQueryJobs::run(const std::string& id, const JobConfiguration& job) {
  const auto location = TRY(client_.location());
  auto request = client_.request("POST", "/jobs");
  request.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  request.body = dump_json(job_json(id, job, client_.place(), location));
  request.repeat = io::Repeat::Always;  // the id keeps a second one from being done
  auto answer = client_.send(request);
  if (answer) return follow(id, *std::move(answer));
  if (answer.error().code() == ErrorCode::Conflict) return wait(id);
  // The job may have begun although no answer came.
  if (is_worth_another_attempt(answer.error())) {
    if (auto found = find(id); found && *found) return **std::move(found);
  }
  return Failure(Error(answer.error()).within("beginning the job " + id));
}

Result<FinishedJob> BigQueryJobs::run_with_attempts(const std::string& base, const JobConfiguration& job) {
  return with_attempts(client_, base, [&](const std::string& id) { return run(id, job); });
}

Result<FinishedJob> with_attempts(BigQueryClient& client, const std::string& base,
                                  const std::function<Result<FinishedJob>(const std::string& id)>& run) {
  Patience patience(client.world(), client.policy());
  for (int attempt = 1;; ++attempt) {
    auto done = TRY(run(fmt::format("{}_{}", base, attempt)));
    const auto error = done.error();
    if (!error || attempt == kAttempts || !is_worth_another_attempt(*error)) return done;
    if (patience.after(*error) == io::RetryAction::GiveUp) return done;
  }
}

Result<io::HttpResponse> BigQueryJobs::look(const std::string& id) {
  const auto location = TRY(client_.location());
  return client_.send(client_.request("GET", "/jobs/" + percent_encode(id), {{"location", location}}));
}

Result<std::optional<FinishedJob>> BigQueryJobs::find(const std::string& id) {
  auto answer = look(id);
  if (!answer && answer.error().code() == ErrorCode::NotFound) return std::optional<FinishedJob>();
  if (!answer) return Failure(Error(answer.error()).within("looking at the job " + id));
  return std::optional(TRY(follow(id, *std::move(answer))));
}

Result<FinishedJob> BigQueryJobs::wait(const std::string& id) {
  auto answer = TRY(look(id).within("looking at the job " + id));
  return follow(id, std::move(answer));
}

Result<FinishedJob> BigQueryJobs::follow(const std::string& id, io::HttpResponse answer) {
  auto poll = kFirstPoll;
  std::chrono::milliseconds waited{0};
  while (true) {
    const Json resource = parse_json(answer.body);
    if (is_done(resource)) return finished_job(resource);
    if (!member_of(resource, "status").is_object()) {
      return fail(ErrorCode::DataMismatch, "BigQuery describes the job {} without its status", id);
    }
    if (waited >= client_.place().job_timeout) {
      return fail(ErrorCode::Unavailable, "the job {} is not done after {}; job_timeout allows no more", id,
                  human_duration(waited));
    }
    client_.world().sleeper.sleep(poll);
    waited += poll;
    poll = std::min(poll * 2, client_.place().longest_poll);
    answer = TRY(look(id).within("looking at the job " + id));
  }
}

Result<FinishedJob> BigQueryJobs::dry_run(const QueryJob& job) {
  auto asked = job;
  asked.mode = QueryJob::Mode::DryRun;
  const auto location = TRY(client_.location());
  auto request = client_.request("POST", "/jobs");
  request.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  request.body = dump_json(job_json("", asked, client_.place(), location));
  request.repeat = io::Repeat::Always;  // nothing is done
  const auto answer = TRY(client_.send(request));
  return finished_job(parse_json(answer.body));
}

}  // namespace weir::google
