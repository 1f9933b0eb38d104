// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/job_faults.h"

#include <map>

#include "protocols/google/json_value.h"

namespace weir::sandbox::bigquery {
namespace {

constexpr std::uint64_t kLargest = 1'000'000'000;

}  // namespace

Result<JobFault> parse_job_fault(const std::string& json) {
  const Json parsed = google::parse_json(json);
  if (!parsed.is_object()) return fail(ErrorCode::InvalidConfig, "a fault is a JSON object");
  JobFault fault;
  const std::map<std::string, int*> numbers = {{"times", &fault.times},
                                               {"skip", &fault.skip},
                                               {"milliseconds", &fault.milliseconds},
                                               {"pending_milliseconds", &fault.pending_milliseconds}};
  const std::map<std::string, std::string*> texts = {
      {"kind", &fault.kind}, {"match", &fault.match}, {"reason", &fault.reason}, {"message", &fault.message}};
  for (const auto& [key, value] : parsed.items()) {
    if (const auto text = texts.find(key); text != texts.end()) {
      if (!value.is_string()) return fail(ErrorCode::InvalidConfig, "{} is no text", key);
      *text->second = value.get<std::string>();
    } else if (const auto number = numbers.find(key); number != numbers.end()) {
      const auto given = google::number_of(parsed, key.c_str());
      if (!given || *given > kLargest) return fail(ErrorCode::InvalidConfig, "{} is no number of use", key);
      *number->second = static_cast<int>(*given);
    } else {
      return fail(ErrorCode::InvalidConfig, "a fault of a job has no '{}'", key);
    }
  }
  if (!fault.reason.empty() && fault.message.empty()) fault.message = "The sandbox was told to fail.";
  return fault;
}

void JobFaults::add(JobFault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void JobFaults::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  ++cleared_;
}

int JobFaults::cleared() const {
  const std::lock_guard lock(mutex_);
  return cleared_;
}

std::optional<JobFault> JobFaults::take(const std::string& kind, const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    const bool fits =
        (fault->kind.empty() || fault->kind == kind) && id.find(fault->match) != std::string::npos;
    if (!fits) continue;
    if (fault->skip > 0) {
      --fault->skip;
      continue;
    }
    const JobFault taken = *fault;
    if (--fault->times <= 0) faults_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

Json JobFaults::waiting() const {
  const std::lock_guard lock(mutex_);
  Json list = Json::array();
  for (const JobFault& fault : faults_) {
    list.push_back({{"kind", fault.kind},
                    {"match", fault.match},
                    {"times", fault.times},
                    {"skip", fault.skip},
                    {"milliseconds", fault.milliseconds},
                    {"reason", fault.reason}});
  }
  return list;
}

}  // namespace weir::sandbox::bigquery
