// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/s3_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sandbox/http/faults.h"
#include "sandbox/s3/archive.h"
#include "sandbox/s3/instant.h"
#include "sandbox/s3/requests.h"

namespace weir::sandbox::s3 {
namespace {

/// "bucket" of the host "bucket.localhost:8086" or "bucket.s3.localhost"; empty in path style.
std::string bucket_of_host(const Request& request) {
  constexpr std::string_view kLocal = ".localhost";
  constexpr std::string_view kService = ".s3";
  std::string host = request.header("host").value_or("");
  host.resize(std::min(host.find(':'), host.size()));
  if (!host.ends_with(kLocal)) return {};
  host.resize(host.size() - kLocal.size());
  if (host == "s3") return {};
  if (host.ends_with(kService)) host.resize(host.size() - kService.size());
  return host;
}

/// A slash behind the bucket belongs to the address, every later one to the key.
ObjectName target_of(const Request& request) {
  const std::string path = request.path.substr(std::min<std::size_t>(1, request.path.size()));
  const std::string hosted = bucket_of_host(request);
  if (!hosted.empty()) return {hosted, percent_decode(path)};
  const std::size_t slash = std::min(path.find('/'), path.size());
  return {percent_decode(path.substr(0, slash)),
          percent_decode(path.substr(std::min(slash + 1, path.size())))};
}

Refusal refused_method(const Request& request) {
  return {405,
          "MethodNotAllowed",
          "The specified method is not allowed against this resource.",
          {{"Method", request.method}}};
}

/// What S3 gives as the code of a status, mostly.
std::string usual_code(int status) {
  switch (status) {
    case 400:
      return "RequestTimeout";
    case 403:
      return "AccessDenied";
    case 404:
      return "NoSuchKey";
    case 409:
      return "ConditionalRequestConflict";
    case 412:
      return "PreconditionFailed";
    case 500:
      return "InternalError";
    case 501:
      return "NotImplemented";
    default:
      return status >= 500 || status == 429 ? "SlowDown" : "InvalidRequest";
  }
}

}  // namespace

S3Service::S3Service(std::unique_ptr<Store> store, const Settings& settings)
    : store_(std::move(store)),
      region_(settings.region),
      keys_({{settings.key_id, settings.secret},
             {kTemporary, settings.secret, kSessionToken},
             {kStranger, settings.secret, {}, Rights::None}}),
      uploads_(*store_, settings.smallest_part) {}

Result<void> S3Service::make_buckets(const Settings& settings) {
  for (const std::string& given : settings.buckets) TRY(make_bucket(given));
  for (const std::string& given : settings.archive_buckets) put_archive(TRY(make_bucket(given)));
  return {};
}

Result<std::string> S3Service::make_bucket(const std::string& given) {
  const std::size_t at = std::min(given.find('@'), given.size());
  const std::string name = given.substr(0, at);
  if (store_->find_bucket(name)) return name;
  try {
    store_->create_bucket(name, at == given.size() ? region_ : given.substr(at + 1));
  } catch (const Refusal& refusal) {
    return fail(ErrorCode::InvalidConfig, "no bucket of S3 can be called '{}': {}", name, refusal.message);
  }
  return name;
}

/// As a CMS would: one that is there is that of today.
void S3Service::put_archive(const std::string& bucket) {
  const ObjectName at{bucket, cms_archive_key(store_->now())};
  try {
    store_->check_put(at, {WriteCondition::Kind::Absent, {}});
  } catch (const Refusal&) {
    return;
  }
  const std::string bytes = cms_archive(store_->now());
  const auto writer = store_->writer();
  writer->append(bytes);
  store_->put(bucket,
              {.key = at.key,
               .bytes = store_->keep(*writer),
               .etag = hex(digest(Algorithm::Md5, bytes)),
               .properties = {{"content-type", "application/gzip"}}},
              {});
}

std::optional<Answer> S3Service::answer(const Request& request, RequestBody& body) {
  if (!is_signed_for_aws(request)) return std::nullopt;
  const std::string request_id = next_request_id();
  try {
    return finished(serve(request, body, request_id), request_id);
  } catch (const Refusal& refusal) {
    return refused(refusal, request_id);
  }
}

std::optional<Answer> S3Service::refusal(const Request& request, const Fault& fault) {
  if (!is_signed_for_aws(request)) return std::nullopt;
  const std::string code = fault.reason.empty() ? usual_code(fault.status) : fault.reason;
  return refused({fault.status, code, "The sandbox was told to fail."}, next_request_id());
}

Answer S3Service::serve(const Request& request, RequestBody& body, const std::string& request_id) {
  const Proof proof = verify(request, keys_, store_->now());
  Payload payload(request, body, proof);
  const Call call{request, payload, target_of(request), request_id};
  check_region(call, proof);
  if (proof.rights == Rights::None) throw Refusal{403, "AccessDenied", "Access Denied"};
  if (call.at.bucket.empty()) {
    if (request.method != "GET") throw refused_method(request);
    return list_buckets(*store_, call);
  }
  return call.at.key.empty() ? of_bucket(call) : of_object(call);
}

void S3Service::check_region(const Call& call, const Proof& proof) const {
  const auto bucket = store_->find_bucket(call.at.bucket);
  const std::string region = bucket ? bucket->region : region_;
  if (proof.region == region) return;
  // Whoever signs for the region of this address has come to the wrong one, and is sent on.
  if (bucket && proof.region == region_) {
    throw Refusal{301,
                  "PermanentRedirect",
                  "The bucket you are attempting to access must be addressed using the specified endpoint. "
                  "Please send all future requests to this endpoint.",
                  {{"Bucket", bucket->name}, {"Endpoint", "s3." + region + ".localhost"}},
                  {{"x-amz-bucket-region", region}}};
  }
  std::vector<std::pair<std::string, std::string>> headers;
  if (bucket) headers = {{"x-amz-bucket-region", region}};
  throw Refusal{400,
                "AuthorizationHeaderMalformed",
                fmt::format("The authorization header is malformed; the region '{}' is wrong; expecting '{}'",
                            proof.region, region),
                {{"Region", region}},
                headers};
}

Answer S3Service::of_bucket(const Call& call) {
  const std::string& method = call.request.method;
  if (method == "HEAD") return head_bucket(*store_, call);
  if (method == "PUT") return create_bucket(*store_, call, region_);
  if (method == "DELETE") return remove_bucket(*store_, call);
  if (method == "POST" && call.has("delete")) return remove_objects(*store_, call);
  if (method != "GET") throw refused_method(call.request);
  if (call.has("location")) return bucket_location(*store_, call);
  if (call.has("uploads")) return list_uploads(*store_, uploads_, call);
  return list_objects(*store_, call);
}

Answer S3Service::of_object(const Call& call) {
  const std::string& method = call.request.method;
  const bool is_upload = call.has("uploadId");
  const bool is_copy = call.request.header("x-amz-copy-source").has_value();
  if (method == "HEAD") return get_object(*store_, call);
  if (method == "GET") return is_upload ? list_parts(uploads_, call) : get_object(*store_, call);
  if (method == "PUT" && is_upload) {
    return is_copy ? copy_part(*store_, uploads_, call) : put_part(*store_, uploads_, call);
  }
  if (method == "PUT") return is_copy ? copy_object(*store_, call) : put_object(*store_, call);
  if (method == "DELETE") {
    return is_upload ? abort_upload(*store_, uploads_, call) : remove_object(*store_, call);
  }
  if (method == "POST" && call.has("uploads")) return begin_upload(*store_, uploads_, call);
  if (method == "POST" && is_upload) return complete_upload(*store_, uploads_, call);
  throw refused_method(call.request);
}

Answer S3Service::refused(const Refusal& refusal, const std::string& request_id) const {
  return finished({.status = refusal.status,
                   .headers = refusal.headers,
                   .content_type = "application/xml",
                   .body = error_text(refusal, request_id)},
                  request_id);
}

std::string S3Service::next_request_id() { return fmt::format("{:016X}", ++requests_); }

Answer S3Service::finished(Answer answer, const std::string& request_id) const {
  answer.headers.emplace_back("x-amz-request-id", request_id);
  answer.headers.emplace_back("x-amz-id-2", "weir-sandbox");
  answer.headers.emplace_back("Server", "AmazonS3");
  answer.headers.emplace_back("Date", http_time(store_->now()));
  return answer;
}

}  // namespace weir::sandbox::s3
