// SPDX-License-Identifier: Apache-2.0
#include "protocols/google/bigquery_upload.h"

#include <algorithm>

#include "protocols/google/api_error.h"
#include "protocols/google/bigquery_job_json.h"
#include "protocols/google/json_value.h"
#include "protocols/google/resumable_session.h"

namespace weir::google {
namespace {

constexpr std::size_t kUploadPiece = std::size_t{8} << 20U;  // a multiple of 256 KiB
constexpr int kSessions = 3;

class Upload {
 public:
  Upload(BigQueryJobs& jobs, std::string id, const LoadJob& job, UploadBytes& bytes)
      : jobs_(jobs), client_(jobs.client()), id_(std::move(id)), job_(job), bytes_(bytes) {}

  Result<FinishedJob> run() {
    for (int session = 1;; ++session) {
      const auto sent = send_all();
      if (sent) return jobs_.wait(id_);
      // Conflict: the id is taken, or the session is gone, perhaps because all had arrived.
      if (sent.error().code() != ErrorCode::Conflict) return Failure(sent.error());
      if (auto found = TRY(jobs_.find(id_))) return *std::move(found);
      if (session == kSessions) return Failure(sent.error());
    }
  }

 private:
  Result<void> send_all() {
    session_ = TRY(start());
    offset_ = 0;
    is_complete_ = false;
    while (!is_complete_) TRY(send_piece());
    return {};
  }

  Result<Secret> start() {
    const auto location = TRY(client_.location());
    auto request = client_.upload_request("/jobs", {{"uploadType", "resumable"}});
    request.repeat = io::Repeat::Always;  // a session that nobody uses leaves nothing behind
    request.headers = {{"Content-Type", "application/json; charset=UTF-8"},
                       {"X-Upload-Content-Type", "application/octet-stream"},
                       {"X-Upload-Content-Length", std::to_string(bytes_.size())}};
    request.body = dump_json(job_json(id_, job_, client_.place(), location));
    const auto answer = TRY(client_.send(request));
    return session_of(answer, client_.place().endpoint);
  }

  Result<void> send_piece() {
    Patience patience(client_.world(), client_.policy());
    auto done = exchange_piece();
    while (!done.ok() && patience.after(done.error()) == io::RetryAction::TryAgain) {
      const auto before = offset_;
      done = ask_status();
      if (done.ok() && !is_complete_ && offset_ == before) done = exchange_piece();
    }
    return done;
  }

  Result<void> exchange_piece() {
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(kUploadPiece, bytes_.size() - offset_));
    const auto range = length == 0 ? "*" : fmt::format("{}-{}", offset_, offset_ + length - 1);
    const auto before = offset_;
    auto body = TRY(bytes_.read(offset_, length));
    TRY(take(TRY(to_session({.method = "PUT",
                             .url = session_.reveal(),
                             .headers = {{"Content-Range", fmt::format("bytes {}/{}", range, bytes_.size())}},
                             .body = std::move(body)}))));
    if (is_complete_ || offset_ > before) return {};
    return fail(ErrorCode::Unavailable, "BigQuery kept nothing of {} bytes that were sent", length);
  }

  Result<void> ask_status() {
    return take(TRY(to_session({.method = "PUT",
                                .url = session_.reveal(),
                                .headers = {{"Content-Range", fmt::format("bytes */{}", bytes_.size())}}})));
  }

  Result<io::HttpResponse> to_session(io::HttpRequest request) {
    request.timeout = client_.place().timeout;
    auto answer = TRY(client_.world().http.send(request));
    if (answer.status < 400) return answer;
    if (answer.status == 404 || answer.status == 410) {
      return fail(ErrorCode::Conflict, "the upload was ended by BigQuery after {} bytes", offset_);
    }
    return Failure(api_error(answer, io::host_of(request.url), client_.world().clock.now()));
  }

  Result<void> take(const io::HttpResponse& answer) {
    is_complete_ = answer.status == 200 || answer.status == 201;
    if (is_complete_) return {};
    if (answer.status != kIncomplete) {
      return fail(ErrorCode::DataMismatch, "an upload was answered with the status {}", answer.status);
    }
    offset_ = TRY(kept_bytes(answer));
    if (offset_ <= bytes_.size()) return {};
    return fail(ErrorCode::DataMismatch, "an upload is told to go on at byte {} of {}", offset_,
                bytes_.size());
  }

  BigQueryJobs& jobs_;
  BigQueryClient& client_;
  const std::string id_;
  const LoadJob& job_;
  UploadBytes& bytes_;
  Secret session_;  // its URL
  std::uint64_t offset_ = 0;
  bool is_complete_ = false;
};

}  // namespace

Result<FinishedJob> upload_with_attempts(BigQueryJobs& jobs, const std::string& base, const LoadJob& job,
                                         UploadBytes& bytes) {
  return with_attempts(jobs.client(), base, [&](const std::string& id) {
    return Upload(jobs, id, job, bytes).run().within("uploading the rows of the job " + id);
  });
}

}  // namespace weir::google
