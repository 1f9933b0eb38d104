// SPDX-License-Identifier: Apache-2.0
// S3ObjectStore: a bucket of Amazon S3, or of a store that speaks its language. Used by the connectors
// s3 and redshift. Thread-safe. See io/object_store.h for what it promises.
#pragma once

#include <atomic>
#include <memory>

#include "io/object_store.h"
#include "protocols/aws/s3_client.h"
#include "protocols/aws/s3_options.h"

namespace weir::aws {

/// Sizes that tests make smaller.
struct S3Sizes {
  /// An upload holds parallel_parts + 1 parts in memory. Parts grow after each thousand, so that
  /// objects of terabytes fit into ten thousand of them.
  std::uint64_t part_bytes = 8U << 20;
  std::size_t parallel_parts = 3;
  std::uint64_t largest_copy = 5ULL << 30;  ///< above it, a copy is made in parts
  std::uint64_t copy_part_bytes = 512U << 20;
  std::size_t page_objects = 1000;
};

/// How objects are written, whichever way.
struct S3WriteOptions {
  Encryption encryption = Encryption::BucketDefault;
  std::string kms_key;
  std::string storage_class;
};

class S3ObjectStore final : public io::ObjectStore {
 public:
  /// `world` must outlive the store. Reads profiles and secrets, but sends nothing yet.
  static Result<std::unique_ptr<S3ObjectStore>> open(const S3Options& options, const World& world,
                                                     S3Limits limits = {}, S3Sizes sizes = {});

  std::string uri(const std::string& key) const override { return "s3://" + client_.bucket() + "/" + key; }
  Result<io::ObjectPage> list(const std::string& prefix, const std::string& after) override;
  Result<io::ObjectInfo> head(const std::string& key) override;
  Result<std::string> read(const std::string& key, io::ByteRange range, const std::string& version) override;
  Result<io::ObjectInfo> put(const std::string& key, std::string bytes,
                             const io::PutOptions& options) override;
  Result<std::unique_ptr<io::ObjectUpload>> upload(const std::string& key,
                                                   const io::PutOptions& options) override;
  Result<io::ObjectInfo> copy(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& key) override;
  Result<void> abandon_uploads(const std::string& prefix) override;

 private:
  S3ObjectStore(std::unique_ptr<S3Client> client, S3WriteOptions writing, S3Sizes sizes);

  std::unique_ptr<S3Client> owned_client_;
  S3Client& client_;
  const S3WriteOptions writing_;
  const S3Sizes sizes_;
};

}  // namespace weir::aws
