// SPDX-License-Identifier: Apache-2.0
// GcsService: the JSON API of Google Cloud Storage. Used by sandbox.cc. Thread-safe.
// https://cloud.google.com/storage/docs/json_api/v1
#pragma once

#include <memory>

#include "sandbox/gcs/rewrite.h"
#include "sandbox/gcs/upload_service.h"

namespace weir::sandbox::gcs {

class GcsService final : public Service {
 public:
  GcsService(std::unique_ptr<Store> store, std::uint64_t rewrite_step)
      : store_(std::move(store)), rewrites_(*store_, rewrite_step), uploads_(*store_) {}

  std::optional<Answer> answer(const Request& request, RequestBody& body) override;
  Store& store() { return *store_; }
  /// Resumable uploads that are neither finished nor cancelled.
  std::size_t open_uploads() const { return uploads_.open(); }

 private:
  using Path = std::vector<std::string>;

  std::optional<Answer> route(const Request& request, RequestBody& body);
  Answer buckets(const Request& request, RequestBody& body);
  Answer bucket(const std::string& name, const Request& request);
  Answer objects(const std::string& bucket, const Request& request);
  Answer object(const ObjectName& at, const Request& request, RequestBody& body);
  std::optional<Answer> action(const Path& path, const Request& request, RequestBody& body);

  std::unique_ptr<Store> store_;
  Rewrites rewrites_;
  UploadService uploads_;
};

}  // namespace weir::sandbox::gcs
