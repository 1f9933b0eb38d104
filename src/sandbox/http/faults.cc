// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http/faults.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "base/text.h"
#include "protocols/google/json_value.h"

namespace weir::sandbox {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, FaultAction>, 10> kActions = {
    {{"status", FaultAction::Status},
     {"reset", FaultAction::Reset},
     {"lose", FaultAction::Lose},
     {"stall", FaultAction::Stall},
     {"cut", FaultAction::Cut},
     {"truncate", FaultAction::Truncate},
     {"looker_error", FaultAction::LookerError},
     {"expire_tokens", FaultAction::ExpireTokens},
     {"inner_error", FaultAction::InnerError},
     {"keep_alive", FaultAction::KeepAlive}}};

constexpr std::uint64_t kLargest = 1'000'000'000;

std::string name_of(FaultAction action) {
  for (const auto& [text, candidate] : kActions) {
    if (candidate == action) return std::string(text);
  }
  return {};
}

Result<FaultAction> parse_action(const std::string& text) {
  for (const auto& [name, action] : kActions) {
    if (name == text) return action;
  }
  return fail(ErrorCode::InvalidConfig,
              "action is '{}': it must be status, reset, lose, stall, cut, truncate, looker_error, "
              "expire_tokens, inner_error or keep_alive",
              text);
}

/// Whether Looker answers this with rows. An error row needs them, so other requests pass it by.
bool is_of_rows(const std::string& target) {
  return target.find("/run/") != std::string::npos || target.find("/results") != std::string::npos;
}

bool fits(const Fault& fault, const std::string& method, const std::string& target) {
  return (fault.method.empty() || fault.method == method) && target.find(fault.match) != std::string::npos &&
         (fault.action != FaultAction::LookerError || is_of_rows(target));
}

}  // namespace

Result<Fault> parse_fault(const std::string& json) {
  const Json parsed = google::parse_json(json);
  if (!parsed.is_object()) return fail(ErrorCode::InvalidConfig, "a fault is a JSON object");
  Fault fault;
  const std::map<std::string, int*> numbers = {{"times", &fault.times},
                                               {"skip", &fault.skip},
                                               {"status", &fault.status},
                                               {"retry_after", &fault.retry_after},
                                               {"after_bytes", &fault.after_bytes},
                                               {"after_rows", &fault.after_rows},
                                               {"milliseconds", &fault.milliseconds}};
  std::string action = "status";
  const std::map<std::string, std::string*> texts = {{"action", &action},
                                                     {"match", &fault.match},
                                                     {"method", &fault.method},
                                                     {"reason", &fault.reason},
                                                     {"message", &fault.message},
                                                     {"body", &fault.body},
                                                     {"content_type", &fault.content_type}};
  for (const auto& [key, value] : parsed.items()) {
    if (const auto text = texts.find(key); text != texts.end()) {
      if (!value.is_string()) return fail(ErrorCode::InvalidConfig, "{} is no text", key);
      *text->second = value.get<std::string>();
    } else if (const auto number = numbers.find(key); number != numbers.end()) {
      const auto given = google::number_of(parsed, key.c_str());
      if (!given || *given > kLargest) return fail(ErrorCode::InvalidConfig, "{} is no number of use", key);
      *number->second = static_cast<int>(*given);
    } else {
      return fail(ErrorCode::InvalidConfig, "a fault has no '{}'", key);
    }
  }
  fault.action = TRY(parse_action(action));
  return fault;
}

void Faults::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  ++cleared_;
}

std::optional<Fault> Faults::take(const std::string& method, const std::string& target) {
  const std::lock_guard lock(mutex_);
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!fits(*fault, method, target)) continue;
    if (fault->skip > 0) {
      --fault->skip;
      continue;
    }
    const Fault taken = *fault;
    if (--fault->times <= 0) faults_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

void Faults::stall(int milliseconds) {
  const int before = cleared_;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (cleared_ == before && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string Faults::waiting() const {
  const std::lock_guard lock(mutex_);
  Json list = Json::array();
  for (const Fault& fault : faults_) {
    list.push_back({{"method", fault.method},
                    {"match", fault.match},
                    {"action", name_of(fault.action)},
                    {"times", fault.times},
                    {"skip", fault.skip}});
  }
  return google::dump_json(list);
}

std::optional<Answer> Faults::answer(const Request& request, RequestBody& body) {
  if (request.path != "/_fault") return std::nullopt;
  if (request.method == "DELETE") clear();
  if (request.method == "POST") {
    auto fault = parse_fault(body.all().value_or(""));
    if (!fault.ok()) return google_error(400, "invalid", fault.error().message());
    add(*std::move(fault));
  }
  return Answer{.content_type = "application/json", .body = waiting()};
}

Answer google_error(int status, const std::string& reason, const std::string& message,
                    const std::string& location) {
  Json detail = {{"domain", "global"}, {"reason", reason}, {"message", message}};
  if (!location.empty()) {
    detail["locationType"] =
        location == "Authorization" || location.rfind("If-", 0) == 0 ? "header" : "parameter";
    detail["location"] = location;
  }
  return json_answer(
      status, {{"error", {{"code", status}, {"message", message}, {"errors", Json::array({detail})}}}});
}

}  // namespace weir::sandbox
