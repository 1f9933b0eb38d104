// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/conditions.h"

#include "base/text.h"
#include "sandbox/s3/instant.h"
#include "sandbox/s3/refusal.h"

namespace weir::sandbox::s3 {
namespace {

/// Whether "*" or a list of ETags names this one.
bool names(const std::string& list, const std::string& etag) {
  for (const std::string& one : split(list, ',')) {
    if (trim(one) == "*" || bare_etag(one) == etag) return true;
  }
  return false;
}

Refusal not_met(const std::string& condition) {
  return {412,
          "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold",
          {{"Condition", condition}}};
}

std::optional<Timestamp> time_in(const std::optional<std::string>& header) {
  return header ? parse_http_time(*header) : std::nullopt;
}

}  // namespace

std::string bare_etag(std::string_view etag) {
  etag = trim(etag);
  if (etag.size() > 1 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

WriteCondition WriteCondition::of(const Request& request) {
  const auto match = request.header("if-match");
  const auto none_match = request.header("if-none-match");
  if ((match && none_match) || (none_match && *none_match != "*") || match == "*") {
    throw Refusal{501, "NotImplemented",
                  "A header you provided implies functionality that is not implemented"};
  }
  if (none_match) return {Kind::Absent, {}};
  if (match) return {Kind::Etag, bare_etag(*match)};
  return {};
}

void WriteCondition::check(const std::optional<std::string>& present, const std::string& key) const {
  if (kind == Kind::Absent && present) throw not_met("If-None-Match");
  if (kind != Kind::Etag) return;
  if (!present) throw Refusal{404, "NoSuchKey", "The specified key does not exist.", {{"Key", key}}};
  if (*present != etag) throw not_met("If-Match");
}

ReadConditions ReadConditions::of(const Request& request, const std::string& prefix) {
  ReadConditions conditions;
  conditions.match_ = request.header(prefix + "if-match");
  conditions.none_match_ = request.header(prefix + "if-none-match");
  conditions.modified_since_ = time_in(request.header(prefix + "if-modified-since"));
  conditions.unmodified_since_ = time_in(request.header(prefix + "if-unmodified-since"));
  return conditions;
}

int ReadConditions::status(const std::string& etag, Timestamp modified) const {
  const std::int64_t second = modified.micros / kSecondMicros * kSecondMicros;
  // An ETag says more than a time, so a time counts only without one (RFC 9110, 13.2.2).
  if (match_ ? !names(*match_, etag) : unmodified_since_ && second > unmodified_since_->micros) return 412;
  if (none_match_ ? names(*none_match_, etag) : modified_since_ && second <= modified_since_->micros) {
    return 304;
  }
  return 200;
}

}  // namespace weir::sandbox::s3
