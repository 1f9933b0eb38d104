// SPDX-License-Identifier: Apache-2.0
// An object that is written to S3 from front to end: in one PutObject when it is small, in parts that
// are sent in parallel when it is large. Made by S3ObjectStore::upload(). Belongs to one thread.
#pragma once

#include <memory>
#include <optional>

#include "protocols/aws/s3_multipart.h"

namespace weir::aws {

class S3Upload final : public io::ObjectUpload {
 public:
  S3Upload(S3ObjectStore& store, S3Client& client, std::string key, io::PutOptions options,
           S3WriteOptions writing, S3Sizes sizes);
  ~S3Upload() override;
  Result<void> write(std::string_view bytes) override;
  Result<io::ObjectInfo> finish() override;

 private:
  std::uint64_t part_size() const;
  Result<void> send_part();
  Result<io::ObjectInfo> complete();
  /// Adds the object's name to an error and removes what was sent.
  Failure given_up(Error error);

  S3ObjectStore& store_;
  S3Client& client_;
  const std::string key_;
  const io::PutOptions options_;
  const S3WriteOptions writing_;
  const S3Sizes sizes_;
  std::string part_;  // not yet sent
  std::uint64_t size_ = 0;
  std::size_t parts_ = 0;
  std::optional<Multipart> multipart_;
  std::unique_ptr<PartWorkers> workers_;
  std::optional<Error> failure_;
};

}  // namespace weir::aws
