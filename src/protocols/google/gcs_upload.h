// SPDX-License-Identifier: Apache-2.0
// GcsUpload: an object that is written in parts, by a resumable session once it is larger than one.
// Made by GcsObjectStore::upload(), which must outlive it. One thread.
// https://cloud.google.com/storage/docs/performing-resumable-uploads
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "io/object_store.h"
#include "protocols/google/api_client.h"
#include "protocols/google/encoding.h"
#include "protocols/google/gcs_address.h"

namespace weir::google {

class GcsUpload final : public io::ObjectUpload {
 public:
  GcsUpload(io::ObjectStore& store, ApiClient& api, const GcsBucket& bucket, std::string key,
            io::PutOptions options)
      : store_(store), api_(api), bucket_(bucket), key_(std::move(key)), options_(std::move(options)) {}
  ~GcsUpload() override;

  Result<void> write(std::string_view bytes) override;
  Result<io::ObjectInfo> finish() override;

 private:
  enum class Part { Middle, Last };

  Result<void> start();
  Result<void> send(Part part);
  /// One exchange with the session; sets stored_ when the object is complete.
  Result<void> exchange_part(Part part);
  Result<void> ask_status(Part part);
  Result<void> take(const io::HttpResponse& answer);
  Result<io::HttpResponse> to_session(io::HttpRequest request);
  Result<io::ObjectInfo> check();
  void cancel();

  io::ObjectStore& store_;
  ApiClient& api_;
  const GcsBucket& bucket_;
  std::string key_;
  io::PutOptions options_;

  // buffer_ holds the object's bytes from offset_ on: everything that the server has not confirmed.
  std::string buffer_;
  std::uint64_t offset_ = 0;
  Crc32c sum_;
  Secret session_;  ///< its URL, which needs no token; empty before the first part
  std::optional<StoredObject> stored_;
};

}  // namespace weir::google
