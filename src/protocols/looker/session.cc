// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/session.h"

#include <algorithm>
#include <random>

#include "protocols/looker/api_error.h"
#include "protocols/looker/json_value.h"

namespace weir::looker {
namespace {

constexpr std::string_view kApi = "/api/4.0";
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::chrono::seconds kLogoutTimeout(5);
/// Of a small call as a whole; an answer with rows may take as long as something comes.
constexpr std::chrono::hours kForever(24 * 7);

/// Spreads the waits of several threads and processes.
double random_fraction() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

std::string form_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

/// Of small calls: whether an instance can be reached at all should be known in seconds.
constexpr int kCallAttempts = 4;
constexpr std::chrono::milliseconds kCallWait(500);
/// A login is answered at once, or not at all.
constexpr std::chrono::milliseconds kLoginTimeout = std::chrono::seconds(30);
/// Nobody who was silent for so long is asked again.
constexpr std::chrono::microseconds kSilence = std::chrono::seconds(10);

io::RetryPolicy for_calls(io::RetryPolicy policy) {
  policy.max_attempts = std::min(policy.max_attempts, kCallAttempts);
  policy.first_wait = std::min(policy.first_wait, kCallWait);
  return policy;
}

bool is_overload(int status) { return status == 429 || status >= 500; }

}  // namespace

io::RetryAction Patience::after(const Error& error) {
  const io::RetryDecision decision = io::decide(policy_, attempts_, error, random_fraction());
  if (decision.action == io::RetryAction::GiveUp) return decision.action;
  world_.sleeper.sleep(decision.wait);
  attempts_.waited += decision.wait;
  ++attempts_.made;
  return decision.action;
}

Session::Session(Instance instance, const World& world, std::size_t concurrency, io::RetryPolicy policy)
    : instance_(std::move(instance)), world_(world), policy_(policy), limit_(concurrency) {}

Session::~Session() {
  if (token_.empty()) return;
  (void)world_.http.send({.method = "DELETE",
                          .url = instance_.base_url + std::string(kApi) + "/logout",
                          .headers = {{"Authorization", "Bearer " + token_.reveal()}},
                          .timeout = kLogoutTimeout,
                          .certificate = instance_.certificate});
}

Result<std::string> Session::call(const Call& call) {
  TRY(token());  // has its own attempts
  Patience patience(world_, for_calls(policy_));
  while (true) {
    auto answer = send(call, nullptr);
    if (answer.ok() && (answer->status == 200 || answer->status == 204)) return std::move(answer->body);
    const Error error =
        answer.ok() ? api_error(*answer, instance_.host(), world_.clock.now()) : answer.error();
    if (patience.after(error) == io::RetryAction::GiveUp) return Failure(error);
  }
}

Result<void> Session::receive(const Call& call, io::BodySink& sink) {
  const auto answer = TRY(send(call, &sink));
  if (answer.status == 200) {
    limit_.went_well();
    return {};
  }
  if (is_overload(answer.status)) limit_.was_too_much();
  return Failure(api_error(answer, instance_.host(), world_.clock.now()));
}

Result<io::HttpResponse> Session::send(const Call& call, io::BodySink* sink) {
  const Secret used = TRY(token());
  auto answer = TRY(send_with(used, call, sink));
  if (answer.status != 401) return answer;
  reject(used);
  return send_with(TRY(token()), call, sink);
}

Result<io::HttpResponse> Session::send_with(const Secret& token, const Call& call, io::BodySink* sink) {
  io::HttpRequest request{.method = call.method,
                          .url = instance_.base_url + std::string(kApi) + call.path,
                          .headers = {{"Authorization", "Bearer " + token.reveal()},
                                      {"Accept", "application/json"},
                                      {"x-looker-appid", "weir"}},
                          .body = call.body,
                          .timeout = sink == nullptr ? instance_.timeout : kForever,
                          .stall_timeout = instance_.timeout,
                          .repeat = io::Repeat::Always,
                          .certificate = instance_.certificate};
  if (!call.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  return sink == nullptr ? world_.http.send(request) : world_.http.receive(request, *sink);
}

Result<Secret> Session::token() {
  const std::lock_guard lock(mutex_);
  if (token_.empty() || world_.clock.now() >= renew_at_) TRY(log_in());
  return token_;
}

void Session::reject(const Secret& token) {
  const std::lock_guard lock(mutex_);
  if (token_.reveal() == token.reveal()) token_ = {};
}

Result<void> Session::log_in() {
  const io::HttpRequest request{
      .method = "POST",
      .url = instance_.base_url + std::string(kApi) + "/login",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
      .body = "client_id=" + form_encode(instance_.client_id) +
              "&client_secret=" + form_encode(instance_.client_secret.reveal()),
      .timeout = std::min<std::chrono::milliseconds>(instance_.timeout, kLoginTimeout),
      .repeat = io::Repeat::Always,
      .certificate = instance_.certificate};
  Patience patience(world_, for_calls(policy_));
  while (true) {
    const auto asked = world_.clock.now();
    const auto answer = world_.http.send(request);
    if (answer.ok() && answer->status == 200) return keep(*answer);
    const Error error =
        answer.ok() ? login_error(*answer, instance_.host(), world_.clock.now()) : answer.error();
    const bool was_silent = !answer.ok() && world_.clock.now().micros - asked.micros >= kSilence.count();
    if (was_silent || patience.after(error) == io::RetryAction::GiveUp)
      return Failure(error.within("logging in to Looker"));
  }
}

Result<void> Session::keep(const io::HttpResponse& answer) {
  const auto json = parse_json(answer.body);
  const auto token = text_of(json, "access_token");
  const auto& expires = member_of(json, "expires_in");
  if (token.empty() || !expires.is_number()) {
    return fail(ErrorCode::DataMismatch,
                "logging in to Looker: {} answered 200 without a token, with {}; check base_url and its port",
                instance_.host(), json.is_object() ? "JSON" : describe_foreign(answer.body));
  }
  const auto lifetime = static_cast<std::int64_t>(expires.get<double>());
  token_ = Secret(token);
  renew_at_ = {world_.clock.now().micros + (lifetime - std::min<std::int64_t>(60, lifetime / 10)) * kSecond};
  return {};
}

}  // namespace weir::looker
