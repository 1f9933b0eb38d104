// SPDX-License-Identifier: Apache-2.0
// GcsObjectStore: one bucket of Google Cloud Storage over its JSON API. Made by open_bucket()
// (gcs_options.h). Thread-safe. An object's version is its generation.
#pragma once

#include <memory>
#include <string>

#include "io/object_store.h"
#include "protocols/google/api_client.h"
#include "protocols/google/gcs_address.h"

namespace weir::google {

class GcsObjectStore final : public io::ObjectStore {
 public:
  GcsObjectStore(GcsBucket bucket, Credentials credentials, const World& world)
      : bucket_(std::move(bucket)),
        tokens_(std::move(credentials), std::string(kStorageScope), world),
        api_(tokens_, world) {}

  std::string uri(const std::string& key) const override { return uri_of(bucket_, key); }
  Result<io::ObjectPage> list(const std::string& prefix, const std::string& after) override;
  Result<io::ObjectInfo> head(const std::string& key) override;
  Result<std::string> read(const std::string& key, io::ByteRange range, const std::string& version) override;
  Result<io::ObjectInfo> put(const std::string& key, std::string bytes,
                             const io::PutOptions& options) override;
  Result<std::unique_ptr<io::ObjectUpload>> upload(const std::string& key,
                                                   const io::PutOptions& options) override;
  Result<io::ObjectInfo> copy(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& key) override;

 private:
  Result<StoredObject> stat(const std::string& key);

  GcsBucket bucket_;
  AccessTokens tokens_;
  ApiClient api_;
};

}  // namespace weir::google
