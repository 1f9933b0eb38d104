// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_writing.h"

#include <charconv>

#include "protocols/aws/encoding.h"

namespace weir::aws {
namespace {

constexpr const char* kWriteName = "x-amz-meta-weir-write";

std::string header_of(const S3Answer& answer, std::string_view name) {
  return std::string(answer.response.header(name).value_or(""));
}

Timestamp time_of(const S3Answer& answer, std::string_view name) {
  return parse_http_date(answer.response.header(name).value_or("")).value_or(Timestamp{});
}

/// PutObject says the ETag in a header, CompleteMultipartUpload in its body.
Result<io::ObjectInfo> written(const S3Commit& write, const S3Answer& answer) {
  std::string etag = header_of(answer, "ETag");
  if (write.call.method == "POST") etag = TRY(read_text(answer.response.body, "ETag"));
  if (etag.empty()) return fail(ErrorCode::DataMismatch, "the store gave no ETag for what was written");
  return io::ObjectInfo{write.call.key, write.size, bare_etag(etag), time_of(answer, "Date")};
}

/// The object, when it is the one that this write made.
std::optional<io::ObjectInfo> find_written(S3Client& client, const S3Commit& write) {
  if (write.write_name.empty()) return std::nullopt;
  const auto found = head_object(client, write.call.key);
  if (!found.ok() || found->write_name != write.write_name || found->info.size != write.size) {
    return std::nullopt;
  }
  return found->info;
}

/// Whether an answer like this can be that of a repetition whose first one worked.
bool may_follow_success(const S3Answer& answer) {
  const int status = answer.response.status;
  return status >= 500 || status == 412 || status == 404 || status == 409;
}

Failure not_met(const io::Precondition& condition) {
  return condition.kind == io::Precondition::Kind::Absent
             ? fail(ErrorCode::Conflict, "the object exists already")
             : fail(ErrorCode::Conflict, "the object is not version {} any more", condition.version);
}

}  // namespace

Result<S3Head> head_object(S3Client& client, const std::string& key) {
  S3Call call{.method = "HEAD", .key = key};
  const S3Answer answer = TRY(client.succeed(call));
  S3Head head;
  head.info.key = key;
  head.info.version = bare_etag(header_of(answer, "ETag"));
  head.info.modified = time_of(answer, "Last-Modified");
  head.content_type = header_of(answer, "Content-Type");
  head.write_name = header_of(answer, kWriteName);
  const std::string length = header_of(answer, "Content-Length");
  const auto read = std::from_chars(length.data(), length.data() + length.size(), head.info.size);
  if (read.ec != std::errc())
    return fail(ErrorCode::DataMismatch, "the store does not tell the object's size");
  return head;
}

std::vector<io::HttpHeader> new_object_headers(const S3WriteOptions& writing, const std::string& content_type,
                                               const std::string& write_name) {
  std::vector<io::HttpHeader> headers;
  if (!content_type.empty()) headers.push_back({"Content-Type", content_type});
  if (!write_name.empty()) headers.push_back({kWriteName, write_name});
  if (writing.encryption == Encryption::Aes256) headers.push_back({"x-amz-server-side-encryption", "AES256"});
  if (writing.encryption == Encryption::Kms) {
    headers.push_back({"x-amz-server-side-encryption", "aws:kms"});
    if (!writing.kms_key.empty()) {
      headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", writing.kms_key});
    }
  }
  if (!writing.storage_class.empty()) headers.push_back({"x-amz-storage-class", writing.storage_class});
  return headers;
}

std::optional<io::HttpHeader> precondition_header(const io::Precondition& condition) {
  switch (condition.kind) {
    case io::Precondition::Kind::Absent:
      return io::HttpHeader{"If-None-Match", "*"};
    case io::Precondition::Kind::Version:
      return io::HttpHeader{"If-Match", "\"" + condition.version + "\""};
    case io::Precondition::Kind::None:
      break;
  }
  return std::nullopt;
}

Result<void> check_precondition(S3Client& client, const std::string& key, const io::Precondition& condition) {
  const auto found = head_object(client, key);
  if (!found.ok() && found.error().code() != ErrorCode::NotFound) return Failure(found.error());
  const bool is_met = condition.kind == io::Precondition::Kind::Absent
                          ? !found.ok()
                          : found.ok() && found->info.version == condition.version;
  if (is_met) return {};
  return not_met(condition);
}

Result<io::ObjectInfo> commit(S3Client& client, const S3Commit& write) {
  auto condition = precondition_header(write.condition);
  if (condition && client.lacks(write.call.method, write.condition.kind)) {
    TRY(check_precondition(client, write.call.key, write.condition));
    condition.reset();
  }
  if (condition) write.call.headers.push_back(*condition);
  auto sent = client.exchange(write.call);
  if (sent.ok() && sent->response.status == 501 && condition) {
    client.has_lacked(write.call.method, write.condition.kind);
    TRY(check_precondition(client, write.call.key, write.condition));
    write.call.headers.pop_back();
    sent = client.exchange(write.call);
  }
  if (!sent.ok()) {
    if (auto found = find_written(client, write)) return *std::move(found);
    return Failure(sent.error());
  }
  if (sent->ok()) return written(write, *sent);
  if (may_follow_success(*sent)) {
    if (auto found = find_written(client, write)) return *std::move(found);
  }
  const bool is_missing =
      sent->response.status == 404 && write.condition.kind == io::Precondition::Kind::Version;
  if (sent->response.status == 412 || (is_missing && sent->error.code != "NoSuchBucket")) {
    return not_met(write.condition);
  }
  return Failure(client.error_of(*sent));
}

}  // namespace weir::aws
