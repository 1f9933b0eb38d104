// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/jobs.h"

#include <chrono>
#include <thread>

#include "base/text.h"
#include "protocols/google/encoding.h"
#include "protocols/google/json_value.h"
#include "sandbox/bigquery/partition.h"
#include "sandbox/gcs/refusal.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr const char* kJobLink = "https://bigquery.googleapis.com/bigquery/v2/projects/";
constexpr const char* kUser = "weir@sandbox.iam.gserviceaccount.com";

const char* name_of(Phase phase) {
  if (phase == Phase::Pending) return "PENDING";
  return phase == Phase::Running ? "RUNNING" : "DONE";
}

Json status_json(const Job& job) {
  Json status = {{"state", name_of(job.phase)}};
  if (job.phase != Phase::Done) return status;
  Json errors = job.outcome.warnings;
  if (job.failure) {
    status["errorResult"] = error_proto(*job.failure);
    errors = Json::array({error_proto(*job.failure)});
    for (const Json& detail : job.failure->details) errors.push_back(detail);
  }
  if (!errors.empty()) status["errors"] = errors;
  return status;
}

Json statistics_json(const Job& job) {
  Json statistics = job.outcome.statistics;
  statistics["creationTime"] = std::to_string(job.created);
  if (job.phase != Phase::Pending) statistics["startTime"] = std::to_string(job.started);
  if (job.phase == Phase::Done) statistics["endTime"] = std::to_string(job.ended);
  return statistics;
}

/// What a kept job is made of.
Json body_of(const Job& job) {
  Json body = {{"reference", job.reference()},
               {"configuration", job.configuration},
               {"created", job.created},
               {"started", job.started},
               {"ended", job.ended},
               {"statistics", job.outcome.statistics},
               {"warnings", job.outcome.warnings}};
  if (job.failure) {
    body["failure"] = error_proto(*job.failure);
    body["details"] = job.failure->details;
  }
  return body;
}

Job job_of(const Json& body) {
  Job job;
  const Json& reference = body.at("reference");
  job.project = google::text_of(reference, "projectId");
  job.location = google::text_of(reference, "location");
  job.id = google::text_of(reference, "jobId");
  job.configuration = body.at("configuration");
  job.created = body.at("created").get<std::int64_t>();
  job.started = body.at("started").get<std::int64_t>();
  job.ended = body.at("ended").get<std::int64_t>();
  job.outcome.statistics = body.at("statistics");
  job.outcome.warnings = body.at("warnings");
  job.phase = Phase::Done;
  if (body.contains("failure")) {
    const Json& failure = body["failure"];
    job.failure = Refusal{google::text_of(failure, "reason"), google::text_of(failure, "message"),
                          google::text_of(failure, "location"), body.at("details")};
  }
  return job;
}

Refusal not_found(const std::string& project, const std::string& id) {
  return {"notFound", "Not found: Job " + project + ":" + id};
}

}  // namespace

std::string Job::kind() const {
  for (const char* candidate : {"load", "query", "copy", "extract"}) {
    if (configuration.contains(candidate)) return candidate;
  }
  throw Refusal{"required", "Required parameter is missing: configuration"};
}

Jobs::Jobs(Tools tools, JobLimits limits) : tools_(tools), limits_(limits) {
  for (const Json& body : tools_.catalog.kept("job")) {
    Job job = job_of(body);
    const Key key{job.project, job.location, job.id};
    order_.push_back(key);
    jobs_.emplace(key, std::move(job));
  }
}

void Jobs::stop() {
  faults_.clear();
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  changed_.notify_all();
}

Jobs::~Jobs() {
  stop();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return running_ == 0; });
}

Json Jobs::resource(const Job& job) {
  Json configuration = job.configuration;
  const std::string kind = job.kind();
  configuration["jobType"] = kind == "load"    ? "LOAD"
                             : kind == "query" ? "QUERY"
                             : kind == "copy"  ? "COPY"
                                               : "EXTRACT";
  if (job.outcome.results && kind == "query")
    configuration["query"]["destinationTable"] = job.outcome.results->reference();
  return {{"kind", "bigquery#job"},
          {"etag", google::base64(job.id + "/" + name_of(job.phase))},
          {"id", job.project + ":" + job.location + "." + job.id},
          {"selfLink", kJobLink + job.project + "/jobs/" + job.id + "?location=" + job.location},
          {"user_email", kUser},
          {"jobReference", job.reference()},
          {"configuration", configuration},
          {"status", status_json(job)},
          {"statistics", statistics_json(job)}};
}

Json Jobs::insert(Job job) {
  const Key key{job.project, job.location, job.id};
  const std::lock_guard lock(mutex_);
  if (jobs_.contains(key)) {
    throw Refusal{"duplicate", "Already Exists: Job " + job.project + ":" + job.location + "." + job.id};
  }
  job.created = tools_.catalog.now();
  Json shown = resource(job);
  order_.push_back(key);
  jobs_.emplace(key, std::move(job));
  ++running_;
  std::thread([this, key] {
    run(key);
    const std::lock_guard done(mutex_);
    --running_;
    changed_.notify_all();
  }).detach();
  return shown;
}

Job Jobs::get(const std::string& project, const std::string& id, const std::string& location) const {
  const std::lock_guard lock(mutex_);
  for (const std::string& candidate :
       location.empty() ? std::vector<std::string>{"US", "EU"} : std::vector{location}) {
    const auto found = jobs_.find({project, candidate, id});
    if (found != jobs_.end()) return found->second;
  }
  throw not_found(project, id);
}

Job Jobs::wait(const std::string& project, const std::string& id, const std::string& location,
               std::int64_t milliseconds) const {
  const Job job = get(project, id, location);
  const Key key{job.project, job.location, job.id};
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), [&] {
    const auto found = jobs_.find(key);
    return is_stopping_ || found == jobs_.end() || found->second.phase == Phase::Done;
  });
  const auto found = jobs_.find(key);
  if (found == jobs_.end()) throw not_found(project, id);
  return found->second;
}

void Jobs::cancel(const Job& job) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find({job.project, job.location, job.id});
  if (found != jobs_.end()) found->second.is_cancelled = true;
  changed_.notify_all();
}

void Jobs::remove(const Job& job) {
  const std::lock_guard lock(mutex_);
  const Key key{job.project, job.location, job.id};
  jobs_.erase(key);
  std::erase(order_, key);
}

std::vector<Job> Jobs::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Job> list;
  for (const Key& key : order_) list.push_back(jobs_.at(key));
  return list;
}

/// Waits, unless the job is cancelled or faults are forgotten.
void Jobs::rest(const Key& key, int milliseconds) {
  const int cleared = faults_.cleared();
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  std::unique_lock lock(mutex_);
  while (!is_stopping_ && std::chrono::steady_clock::now() < end && faults_.cleared() == cleared) {
    const auto found = jobs_.find(key);
    if (found == jobs_.end() || found->second.is_cancelled) return;
    changed_.wait_for(lock, std::chrono::milliseconds(10));
  }
}

void Jobs::run(const Key& key) {
  const std::string& id = std::get<2>(key);
  std::string kind;
  {
    const std::lock_guard lock(mutex_);
    kind = jobs_.at(key).kind();
  }
  const auto fault = faults_.take(kind, id);
  if (fault) rest(key, fault->pending_milliseconds);
  Job job;
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return;
    found->second.phase = Phase::Running;
    found->second.started = tools_.catalog.now();
    job = found->second;
  }
  changed_.notify_all();
  if (fault) rest(key, fault->milliseconds);
  try {
    if (get(job.project, id, job.location).is_cancelled) {
      throw Refusal{"stopped", "Job execution was cancelled: User requested cancellation"};
    }
    count_load(job);
    if (fault && !fault->reason.empty()) throw Refusal{fault->reason, fault->message};
    finish(key, std::nullopt, carry_out(job));
  } catch (const Refusal& refusal) {
    finish(key, refusal, {});
  } catch (const gcs::Refusal& refusal) {
    finish(key, Refusal{refusal.reason, refusal.message}, {});
  } catch (const std::exception& error) {
    finish(key, Refusal{"internalError", std::string("An internal error occurred: ") + error.what()}, {});
  }
}

Outcome Jobs::carry_out(const Job& job) {
  const auto held = tools_.catalog.warehouse().hold();
  const std::string kind = job.kind();
  if (kind == "load") return run_load(tools_, job);
  if (kind == "copy") return run_copy(tools_, job);
  return kind == "extract" ? run_extract(tools_, job) : run_query(tools_, job);
}

Outcome Jobs::try_out(const Job& job) {
  const auto held = tools_.catalog.warehouse().hold();
  return run_query(tools_, job);
}

void Jobs::count_load(const Job& job) {
  const Json& destination = google::member_of(job.settings(), "destinationTable");
  if (!destination.is_object()) return;
  const std::string table = target_of(destination, job.project).name.text();
  const std::lock_guard lock(mutex_);
  const std::int64_t count = ++loads_[{table, day_of(tools_.catalog.clock().now()).days}];
  if (count <= limits_.loads_per_table) return;
  throw Refusal{"quotaExceeded",
                "Quota exceeded: Your table exceeded quota for imports or query appends per table. For more "
                "information, see "
                "https://cloud.google.com/bigquery/docs/troubleshoot-quotas",
                "load_job_per_table.long"};
}

void Jobs::finish(const Key& key, const std::optional<Refusal>& failure, Outcome outcome) {
  const auto held = tools_.catalog.warehouse().hold();
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) return;
    Job& job = found->second;
    job.failure = failure;
    job.outcome = std::move(outcome);
    job.upload.reset();
    job.ended = tools_.catalog.now();
    job.phase = Phase::Done;
    tools_.catalog.keep("job", job.project + ":" + job.location + "." + job.id, body_of(job));
  }
  changed_.notify_all();
}

}  // namespace weir::sandbox::bigquery
