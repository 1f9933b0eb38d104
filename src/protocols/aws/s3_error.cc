// SPDX-License-Identifier: Apache-2.0
// What the errors of S3 mean for the caller.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#include <algorithm>
#include <array>

#include "protocols/aws/s3_client.h"

namespace weir::aws {
namespace {

struct Meaning {
  std::string_view code;
  ErrorCode reaction;
  std::string_view advice;
};

constexpr std::array kMeanings = {
    Meaning{"SlowDown", ErrorCode::RateLimited, ""},
    Meaning{"RequestLimitExceeded", ErrorCode::RateLimited, ""},
    Meaning{"BandwidthLimitExceeded", ErrorCode::RateLimited, ""},
    Meaning{"TooManyRequestsException", ErrorCode::RateLimited, ""},
    Meaning{"InternalError", ErrorCode::Unavailable, ""},
    Meaning{"ServiceUnavailable", ErrorCode::Unavailable, ""},
    Meaning{"RequestTimeout", ErrorCode::Unavailable, ""},
    Meaning{"ConditionalRequestConflict", ErrorCode::Unavailable, ""},
    Meaning{"OperationAborted", ErrorCode::Unavailable, ""},
    Meaning{"BadDigest", ErrorCode::Unavailable, ""},  // the bytes were damaged on their way
    Meaning{"XAmzContentSHA256Mismatch", ErrorCode::Unavailable, ""},
    Meaning{"IncompleteBody", ErrorCode::Unavailable, ""},
    Meaning{"ExpiredToken", ErrorCode::Unauthenticated, "get new temporary credentials"},
    Meaning{"InvalidToken", ErrorCode::Unauthenticated, "check the session token"},
    Meaning{"TokenRefreshRequired", ErrorCode::Unauthenticated, "get new temporary credentials"},
    Meaning{"InvalidAccessKeyId", ErrorCode::PermissionDenied, "check the access key"},
    Meaning{"SignatureDoesNotMatch", ErrorCode::PermissionDenied,
            "check that the secret belongs to the access key"},
    Meaning{"RequestTimeTooSkewed", ErrorCode::PermissionDenied, "set the clock of this machine"},
    Meaning{"AccessDenied", ErrorCode::PermissionDenied,
            "grant the access, and s3:ListBucket, without which a missing object looks like a forbidden one"},
    Meaning{"NoSuchBucket", ErrorCode::NotFound, "check the name of the bucket and the endpoint"},
    Meaning{"PreconditionFailed", ErrorCode::Conflict, ""},
    Meaning{"NotImplemented", ErrorCode::Unsupported, ""},
    Meaning{"InvalidObjectState", ErrorCode::Unsupported,
            "the object is in an archive storage class: restore it first"},
};

ErrorCode reaction_to_status(int status) {
  if (status == 429) return ErrorCode::RateLimited;
  if (status == 501) return ErrorCode::Unsupported;
  if (status >= 500 || status == 408) return ErrorCode::Unavailable;
  if (status == 403) return ErrorCode::PermissionDenied;
  if (status == 401) return ErrorCode::Unauthenticated;
  if (status == 404) return ErrorCode::NotFound;
  if (status == 412) return ErrorCode::Conflict;
  return ErrorCode::InvalidConfig;
}

}  // namespace

Error S3Client::error_of(const S3Answer& answer) const {
  const std::string& code = answer.error.code;
  std::string text = "S3 answered ";
  text += code.empty() ? std::to_string(answer.response.status) : code;
  if (!answer.error.message.empty()) text += ": " + answer.error.message;
  ErrorCode reaction = reaction_to_status(answer.response.status);
  if (code.starts_with("Throttling")) reaction = ErrorCode::RateLimited;
  const auto meaning =
      std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& one) { return one.code == code; });
  std::string_view advice;
  if (meaning != kMeanings.end()) {
    reaction = meaning->reaction;
    advice = meaning->advice;
  } else if (answer.response.status == 403) {
    advice = "grant the access, and s3:ListBucket, without which a missing object looks like a forbidden one";
  } else if (answer.response.status == 301 || answer.response.status == 307) {
    advice = "the bucket is in another region: set region";
  }
  if (!advice.empty()) text += fmt::format("; {}", advice);
  const auto id = answer.response.header("x-amz-request-id");
  if (id) text += fmt::format(" (request {})", *id);
  Error error(reaction, std::move(text));
  const Error timed = io::status_error(answer.response, "S3", now());  // knows Retry-After
  if (timed.retry_after()) return std::move(error).with_retry_after(*timed.retry_after());
  return error;
}

}  // namespace weir::aws
