// SPDX-License-Identifier: Apache-2.0
// Where a bucket's objects are on the net. Used by S3Client. A plain value.
#pragma once

#include <string>

#include "base/result.h"
#include "protocols/aws/s3_options.h"
#include "protocols/aws/signer.h"

namespace weir::aws {

class S3Address {
 public:
  /// `endpoint` is empty for Amazon's own. Fails with InvalidConfig when it is no address.
  static Result<S3Address> make(std::string bucket, std::string endpoint, Addressing addressing);

  /// The address of a key, or of the bucket itself when the key is empty.
  std::string url(const std::string& region, const std::string& key, const Query& query) const;
  const std::string& bucket() const { return bucket_; }
  /// Whether it is a store of somebody else, which knows nothing of regions.
  enum class Owner { Amazon, Other };
  Owner owner() const { return endpoint_.empty() ? Owner::Amazon : Owner::Other; }

 private:
  S3Address(std::string bucket, std::string endpoint, Addressing addressing)
      : bucket_(std::move(bucket)), endpoint_(std::move(endpoint)), addressing_(addressing) {}

  std::string bucket_;
  std::string endpoint_;   // without a slash at its end
  Addressing addressing_;  // never Automatic
};

}  // namespace weir::aws
