// SPDX-License-Identifier: Apache-2.0
// Hashes and checksums that S3 knows. Used by this folder. Pure; a Digest belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::sandbox::s3 {

enum class Algorithm { Md5, Sha1, Sha256, Crc32, Crc32c, Crc64nvme };

/// The algorithm of "x-amz-checksum-crc32c"; nothing for other headers.
std::optional<Algorithm> checksum_of(std::string_view header);
/// "x-amz-checksum-crc32c".
std::string checksum_header(Algorithm algorithm);
/// "ChecksumCRC32C", as XML names it.
std::string checksum_element(Algorithm algorithm);

class Digest {
 public:
  explicit Digest(Algorithm algorithm);
  void add(std::string_view bytes);
  /// The bytes of the sum, the highest first. Ends it.
  std::string finish();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  Algorithm algorithm_;
  std::unique_ptr<void, Free> context_;  // of OpenSSL, for those that are hashes
  std::uint64_t sum_ = 0;                // of the others
};

std::string digest(Algorithm algorithm, std::string_view bytes);
/// In lower case.
std::string hex(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace weir::sandbox::s3
