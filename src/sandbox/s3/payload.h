// SPDX-License-Identifier: Apache-2.0
// The body of a request as its sender meant it: unpacked when it came in signed pieces (aws-chunked),
// and compared with every sum that came along. Used by the parts of S3Service. Belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sandbox/http/http.h"
#include "sandbox/objects/blob.h"
#include "sandbox/s3/digest.h"
#include "sandbox/s3/signature.h"

namespace weir::sandbox::s3 {

class Payload {
 public:
  /// All must outlive it.
  Payload(const Request& request, RequestBody& body, const Proof& proof)
      : request_(request), body_(body), proof_(proof) {}

  /// The size that was announced, without the signatures between; nothing when none was.
  std::optional<std::uint64_t> announced() const;
  /// Hands the bytes to `writer`, and gives back their MD5, which it computes anyway. Refuses at their end
  /// when a sum does not fit, or when they are too few.
  std::string read_into(objects::BlobWriter& writer);
  /// Likewise, for small ones.
  std::string all();
  /// The checksums that came along and were right, in base64.
  const std::map<Algorithm, std::string>& checksums() const { return checksums_; }
  /// Whether anything but the signature vouches for the bytes.
  bool has_checksum() const;

 private:
  class Sums;

  /// `md5` gives the bytes' MD5 at their end; without it, it is computed when it is needed.
  void read(const RequestBody::Receiver& receiver, const std::function<std::string()>& md5);

  const Request& request_;
  RequestBody& body_;
  const Proof& proof_;
  std::map<Algorithm, std::string> checksums_;
};

}  // namespace weir::sandbox::s3
