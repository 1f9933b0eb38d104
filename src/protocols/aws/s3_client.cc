// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_client.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <random>

#include "protocols/aws/credential_sources.h"
#include "protocols/aws/digest.h"
#include "protocols/aws/encoding.h"

namespace weir::aws {
namespace {

/// S3 refuses what is off by a quarter of an hour; a third of that is no coincidence.
constexpr std::int64_t kSuspiciousOffset = 5LL * 60 * 1'000'000;

bool is_expired_token(const S3Answer& answer, const S3Call& call, const Credentials& used) {
  const std::string& code = answer.error.code;
  if (code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired") return true;
  // The answer to HEAD cannot say why.
  return call.method == "HEAD" && answer.response.status == 400 && !used.session_token.empty();
}

/// A GET whose body is shorter than it was announced.
bool is_cut_short(const io::HttpRequest& request, const io::HttpResponse& response) {
  const auto length = response.header("Content-Length");
  if (!length || request.method == "HEAD") return false;
  std::size_t bytes = 0;
  const auto read = std::from_chars(length->data(), length->data() + length->size(), bytes);
  return read.ec == std::errc() && response.body.size() < bytes;
}

unsigned bit_of(const std::string& method, io::Precondition::Kind condition) {
  const auto kind = static_cast<unsigned>(condition);
  return 1U << (method == "POST" ? kind + 8 : kind);
}

}  // namespace

S3Client::S3Client(S3Address address, std::string region, FoundCredentials credentials, const World& world,
                   S3Limits limits)
    : address_(std::move(address)),
      credentials_(std::move(credentials)),
      world_(world),
      limits_(limits),
      pace_(limits.parallel),
      region_(std::move(region)) {}

io::HttpRequest S3Client::request_of(S3Call& call) const {
  io::HttpRequest request;
  request.method = call.method;
  request.body = std::move(call.body);
  request.timeout = limits_.timeout;
  request.stall_timeout = call.effort == Effort::Patient ? limits_.work_timeout : limits_.stall_timeout;
  request.repeat = io::Repeat::Always;
  request.body_coding = io::BodyCoding::AsSent;
  return request;
}

Result<S3Answer> S3Client::exchange(S3Call& call) {
  io::HttpRequest request = request_of(call);
  io::RetryPolicy policy = limits_.retry;
  if (call.effort == Effort::Small) policy.max_attempts = std::min(policy.max_attempts, 2);
  const std::string hash = hex(sha256(request.body));
  Repairs repairs;
  auto earlier = S3Answer::Earlier::Nothing;
  for (io::Attempts attempts;; ++attempts.made) {
    pace_.enter();
    Result<S3Answer> answer = attempt(call, request, hash, repairs);
    if (answer.ok()) answer->earlier = earlier;
    if (answer.ok() && answer->ok()) {
      pace_.leave(S3Pace::Outcome::Good);
      call.body = std::move(request.body);
      return answer;
    }
    const Error error = answer.ok() ? error_of(*answer) : answer.error();
    pace_.leave(error.code() == ErrorCode::RateLimited ? S3Pace::Outcome::TooFast : S3Pace::Outcome::Bad);
    const io::RetryDecision decision = io::decide(policy, attempts, error, random());
    if (decision.action == io::RetryAction::GiveUp) {
      call.body = std::move(request.body);
      return answer;
    }
    if (error.code() == ErrorCode::Unavailable) earlier = S3Answer::Earlier::MaybeDone;
    world_.sleeper.sleep(decision.wait);
    attempts.waited += decision.wait;
  }
}

bool S3Client::lacks(const std::string& method, io::Precondition::Kind condition) const {
  return (lacking_ & bit_of(method, condition)) != 0;
}

void S3Client::has_lacked(const std::string& method, io::Precondition::Kind condition) {
  lacking_ |= bit_of(method, condition);
}

Result<S3Answer> S3Client::succeed(S3Call& call) {
  S3Answer answer = TRY(exchange(call));
  if (answer.ok()) return answer;
  return Failure(error_of(answer));
}

Result<S3Answer> S3Client::attempt(const S3Call& call, io::HttpRequest& request, const std::string& hash,
                                   Repairs& repairs) {
  for (;;) {
    const Signed used = TRY(sign_now(call, request, hash));
    S3Answer answer{TRY(world_.http.send(request)), {}, {}};
    if (is_cut_short(request, answer.response)) {
      return fail(ErrorCode::Unavailable, "the answer of {} was cut short", io::host_of(request.url));
    }
    // The bodies of good GETs are objects, which may be XML that speaks of errors.
    const bool may_hold_error = answer.response.status / 100 != 2 || call.method != "GET";
    if (may_hold_error) answer.error = read_error(answer.response.body);
    if (answer.ok()) return answer;
    if (TRY(repair(answer, used, call, repairs)) == Repair::None) return answer;
  }
}

Result<S3Client::Signed> S3Client::sign_now(const S3Call& call, io::HttpRequest& request,
                                            const std::string& hash) {
  // One after another: what is left in the middle of a braced list is not destroyed.
  auto credentials = TRY(credentials_.cache->get());
  Signed used{std::move(credentials), {}, {now().micros + clock_offset_}};
  used.region = TRY(region());
  request.url = address_.url(used.region, call.key, call.query);
  request.headers = call.headers;
  sign(request, {used.credentials, {used.region, "s3"}, used.time, hash});
  return used;
}

Result<S3Client::Repair> S3Client::repair(const S3Answer& answer, const Signed& used, const S3Call& call,
                                          Repairs& repairs) {
  const auto header = answer.response.header("x-amz-bucket-region");
  const std::string wanted = header ? std::string(*header) : answer.error.region;
  if (!wanted.empty() && wanted != used.region && repairs.region == Repair::None) {
    repairs.region = Repair::Done;
    const std::lock_guard lock(mutex_);
    region_ = wanted;
    return Repair::Done;
  }
  if (is_expired_token(answer, call, used.credentials) && repairs.credentials == Repair::None) {
    repairs.credentials = Repair::Done;
    TRY(credentials_.cache->renew(used.credentials));
    return Repair::Done;
  }
  const auto date = parse_http_date(answer.response.header("Date").value_or(""));
  if (answer.response.status == 403 && date && repairs.clock == Repair::None &&
      std::abs(date->micros - used.time.micros) > kSuspiciousOffset) {
    repairs.clock = Repair::Done;
    clock_offset_ = date->micros - now().micros;
    return Repair::Done;
  }
  return Repair::None;
}

Result<std::string> S3Client::region() {
  const std::lock_guard lock(mutex_);
  if (region_.empty() && credentials_.origin == CredentialOrigin::Instance &&
      address_.owner() == S3Address::Owner::Amazon) {
    region_ = TRY(instance_region(world_));
  }
  if (region_.empty()) region_ = "us-east-1";  // the bucket's answer corrects it
  return region_;
}

double S3Client::random() {
  std::mt19937_64 generator(static_cast<std::uint64_t>(now().micros) + ++draws_);
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace weir::aws
