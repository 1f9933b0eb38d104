// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
#include "sandbox/s3/signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/s3/digest.h"
#include "sandbox/s3/instant.h"
#include "sandbox/s3/refusal.h"

namespace weir::sandbox::s3 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::int64_t kMostSkew = std::int64_t{15} * 60 * 1'000'000;
constexpr std::uint64_t kLongestExpiry = 604'800;

/// What a request claims, from either of the two places.
struct Claim {
  enum class Place { Header, Query } place = Place::Header;
  std::string credential;
  std::string signed_headers;
  std::string signature;
  std::string time;
  std::string token;
  std::string payload;
};

Refusal malformed(const Claim& claim, const std::string& reason) {
  if (claim.place == Claim::Place::Query) return {400, "AuthorizationQueryParametersError", reason};
  return {400, "AuthorizationHeaderMalformed", "The authorization header is malformed; " + reason};
}

Claim claim_of_header(const Request& request) {
  Claim claim;
  const std::string header = request.header("authorization").value_or("");
  if (!header.starts_with(kAlgorithm)) {
    throw Refusal{400, "InvalidRequest",
                  "The authorization mechanism you have provided is not supported. Please use "
                  "AWS4-HMAC-SHA256."};
  }
  for (const std::string& part : split(header.substr(kAlgorithm.size()), ',')) {
    const std::string_view field = trim(part);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = field.substr(0, equals);
    const std::string value(field.substr(equals + 1));
    if (name == "Credential") claim.credential = value;
    if (name == "SignedHeaders") claim.signed_headers = value;
    if (name == "Signature") claim.signature = value;
  }
  if (claim.credential.empty() || claim.signed_headers.empty() || claim.signature.empty()) {
    throw malformed(claim, "it needs Credential, SignedHeaders and Signature.");
  }
  claim.time = request.header("x-amz-date").value_or("");
  claim.token = request.header("x-amz-security-token").value_or("");
  const auto payload = request.header("x-amz-content-sha256");
  if (!payload) {
    throw Refusal{400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"};
  }
  claim.payload = *payload;
  return claim;
}

Claim claim_of_query(const Request& request) {
  const auto value = [&request](const char* name) { return request.parameter(name).value_or(""); };
  Claim claim{Claim::Place::Query,
              value("X-Amz-Credential"),
              value("X-Amz-SignedHeaders"),
              value("X-Amz-Signature"),
              value("X-Amz-Date"),
              value("X-Amz-Security-Token"),
              request.header("x-amz-content-sha256").value_or("UNSIGNED-PAYLOAD")};
  if (value("X-Amz-Algorithm") != kAlgorithm) {
    throw malformed(claim, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
  if (claim.credential.empty() || claim.signed_headers.empty() || claim.signature.empty() ||
      claim.time.empty() || value("X-Amz-Expires").empty()) {
    throw malformed(claim,
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  return claim;
}

void check_time(const Claim& claim, const Request& request, Timestamp now) {
  const auto time = parse_basic_time(claim.time);
  if (!time) {
    throw Refusal{403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"};
  }
  std::int64_t valid_until = time->micros + kMostSkew;
  if (claim.place == Claim::Place::Query) {
    const auto expires = google::number_of({{"n", request.parameter("X-Amz-Expires").value_or("")}}, "n");
    if (!expires) throw malformed(claim, "X-Amz-Expires should be a number");
    if (*expires > kLongestExpiry) {
      throw malformed(claim, "X-Amz-Expires must be less than a week (in seconds); that is 604800");
    }
    valid_until = time->micros + static_cast<std::int64_t>(*expires) * 1'000'000;
    if (now.micros > valid_until) throw Refusal{403, "AccessDenied", "Request has expired"};
  }
  if (now.micros > valid_until || now.micros < time->micros - kMostSkew) {
    throw Refusal{403,
                  "RequestTimeTooSkewed",
                  "The difference between the request time and the current time is too large.",
                  {{"RequestTime", claim.time},
                   {"ServerTime", xml_time(now)},
                   {"MaxAllowedSkewMilliseconds", std::to_string(kMostSkew / 1000)}}};
  }
}

const AccessKey& find_key(const std::string& id, const std::vector<AccessKey>& keys) {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&id](const AccessKey& key) { return key.id == id; });
  if (found == keys.end()) {
    throw Refusal{403,
                  "InvalidAccessKeyId",
                  "The AWS Access Key Id you provided does not exist in our records.",
                  {{"AWSAccessKeyId", id}}};
  }
  return *found;
}

/// Trimmed, with runs of blanks made one.
std::string folded(std::string_view value) {
  std::string text;
  for (const char c : trim(value)) {
    if (c != ' ' || text.back() != ' ') text += c;
  }
  return text;
}

std::string canonical_query(const Request& request) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& part : split(request.query_text, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string name = percent_decode(part.substr(0, equals), ' ');
    if (name == "X-Amz-Signature") continue;
    const std::string value = equals == part.size() ? "" : percent_decode(part.substr(equals + 1), ' ');
    pairs.emplace_back(percent_encode(name, Slash::Encode), percent_encode(value, Slash::Encode));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& [name, value] : pairs) text += (text.empty() ? "" : "&") + name + "=" + value;
  return text;
}

std::string canonical_request(const Request& request, const Claim& claim) {
  std::string headers;
  for (const std::string& name : split(claim.signed_headers, ';')) {
    headers += name + ":" + folded(request.header(name).value_or("")) + "\n";
  }
  const std::string path = percent_encode(percent_decode(request.path), Slash::Keep);
  return request.method + "\n" + path + "\n" + canonical_query(request) + "\n" + headers + "\n" +
         claim.signed_headers + "\n" + claim.payload;
}

/// S3 wants the host and all of its own headers signed.
void check_signed_headers(const Request& request, const Claim& claim) {
  const std::vector<std::string> names = split(claim.signed_headers, ';');
  const auto is_signed = [&names](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& [name, value] : request.headers) {
    if (name != "host" && !name.starts_with("x-amz-")) continue;
    const bool is_payload_of_url =
        claim.place == Claim::Place::Query && name == "x-amz-content-sha256";  // it is in the signature
    if (is_signed(name) || is_payload_of_url) continue;
    throw Refusal{403,
                  "AccessDenied",
                  "There were headers present in the request which were not signed",
                  {{"HeadersNotSigned", name}}};
  }
}

Proof proof_of(const Claim& claim, const AccessKey& key) {
  const std::vector<std::string> scope = split(claim.credential, '/');
  if (scope.size() != 5 || scope[4] != "aws4_request") {
    throw malformed(claim,
                    "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/"
                    "aws4_request\".");
  }
  if (scope[3] != "s3") throw malformed(claim, "incorrect service. This endpoint belongs to \"s3\".");
  if (claim.time.substr(0, 8) != scope[1]) {
    throw malformed(claim,
                    "Invalid credential date \"" + scope[1] + "\". This date is not the same as X-Amz-Date.");
  }
  Proof proof{key.rights, scope[2], claim.payload, claim.time, {}, {}, {}};
  proof.scope = claim.credential.substr(scope[0].size() + 1);
  proof.signing_key = hmac_sha256("AWS4" + key.secret, scope[1]);
  for (const std::string& step : {scope[2], scope[3], scope[4]}) {
    proof.signing_key = hmac_sha256(proof.signing_key, step);
  }
  return proof;
}

/// A session token belongs to the key that it came with.
void check_token(const Claim& claim, const AccessKey& key) {
  if (claim.token == key.session_token) return;
  throw Refusal{400,
                "InvalidToken",
                "The provided token is malformed or otherwise invalid.",
                {{"Token-0", claim.token}}};
}

}  // namespace

bool is_signed_for_aws(const Request& request) {
  return request.header("authorization").value_or("").starts_with("AWS") ||
         request.query.contains("X-Amz-Algorithm") || request.query.contains("X-Amz-Signature");
}

Proof verify(const Request& request, const std::vector<AccessKey>& keys, Timestamp now) {
  const bool is_presigned = !request.header("authorization");
  const Claim claim = is_presigned ? claim_of_query(request) : claim_of_header(request);
  const AccessKey& key = find_key(claim.credential.substr(0, claim.credential.find('/')), keys);
  check_time(claim, request, now);
  Proof proof = proof_of(claim, key);
  check_token(claim, key);
  check_signed_headers(request, claim);
  const std::string canonical = canonical_request(request, claim);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, claim.time, proof.scope, sha256_hex(canonical));
  proof.signature = hex(hmac_sha256(proof.signing_key, to_sign));
  if (proof.signature == claim.signature) return proof;
  throw Refusal{403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your "
                "key and signing method.",
                {{"AWSAccessKeyId", key.id},
                 {"StringToSign", to_sign},
                 {"SignatureProvided", claim.signature},
                 {"CanonicalRequest", canonical}}};
}

std::string percent_encode(std::string_view text, Slash slash) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '_' || c == '.' || c == '~' || (c == '/' && slash == Slash::Keep);
    if (is_plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return encoded;
}

}  // namespace weir::sandbox::s3
