// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/gcs_upload.h"

#include "protocols/google/api_error.h"
#include "protocols/google/gcs_put.h"
#include "protocols/google/json_value.h"
#include "protocols/google/resumable_session.h"

namespace weir::google {

GcsUpload::~GcsUpload() {
  if (!session_.empty() && !stored_) cancel();
}

Result<void> GcsUpload::write(std::string_view bytes) {
  sum_.add(bytes);
  while (!bytes.empty()) {
    // One byte more than a part shows that this part is not the last.
    const std::size_t space = bucket_.part_size + 1 - buffer_.size();
    buffer_.append(bytes.substr(0, space));
    bytes.remove_prefix(std::min(space, bytes.size()));
    while (buffer_.size() > bucket_.part_size) {
      TRY(send(Part::Middle).within("writing " + uri_of(bucket_, key_)));
    }
  }
  return {};
}

Result<io::ObjectInfo> GcsUpload::finish() {
  if (session_.empty()) return store_.put(key_, std::move(buffer_), options_);
  while (!stored_) TRY(send(Part::Last).within("writing " + uri_of(bucket_, key_)));
  return check().within("writing " + uri_of(bucket_, key_));
}

Result<io::ObjectInfo> GcsUpload::check() {
  const auto same = check_stored(*stored_, {offset_ + buffer_.size(), sum_.text()});
  if (same.ok()) return stored_->info;
  TRY(store_.remove(key_));  // a damaged object is worse than none
  return Failure(same.error());
}

Result<void> GcsUpload::start() {
  Query query = {{"uploadType", "resumable"}};
  add_precondition(query, options_.precondition);
  io::HttpRequest request = request_to(bucket_, "/upload/storage/v1" + object_path(bucket_, ""), query);
  request.method = "POST";
  request.repeat = io::Repeat::Always;  // a session that nobody uses leaves nothing behind
  request.headers = {{"Content-Type", "application/json; charset=UTF-8"},
                     {"X-Upload-Content-Type", options_.content_type}};
  request.body = dump_json({{"name", key_}, {"contentType", options_.content_type}});
  const io::HttpResponse answer = TRY(api_.send(request).answer);
  session_ = TRY(session_of(answer, bucket_.endpoint));
  return {};
}

Result<void> GcsUpload::send(Part part) {
  if (session_.empty()) TRY(start());
  Patience patience(api_.world(), api_.policy());
  Result<void> done = exchange_part(part);
  while (!done.ok() && patience.after(done.error()) == io::RetryAction::TryAgain) {
    // How much arrived is known only to the server. When it was something, the callers go on with
    // what is left, which may no longer be a whole part.
    const std::uint64_t before = offset_;
    done = ask_status(part);
    if (done.ok() && !stored_ && offset_ == before) done = exchange_part(part);
  }
  return done;
}

Result<void> GcsUpload::exchange_part(Part part) {
  const bool is_last = part == Part::Last;
  const std::size_t length = is_last ? buffer_.size() : std::min(buffer_.size(), bucket_.part_size);
  const std::string total = is_last ? std::to_string(offset_ + length) : "*";
  const std::string range = length == 0 ? "*" : fmt::format("{}-{}", offset_, offset_ + length - 1);
  const std::uint64_t before = offset_;
  TRY(take(TRY(to_session({.method = "PUT",
                           .url = session_.reveal(),
                           .headers = {{"Content-Range", fmt::format("bytes {}/{}", range, total)}},
                           .body = buffer_.substr(0, length),
                           .timeout = bucket_.timeout}))));
  if (stored_ || offset_ > before) return {};
  return fail(ErrorCode::Unavailable, "the storage server kept nothing of {} bytes that were sent", length);
}

Result<void> GcsUpload::ask_status(Part part) {
  const std::string total = part == Part::Last ? std::to_string(offset_ + buffer_.size()) : "*";
  return take(TRY(to_session({.method = "PUT",
                              .url = session_.reveal(),
                              .headers = {{"Content-Range", "bytes */" + total}},
                              .timeout = bucket_.timeout})));
}

Result<io::HttpResponse> GcsUpload::to_session(io::HttpRequest request) {
  request.stall_timeout = kStallTimeout;
  io::HttpResponse answer = TRY(api_.world().http.send(request));
  if (answer.status < 400) return answer;
  if (answer.status == 404 || answer.status == 410) {
    return fail(ErrorCode::Conflict, "the upload was ended by the server after {} bytes: start it again",
                offset_);
  }
  return Failure(api_error(answer, io::host_of(request.url), api_.world().clock.now()));
}

Result<void> GcsUpload::take(const io::HttpResponse& answer) {
  if (answer.status == 200 || answer.status == 201) {
    stored_ = TRY(object_of(answer));
    return {};
  }
  if (answer.status != kIncomplete) {
    return fail(ErrorCode::DataMismatch, "an upload was answered with the status {}", answer.status);
  }
  const std::uint64_t kept = TRY(kept_bytes(answer));
  if (kept < offset_ || kept > offset_ + buffer_.size()) {
    return fail(ErrorCode::DataMismatch,
                "an upload is told to go on at byte {}, but it has bytes {} to {} only", kept, offset_,
                offset_ + buffer_.size());
  }
  buffer_.erase(0, kept - offset_);
  offset_ = kept;
  return {};
}

void GcsUpload::cancel() {
  // Best effort: a session that stays ends by itself after a week and is never visible.
  (void)api_.world().http.send({.method = "DELETE", .url = session_.reveal()});
}

}  // namespace weir::google
