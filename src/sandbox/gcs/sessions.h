// SPDX-License-Identifier: Apache-2.0
// Resumable uploads: a session takes bytes in order, keeps whole multiples of 256 KiB of what
// arrives, and says how many. Used by UploadService and by uploads of BigQuery. Thread-safe: one request a
// session at a time.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "sandbox/gcs/store.h"

namespace weir::sandbox::gcs {

class Session {
 public:
  /// What becomes of all the bytes: the resource that answers the last request.
  using Complete = std::function<Json(BlobWriter& bytes)>;

  Session(std::unique_ptr<BlobWriter> bytes, std::optional<std::uint64_t> announced, Complete complete)
      : announced_(announced), complete_(std::move(complete)), bytes_(std::move(bytes)) {}

  /// A PUT: a chunk, or the question how far it went.
  Answer put(const Request& request, RequestBody& body);
  Answer cancel();
  bool is_open();

 private:
  struct ContentRange;
  static ContentRange parse_range(const Request& request);
  Answer take(const ContentRange& range, RequestBody& body);
  Answer finish();
  Answer progress() const;

  std::optional<std::uint64_t> announced_;  ///< X-Upload-Content-Length
  Complete complete_;
  std::mutex mutex_;  // guards what follows
  std::unique_ptr<BlobWriter> bytes_;
  enum class Stage { Open, Finished, Cancelled } stage_ = Stage::Open;
  Json finished_;
};

class Sessions {
 public:
  /// The identifier of a new one, which nobody can guess.
  std::string add(std::shared_ptr<Session> session);
  /// Refuses an unknown one.
  std::shared_ptr<Session> find(const std::string& id) const;
  /// How many are neither finished nor cancelled.
  std::size_t open() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Session>> sessions_;
};

}  // namespace weir::sandbox::gcs
