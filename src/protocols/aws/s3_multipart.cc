// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
#include "protocols/aws/s3_multipart.h"

#include <system_error>

#include "protocols/aws/digest.h"
#include "protocols/aws/encoding.h"

namespace weir::aws {
namespace {

/// The value of x-amz-copy-source.
std::string copy_source(const std::string& bucket, const std::string& key) {
  return "/" + percent_encode(bucket, Slash::Encode) + "/" + percent_encode(key, Slash::Keep);
}

}  // namespace

Result<S3Answer> copy_version(S3Client& client, S3Call& call, const io::ObjectInfo& from) {
  call.headers.push_back({"x-amz-copy-source", copy_source(client.bucket(), from.key)});
  call.headers.push_back({"x-amz-copy-source-if-match", "\"" + from.version + "\""});
  S3Answer answer = TRY(client.exchange(call));
  if (answer.ok()) return answer;
  // OpenStack Swift compares another ETag than the one that it tells of an object that came in parts.
  const bool may_be_same = answer.response.status == 412;
  if (!may_be_same || TRY(head_object(client, from.key)).info.version != from.version) {
    return Failure(client.error_of(answer));
  }
  call.headers.pop_back();
  return client.succeed(call);
}

Result<Multipart> Multipart::begin(S3Client& client, const std::string& key, const S3WriteOptions& writing,
                                   const std::string& content_type) {
  Multipart upload(client, key);
  upload.write_name_ = random_name();
  S3Call call{.method = "POST", .key = key, .query = {{"uploads", ""}}};
  call.headers = new_object_headers(writing, content_type, upload.write_name_);
  const S3Answer answer = TRY(client.succeed(call));
  upload.upload_id_ = TRY(read_text(answer.response.body, "UploadId"));
  return upload;
}

S3Call Multipart::part_call(std::size_t number) const {
  S3Call call{.method = "PUT", .key = key_};
  call.query = {{"partNumber", std::to_string(number)}, {"uploadId", upload_id_}};
  return call;
}

Result<std::string> Multipart::send_part(std::size_t number, std::string bytes) {
  S3Call call = part_call(number);
  call.body = std::move(bytes);
  const S3Answer answer = TRY(client_->succeed(call));
  const auto etag = answer.response.header("ETag");
  if (!etag) return fail(ErrorCode::DataMismatch, "the store gave no ETag for part {}", number);
  return bare_etag(*etag);
}

Result<std::string> Multipart::copy_part(std::size_t number, const io::ObjectInfo& from,
                                         io::ByteRange range) {
  S3Call call = part_call(number);
  call.effort = Effort::Patient;
  call.headers = {
      {"x-amz-copy-source-range", fmt::format("bytes={}-{}", range.offset, range.offset + range.length - 1)}};
  const S3Answer answer = TRY(copy_version(*client_, call, from));
  return bare_etag(TRY(read_text(answer.response.body, "ETag")));
}

Result<io::ObjectInfo> Multipart::complete(const std::vector<std::string>& etags, std::uint64_t size,
                                           const io::Precondition& condition) {
  S3Call call{.method = "POST", .key = key_, .query = {{"uploadId", upload_id_}}};
  call.headers = {{"Content-Type", "application/xml"}};
  call.body = complete_body(etags);
  call.effort = Effort::Patient;
  return commit(*client_, {call, condition, write_name_, size});
}

void Multipart::abort() {
  S3Call call{.method = "DELETE", .key = key_, .query = {{"uploadId", upload_id_}}};
  call.effort = Effort::Small;
  (void)client_->exchange(call);
}

PartWorkers::~PartWorkers() {
  {
    const std::lock_guard lock(mutex_);
    next_.reset();
  }
  stop();
}

Result<void> PartWorkers::add(Task task) {
  std::unique_lock lock(mutex_);
  if (threads_.size() < wanted_ && running_ == threads_.size()) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      if (threads_.empty()) return fail(ErrorCode::Exhausted, "no thread can be started: {}", error.what());
    }
  }
  changed_.wait(lock, [this] { return failure_ || (!next_ && running_ < threads_.size()); });
  if (failure_) return Failure(*failure_);
  etags_.emplace_back();
  next_.emplace(etags_.size() - 1, std::move(task));
  changed_.notify_all();
  return {};
}

Result<std::vector<std::string>> PartWorkers::finish() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || (!next_ && running_ == 0); });
    next_.reset();
  }
  stop();
  if (failure_) return Failure(*failure_);
  return std::move(etags_);
}

void PartWorkers::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void PartWorkers::work() {
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [this] { return is_closed_ || next_; });
    if (!next_) return;
    const auto [index, task] = *std::move(next_);
    next_.reset();
    ++running_;
    lock.unlock();
    auto etag = task();
    lock.lock();
    --running_;
    if (etag.ok()) {
      etags_[index] = *std::move(etag);
    } else if (!failure_) {
      failure_ = etag.error();
    }
    changed_.notify_all();
  }
}

}  // namespace weir::aws
